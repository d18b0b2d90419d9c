"""``kitchen-backend``: Django's own commands with this project's settings, and a few of ours."""

import os
import signal
import sys
from typing import NoReturn

from kitchen_restaurant.health import ask

MISUSE = 2
RESOLVER_OPTIONS = "timeout:1 attempts:2"
"""How long the C library waits for each server of names, and how often: a POS waits meanwhile. Its own five seconds,
twice for each server and suffix, become a minute where no server answers."""
TERMINATED = 128 + signal.SIGTERM


def main() -> None:
    """Run the command line."""
    # A container's first process is not ended by a signal that it does not handle.
    signal.signal(signal.SIGTERM, _end_now)
    os.environ.setdefault("RES_OPTIONS", RESOLVER_OPTIONS)  # Before the first name is looked up.
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
