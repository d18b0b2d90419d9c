"""One dead printer of sixteen: what the others still get, in turns with all of them well.

The dead one answers no connection, as one that was unplugged; it has as many tickets waiting as the others. What is
measured is the rate of the fifteen, from the go to the last of their tickets on record.
"""

from functools import partial
from typing import Final

from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, on_stage

PART: Final = "dead"
PRINTERS: Final = 16
DEAD: Final = "P07"
ONE_DEAD: Final = ", one dead"


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Let everybody drain with all printers well, and with one dead."""
    turns = [f"{name}{how}" for name in those(sizes.dead, sizes) for how in ("", ONE_DEAD)]
    take = partial(_take, tickets=sizes.tickets)
    take_turns(place, log, PART, f"{PRINTERS} printers", turns, rounds=sizes.rounds, take=take)


def _take(place: Place, turn: str, *, tickets: int) -> Taken:
    name = turn.removesuffix(ONE_DEAD)
    with on_stage(place, name, PRINTERS, unplugged=[DEAD] if turn != name else ()) as stage:
        backlog = stage.tickets(tickets)
        others = [each for each in backlog if each.printer != DEAD]
        stage.pause_and_order(backlog)
        began = stage.go_on()
        stage.wait_for_papers()
        recorded = stage.recorded(others)
        stage.expect_every_paper_once()
        return {"tickets a second": len(others) / (max(recorded.values()) - began)}, {}
