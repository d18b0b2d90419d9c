"""The same as ``drain``, with 64 printers: whether the cost of a ticket grows with the number of printers."""

from typing import Final

from bench.drain import drain, show

PRINTERS: Final = 64
TICKETS: Final = 5_000


def run() -> None:
    """Print the figures for 64 printers."""
    show(drain(PRINTERS, TICKETS))
