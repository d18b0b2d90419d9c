"""``kitchen-backend forget_keys``: old answers are kept for repeats that nobody sends any more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from kitchen_restaurant.pos.models import IdempotencyKey


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Delete answers that were kept for repeated requests. Needs the login that owns the tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the age."""
        parser.add_argument("--days", type=int, default=7, help="How old an answer must be (7).")

    def handle(self, *_: Any, **options: Any) -> None:
        """Delete them."""
        before = timezone.now() - timedelta(days=options["days"])
        deleted, _by_model = IdempotencyKey.objects.filter(created_at__lt=before).delete()
        self.stdout.write(f"Forgot {deleted} answers from before {before:%Y-%m-%d %H:%M}.")
