"""``kitchen-backend``: Django's own commands with this project's settings, and a few of ours."""

import os
import signal
import sys
from typing import NoReturn

from kitchen_restaurant.health import ask

MISUSE = 2
TERMINATED = 128 + signal.SIGTERM


def main() -> None:
    """Run the command line."""
    # A container's first process is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, _end_now)
    if sys.argv[1:2] == ["health"]:
        ask(sys.argv[2:])
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kitchen_restaurant.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.stderr.write(f"The configuration cannot be used:\n{error}\n")
        sys.exit(MISUSE)


def _end_now(*_: object) -> NoReturn:
    sys.exit(TERMINATED)
