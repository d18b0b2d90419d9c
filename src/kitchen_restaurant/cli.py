"""``kitchen-backend``: Django's own commands with this project's settings, and a few of ours."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

MISUSE = 2


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitchen_restaurant.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"The configuration cannot be used:\n{error}\n")
        sys.exit(MISUSE)
