"""Two replicas of the service beside one: a backlog over sixteen printers, which they share by their leases."""

from functools import partial
from typing import Final

from bench.rivals.drain import drained
from bench.rivals.plan import Log, Sizes, Taken, take_turns
from bench.rivals.stage import Place

PART: Final = "replicas"
PRINTERS: Final = 16
TWO: Final = "service, two replicas"


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Drain with one and with two."""
    take = partial(_take, tickets=sizes.tickets)
    take_turns(place, log, PART, f"{PRINTERS} printers", ["service", TWO], rounds=sizes.rounds, take=take)


def _take(place: Place, turn: str, *, tickets: int) -> Taken:
    return drained(place, "service", printers=PRINTERS, tickets=tickets, workers=2 if turn == TWO else 1)
