"""The command line: ``kitchen-printer``."""

from kitchen_printer.cli.app import main

__all__ = ["main"]
