"""``kitchen-backend token NAME``: let a POS in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kitchen_restaurant.pos.models import ApiClient


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Give a POS a token, and show it this once. A token that the POS had before is void then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name."""
        parser.add_argument("name", help="What the POS is called on record, such as bar-till.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Give the token."""
        client = ApiClient.objects.filter(name=options["name"]).first() or ApiClient(name=options["name"])
        token = client.renew_token()
        client.is_active = True
        client.save()
        self.stdout.write(token)
