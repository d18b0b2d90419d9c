"""A backlog: so many tickets wait for a worker that is stopped; then it goes on, until all are on paper and on record.

Paused and not restarted, so that rate and processor time cover the work from the first look to the last record, and
neither start-up nor the ordering itself. Everybody's finding out that there is work is in it.
"""

from functools import partial
from typing import Final

from bench.rivals.fleet import out_of_order
from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, Stage, on_stage

PART: Final = "drain"
CONTENDERS: Final = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks", "floor")

MANY: Final = 16


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Drain for each number of printers."""
    for printers in sorted(sizes.printers, key=lambda each: each != MANY):  # what is asked for comes first
        take = partial(
            _take, printers=printers, tickets=sizes.tickets if printers >= MANY else sizes.tickets_few
        )
        size = f"{printers} printer{'s' if printers > 1 else ''}"
        take_turns(place, log, PART, size, those(CONTENDERS, sizes), rounds=sizes.rounds, take=take)


def _take(place: Place, name: str, *, printers: int, tickets: int) -> Taken:
    return drained(place, name, printers=printers, tickets=tickets)


def drained(
    place: Place, name: str, *, printers: int, tickets: int, workers: int = 1, keeps_lines: bool = True
) -> Taken:
    """Let a contender work off a backlog."""
    with on_stage(place, name, printers, workers=workers, keeps_lines=keeps_lines) as stage:
        return drain_once(stage, tickets)


def drain_once(stage: Stage, tickets: int) -> Taken:
    """Order a backlog while the workers are paused, and let them work it off."""
    backlog = stage.tickets(tickets)
    stage.pause_and_order(backlog)
    before = stage.processor()
    began = stage.go_on()
    stage.wait_for_papers()
    recorded = stage.recorded(backlog)
    used = {party: seconds - before[party] for party, seconds in stage.processor().items()}
    sheets = stage.expect_every_paper_once()
    seconds = max(recorded.values()) - began
    ours = sum(each for party, each in used.items() if party != "printers")
    return {
        "tickets a second": tickets / seconds,
        "CPU s per 1,000": ours / tickets * 1000,
        **{f"{party}, CPU s per 1,000": each / tickets * 1000 for party, each in used.items()},
        "cores": ours / seconds,
        "out of order": out_of_order(sheets),
        "notices": stage.fleet.notices,
    }, {}
