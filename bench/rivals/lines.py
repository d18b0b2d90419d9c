"""The same backlog, where everybody but the service opens a line for each ticket.

So a shop's task is written that prints one ticket and knows of no other. In the other parts the rivals' lines carry
ticket after ticket, as the service's do: then what differs is the queue alone.
"""

from functools import partial
from typing import Final

from bench.rivals.drain import CONTENDERS, MANY, drained
from bench.rivals.plan import Log, Sizes, take_turns, those
from bench.rivals.stage import Place

PART: Final = "lines"


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Drain over sixteen printers."""
    take = partial(drained, printers=MANY, tickets=sizes.tickets, keeps_lines=False)
    take_turns(place, log, PART, f"{MANY} printers", those(CONTENDERS, sizes), rounds=sizes.rounds, take=take)
