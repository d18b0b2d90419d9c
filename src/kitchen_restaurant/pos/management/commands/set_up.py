"""``kitchen-backend set_up``: from an empty database with the contract to one that takes orders."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """See the module's docstring."""

    help = (
        "Make the tables, let a login work on them, put a menu on sale (one name a line from standard input), let a"
        " POS in; shows its token this once, or takes the one in a file. As the owner of the database, after"
        " `kitchen-printer migrate`. Can be done again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the login and the POS."""
        parser.add_argument("--login", required=True, help="The database login that the backend runs with.")
        parser.add_argument("--client", required=True, help="What the POS is called on record.")
        parser.add_argument("--token-file", help="Where the POS's token stands, if it was made elsewhere.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do one after the other; each can be done again."""
        call_command("migrate", verbosity=0)
        call_command("grant", options["login"], stdout=sys.stderr)
        call_command("menu", stdout=sys.stderr)
        file = {} if options["token_file"] is None else {"token_file": Path(options["token_file"])}
        call_command("token", options["client"], stdout=self.stdout, **file)
