"""Deleting what is old, in batches that printing does not notice."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString

from kitchen_printer.database.requests import asking

BATCH_SECONDS: Final = 0.05
"""How long a batch should take; its size follows."""

BATCH_BILLS_MIN: Final = 20
BATCH_BILLS_MAX: Final = 1000
REST_FOR_EACH_SECOND: Final = 3.0
"""The database rests three times as long as it worked: a quarter of one core at most goes into pruning."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How far pruning is: tickets and notices deleted by now, and whether nothing is left to delete."""

    deleted: int
    is_done: bool


_OLD: LiteralString = "SELECT count(*) AS n FROM kitchen_ticket_status WHERE created_at < %s"


def moment(days: float) -> datetime:
    """Return the moment that many days ago."""
    return datetime.now(UTC) - timedelta(days=days)


def count_old(dsn: str, before: datetime) -> int:
    """Return about how many tickets may go; those of bills that are not quiet stay. Raises ``RequestRefusedError``."""
    with asking(dsn) as asked:
        row = asked.execute(_OLD, [before]).fetchone()
    return int(row["n"]) if row else 0


def prune(dsn: str, before: datetime) -> Iterator[Pruned]:
    """Delete batch by batch, telling after each how far it is. Raises ``RequestRefusedError``.

    Every batch is a transaction of its own: it can be stopped anywhere and started again.
    """
    deleted, bills = 0, BATCH_BILLS_MIN
    while True:
        began = time.monotonic()
        with asking(dsn) as asked:
            row = asked.execute("SELECT kitchen_prune(%s, %s) AS n", [before, bills]).fetchone()
        took = time.monotonic() - began
        gone = int(row["n"]) if row else 0
        deleted += gone
        yield Pruned(deleted, is_done=not gone)
        if not gone:
            return
        bills = _next_size(bills, took)
        time.sleep(took * REST_FOR_EACH_SECOND)


def _next_size(bills: int, took: float) -> int:
    wanted = round(bills * min(2.0, BATCH_SECONDS / max(took, 0.001)))
    return max(BATCH_BILLS_MIN, min(BATCH_BILLS_MAX, wanted))
