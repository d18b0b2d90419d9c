"""A rush: fifty orders in ten seconds, whenever guests happen to order; each is a ticket for each of three stations."""

from functools import partial
from random import Random
from typing import Final

from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, on_stage
from bench.rivals.trickle import paced

PART: Final = "rush"
CONTENDERS: Final = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks", "floor_notify")
PRINTERS: Final = 3
SECONDS: Final = 10.0


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Let everybody have the same rush."""
    chance = Random(50)
    moments = sorted(chance.uniform(0.0, SECONDS) for _ in range(sizes.rush_orders))
    take = partial(_take, moments=moments)
    size = f"{sizes.rush_orders} orders in {SECONDS:.0f} s"
    take_turns(place, log, PART, size, those(CONTENDERS, sizes), rounds=sizes.rush_rounds, take=take)


def _take(place: Place, name: str, *, moments: list[float]) -> Taken:
    with on_stage(place, name, PRINTERS) as stage:
        figures, samples = paced(stage, moments, tickets_each=PRINTERS)
        return {**figures, "last on record, ms": max(samples["to record, ms"])}, samples
