"""Looks on: once a second at what each replica shows and at what is on record."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import psycopg
from prometheus_client.parser import text_string_to_metric_families
from psycopg.rows import TupleRow

from proving.chaos.facts import Sample
from proving.chaos.replicas import Replica

SAMPLE_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.1
_TRUTH: Final = """
SELECT count(*) FILTER (WHERE status = 'FAILED'),
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status IN ('NEW', 'PRINTING')
                                                                     AND isfinite(created_at))), 0)::float8
  FROM kitchen_tickets WHERE status <> 'PRINTED'
"""
_REST: Final = """
SELECT NOT EXISTS (SELECT FROM kitchen_tickets WHERE expanded_at IS NULL)
   AND NOT EXISTS (SELECT FROM print_jobs WHERE settled_at IS NULL AND kind <> 'NOTICE')
   AND NOT EXISTS (SELECT FROM print_attempts WHERE outcome IS NULL)
"""
_QUEUE: Final = """
SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM print_jobs
 WHERE settled_at IS NULL AND kind <> 'NOTICE' GROUP BY printer_id) queues
"""
_UNSETTLED: Final = """
SELECT format('job %s of ticket %s is %s at printer %s after %s attempts', id, ticket_id, state, printer_id, attempts)
  FROM print_jobs WHERE settled_at IS NULL AND kind <> 'NOTICE'
UNION ALL SELECT format('ticket %s was never expanded', id) FROM kitchen_tickets WHERE expanded_at IS NULL
UNION ALL SELECT format('attempt %s is open', id) FROM print_attempts WHERE outcome IS NULL
"""
_SETTLED: Final = """
SELECT count(*) = %s FROM kitchen_tickets t JOIN kitchen_ticket_items i ON i.kitchen_ticket_id = t.id
 WHERE i.menu_name = ANY (%s) AND t.status IN ('PRINTED', 'FAILED')
"""
_DELAYS: Final = """
SELECT extract(epoch FROM t.printed_at - t.created_at)::float8
  FROM kitchen_tickets t JOIN kitchen_ticket_items i ON i.kitchen_ticket_id = t.id
 WHERE i.menu_name = ANY (%s) AND t.status = 'PRINTED'
"""


class Watch:
    """One connection to the record, made again whenever it breaks."""

    def __init__(self, dsn: str, replicas: Sequence[Replica]) -> None:
        self.samples: list[Sample] = []
        self.unanswered = 0
        self._is_over = False
        self._dsn = dsn
        self._replicas = replicas
        self._connection: psycopg.AsyncConnection[TupleRow] | None = None

    async def run(self) -> None:
        """Sample until :meth:`end`."""
        while not self._is_over:
            await asyncio.sleep(SAMPLE_SECONDS)
            async with asyncio.TaskGroup() as group:
                for replica in self._replicas:
                    if replica.pid is not None and not replica.is_frozen:
                        group.create_task(self._sample(replica, replica.pid))

    def end(self) -> None:
        """Let ``run`` end, once it has what it asked for."""
        self._is_over = True

    async def _sample(self, replica: Replica, pid: int) -> None:
        try:
            async with (
                asyncio.timeout(2.0),
                await psycopg.AsyncConnection.connect(self._dsn, connect_timeout=2) as connection,
            ):
                truth = await (await connection.execute(_TRUTH)).fetchone()
        except (psycopg.Error, OSError, TimeoutError):
            return
        page = await replica.get("/metrics")
        if page is None or truth is None or replica.is_frozen or replica.pid != pid:
            self.unanswered += 1
            return
        shown = _read(page)
        self.samples.append(
            Sample(
                replica=replica.log.stem,
                process=pid,
                at=time.monotonic(),
                failed_shown=shown.get(("kitchen_tickets", "FAILED"), 0.0),
                failed_true=float(truth[0]),
                oldest_shown=shown.get(("kitchen_oldest_unprinted_seconds", ""), 0.0),
                oldest_true=float(truth[1]),
                age_shown=shown.get(("kitchen_snapshot_age_seconds", ""), 0.0),
                says_database_is_down=shown.get(("kitchen_database_up", ""), 0.0) == 0.0,
            )
        )

    async def comes_true(self, question: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Ask again and again; return whether it came true in time."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if await question():
                return True
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def is_at_rest(self) -> bool:
        """Whether every committed ticket has its fate and nothing is going on."""
        return await self._yes(_REST)

    async def longest_queue(self) -> int:
        """Return how many tickets wait for the printer that has most of them; 0 while the database is away."""
        try:
            async with await psycopg.AsyncConnection.connect(self._dsn, connect_timeout=2) as connection:
                row = await (await connection.execute(_QUEUE)).fetchone()
        except psycopg.Error:
            return 0
        return int(row[0]) if row else 0

    async def is_settled(self, tags: list[str]) -> bool:
        """Whether the tickets of these dishes have their fate."""
        return await self._yes(_SETTLED, len(tags), [f"Dish {tag}" for tag in tags])

    async def unsettled(self) -> list[str]:
        """Name what has no fate."""
        async with await psycopg.AsyncConnection.connect(self._dsn) as connection:
            return [str(row[0]) for row in await (await connection.execute(_UNSETTLED)).fetchall()]

    async def delays(self, tags: list[str]) -> list[float]:
        """Return how long the tickets of these dishes took."""
        async with await psycopg.AsyncConnection.connect(self._dsn) as connection:
            rows = await connection.execute(_DELAYS, [[f"Dish {tag}" for tag in tags]])
            return [float(row[0]) for row in await rows.fetchall()]

    async def _yes(self, question: str, *values: object) -> bool:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=2
                )
            row = await (await self._connection.execute(question.encode(), values or None)).fetchone()
        except psycopg.Error:
            return False
        return row is not None and bool(row[0])

    async def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            await self._connection.close()


def _read(page: str) -> dict[tuple[str, str], float]:
    try:
        return {
            (sample.name, sample.labels.get("state", "")): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }
    except ValueError:
        return {}  # Not the page of metrics: a refusal, which shows nothing.
