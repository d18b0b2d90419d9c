"""The command line: ``kitchen-printer``."""

import os
import signal
import sys
from typing import Final, NoReturn

from kitchen_printer.cli.exit_codes import TERMINATED

RESOLVER_OPTIONS: Final = "timeout:1 attempts:2"
"""How long the C library waits for each server of names, and how often. Its own five seconds, twice for each server and
suffix, become a minute where no server answers; while a name is looked up no other limit of ours holds."""


def main() -> None:
    """Run a command. What runs for ever or every few seconds starts without the parsers and colours of the others."""
    # A container's first process is not ended by a signal that it does not handle: without this, a stop would wait for
    # the engine to kill what migrates or has not begun to serve. `run` handles it better, once it runs.
    signal.signal(signal.SIGTERM, _end_now)
    os.environ.setdefault("RES_OPTIONS", RESOLVER_OPTIONS)  # Before the first name is looked up.
    match sys.argv[1:]:
        case ["run"]:
            from kitchen_printer.cli.serve import serve

            sys.exit(serve())
        case ["health", "--live"]:
            from kitchen_printer.cli.probe import live

            sys.exit(live())
        case _:
            from kitchen_printer.cli.app import main as command_line

            command_line()


def _end_now(*_: object) -> NoReturn:
    sys.exit(TERMINATED)


__all__ = ["main"]
