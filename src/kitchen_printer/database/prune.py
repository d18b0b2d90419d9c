"""Deleting what is old, in batches that printing does not notice."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString

from kitchen_printer.database.requests import asking

BATCH_SECONDS: Final = 0.05
"""How long a batch should take; its size follows."""

REST_FOR_EACH_SECOND: Final = 3.0
"""The database rests three times as long as it worked: a quarter of one core at most goes into pruning."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How far pruning is: what is deleted by now, and whether nothing is left to delete."""

    deleted: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that is pruned: statements that count what is old and delete a batch of it, and a batch's size."""

    count: LiteralString
    delete: LiteralString
    batch_min: int
    batch_max: int


TICKETS: Final = Kind(
    "SELECT count(*) AS n FROM kitchen_ticket_status WHERE created_at < %s",
    "SELECT kitchen_prune(%s, %s) AS n",
    batch_min=20,
    batch_max=1_000,
)
"""Tickets and notices; a batch is so many bills."""

EVENTS: Final = Kind(
    "SELECT count(*) AS n FROM print_events WHERE at < %s",
    "SELECT kitchen_prune_events(%s, %s) AS n",
    batch_min=500,
    batch_max=20_000,
)
"""Events of what is no longer there."""


def moment(days: float) -> datetime:
    """Return the moment that many days ago."""
    return datetime.now(UTC) - timedelta(days=days)


def count_old(dsn: str, before: datetime, kind: Kind) -> int:
    """Return about how many may go; what belongs to bills that are not quiet stays. Raises ``RequestRefusedError``."""
    with asking(dsn) as asked:
        row = asked.execute(kind.count, [before]).fetchone()
    return int(row["n"]) if row else 0


def prune(dsn: str, before: datetime, kind: Kind) -> Iterator[Pruned]:
    """Delete batch by batch, telling after each how far it is. Raises ``RequestRefusedError``.

    Every batch is a transaction of its own: it can be stopped anywhere and started again.
    """
    deleted, batch = 0, kind.batch_min
    while True:
        began = time.monotonic()
        with asking(dsn) as asked:
            row = asked.execute(kind.delete, [before, batch]).fetchone()
        took = time.monotonic() - began
        gone = int(row["n"]) if row else 0
        deleted += gone
        yield Pruned(deleted, is_done=not gone)
        if not gone:
            return
        batch = _next_size(kind, batch, took)
        time.sleep(took * REST_FOR_EACH_SECOND)


def _next_size(kind: Kind, batch: int, took: float) -> int:
    wanted = round(batch * min(2.0, BATCH_SECONDS / max(took, 0.001)))
    return max(kind.batch_min, min(kind.batch_max, wanted))
