"""Five tickets a second, each committed alone: from its commit to its first byte at the printer, to cut and record."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.shop import Ticket
from bench.rivals.stage import Place, Stage, on_stage

PART: Final = "trickle"
CONTENDERS: Final = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks", "floor_notify")
PRINTERS: Final = 16
INTERVAL_SECONDS: Final = 0.2


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Let everybody trickle."""
    take = partial(_take, tickets=sizes.trickle_tickets)
    size = f"{PRINTERS} printers"
    take_turns(place, log, PART, size, those(CONTENDERS, sizes), rounds=sizes.rounds, take=take)


def _take(place: Place, name: str, *, tickets: int) -> Taken:
    with on_stage(place, name, PRINTERS) as stage:
        return paced(stage, [position * INTERVAL_SECONDS for position in range(tickets)])


def paced(stage: Stage, moments: Sequence[float], tickets_each: int = 1) -> Taken:
    """Order at those moments, and hold every ticket's times against its commit."""
    before, began = stage.processor(), time.monotonic()
    committed: dict[int, float] = {}
    ordered: list[Ticket] = []
    for moment in moments:
        tickets = stage.tickets(tickets_each)
        time.sleep(max(0.0, began + moment - time.monotonic()))
        at = stage.order(tickets)
        committed |= {each.number: at for each in tickets}
        ordered += tickets
    stage.wait_for_papers()
    recorded = stage.recorded(ordered)
    seconds = time.monotonic() - began
    used = {party: spent - before[party] for party, spent in stage.processor().items()}
    sheets = {each.number: each for each in stage.expect_every_paper_once()}
    ours = sum(each for party, each in used.items() if party != "printers")
    samples = {
        "to first byte, ms": [(sheets[number].payload_at - at) * 1000 for number, at in committed.items()],
        "to cut, ms": [(sheets[number].cut_at - at) * 1000 for number, at in committed.items()],
        "to record, ms": [(recorded[number] - at) * 1000 for number, at in committed.items()],
    }
    return {"CPU s per 1,000": ours / len(ordered) * 1000, "cores": ours / seconds}, samples
