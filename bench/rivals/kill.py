"""kill -9 in the middle of a backlog, and a new worker at once: when does paper come again, and what became of all?"""

import time
from functools import partial
from typing import Final

from bench.rivals.fleet import Sheet
from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, Stage, on_stage

PART: Final = "kill"
CONTENDERS: Final = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks")
PRINTERS: Final = 16
TICKETS: Final = 400
KILLED_AFTER: Final = 100
MARK: Final = "POSSIBLE DUPLICATE"
POLL_SECONDS: Final = 0.02


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Kill everybody once a round."""
    take = partial(_take, patience=sizes.kill_seconds)
    size = f"{TICKETS} tickets, {sizes.kill_seconds:.0f} s to finish"
    take_turns(place, log, PART, size, those(CONTENDERS, sizes), rounds=sizes.kill_rounds, take=take)


def _take(place: Place, name: str, *, patience: float) -> Taken:
    with on_stage(place, name, PRINTERS) as stage:
        backlog = stage.tickets(TICKETS)
        stage.pause_and_order(backlog)
        stage.go_on()
        stage.wait_for_papers(PRINTERS + KILLED_AFTER)
        (worker,) = stage.workers
        worker.kill()
        killed = time.time()
        worker.start()
        numbers = {each.number for each in backlog}
        _wait(stage, numbers, killed + patience)
        sheets = [each for each in stage.fleet.sheets if each.number in numbers]
        after = [each.payload_at - killed for each in sheets if each.payload_at > killed]
        printed = {each.number for each in sheets}
        repeated = _repeated(sheets)
        return {
            "to the next paper, s": min(after, default=patience),
            "to the last paper, s": max(after, default=patience),
            "never printed": len(numbers - printed),
            "printed twice": len(repeated),
            "of them marked": sum(MARK in each.text for each in repeated),
        }, {}


def _wait(stage: Stage, numbers: set[int], until: float) -> None:
    while time.time() < until:
        stage.fleet.look()
        if numbers <= {each.number for each in stage.fleet.sheets}:
            return
        time.sleep(POLL_SECONDS)


def _repeated(sheets: list[Sheet]) -> list[Sheet]:
    seen: set[int] = set()
    repeated: list[Sheet] = []
    for sheet in sheets:
        if sheet.number in seen:
            repeated.append(sheet)
        seen.add(sheet.number)
    return repeated
