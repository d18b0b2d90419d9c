"""``kitchen-backend token NAME``: let a POS in."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from kitchen_restaurant.pos.models import ApiClient

TOKEN_LETTERS_MIN: Final = 32


class Command(BaseCommand):
    """See the module's docstring."""

    help = "Give a POS a token, and show it this once. A token that the POS had before is void then."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name, and where the token stands if it was made elsewhere."""
        parser.add_argument("name", help="What the POS is called on record, such as bar-till.")
        parser.add_argument(
            "--token-file",
            type=Path,
            help="Take the token in this file instead of a new one; it is not shown.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Give the token."""
        file: Path | None = options["token_file"]
        given = None if file is None else _read(file)
        client = ApiClient.objects.filter(name=options["name"]).first() or ApiClient(name=options["name"])
        token = client.renew_token(given)
        client.is_active = True
        client.save()
        self.stdout.write(token if file is None else f"{client.name} may use the token in {file}.")


def _read(file: Path) -> str:
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The token's file cannot be read: {error}") from None
    if len(token) < TOKEN_LETTERS_MIN or not token.isascii() or not token.isprintable() or " " in token:
        raise CommandError(
            f"{file} holds no token: it takes {TOKEN_LETTERS_MIN} letters or more, without blanks,"
            " such as `openssl rand -hex 32` makes"
        )
    return token
