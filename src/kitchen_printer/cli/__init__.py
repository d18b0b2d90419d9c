"""The command line: ``kitchen-printer``."""

import sys


def main() -> None:
    """Run a command. The service starts without the parsers, tables and colours that the other commands need."""
    if sys.argv[1:] == ["run"]:
        from kitchen_printer.cli.serve import serve

        sys.exit(serve())
    from kitchen_printer.cli.app import main as command_line

    command_line()


__all__ = ["main"]
