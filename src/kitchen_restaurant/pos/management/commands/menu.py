"""``kitchen-backend menu``: put products on sale from a list."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kitchen_restaurant.core.models import Product


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Put products on the menu: their names come from standard input, one a line. Known names are left alone."

    def handle(self, *_: Any, **__: Any) -> None:
        """Add what is new."""
        known = set(Product.objects.values_list("name", flat=True))
        names = [line.strip() for line in sys.stdin if line.strip()]
        new = [Product(name=name) for name in dict.fromkeys(names) if name not in known]
        Product.objects.bulk_create(new)
        self.stdout.write(f"{len(new)} new products, {len(known)} known before.")
