"""procrastinate: PostgreSQL, LISTEN/NOTIFY, one asynchronous worker.

The settings, and why they are the best we know:

- One worker with a slot for each printer and as many again, so that a printer's next ticket is already fetched and
  waits when the one before ends. Its tickets take turns by a lock in the process. procrastinate's own ``lock`` keeps
  the order in the database, but the end of a job wakes nobody: a backlog for one printer then advances once a poll.
- Connections commit by themselves and are not tested when they are taken from the pool: that saves three round trips
  for each of its statements.
- Finished jobs are deleted, which keeps its table small, as its documentation advises for many short jobs.
"""

import asyncio
import logging
import time
from collections import defaultdict
from importlib import import_module
from typing import Any, Final, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool

from bench.rivals.contender import Connection, Contender, Scene
from bench.rivals.delivering import deliver, rendered
from bench.rivals.shop import INSERT, MARK, READ, TABLE, Ticket, inserted

RETRIES_MAX: Final = 1_000
RETRY_SECONDS: Final = 2
"""What a printer that cannot be reached costs a ticket; its default is not to try again."""

_ENQUEUED: Final[LiteralString] = f"""
WITH ticket AS ({INSERT} RETURNING id, printer)
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
SELECT 'tickets', 'print', 0, jsonb_build_object('number', id, 'printer', printer) FROM ticket ORDER BY id
"""


class Procrastinate(Contender):
    """Jobs are inserted with the tickets, in their transaction."""

    name = "procrastinate"

    def prepare(self, dsn: str) -> None:
        """Its own schema, and the shop's table."""
        schema: Any = import_module("procrastinate.schema")
        with psycopg.connect(dsn) as connection:
            connection.execute(schema.SchemaManager.get_schema().encode())
            connection.execute(TABLE)

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Its triggers notify the worker at the commit."""
        connection.execute(_ENQUEUED, inserted(tickets))
        return time.time()

    def work(self, scene: Scene) -> None:
        """Run one worker."""
        logging.disable(logging.INFO)
        asyncio.run(_work(scene))


async def _work(scene: Scene) -> None:
    procrastinate: Any = import_module("procrastinate")
    slots = 2 * len(scene.printers)
    # By `configure`, because its listener passes `autocommit` itself beside the pool's arguments.
    async with AsyncConnectionPool(
        scene.dsn, min_size=8, max_size=16, configure=_commit_by_itself, open=False
    ) as pool:
        turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

        async def print_ticket(number: int, printer: str) -> None:
            async with turns[printer]:
                async with pool.connection() as connection:
                    row = await (await connection.execute(READ, [number])).fetchone()
                assert row is not None
                await deliver(scene.printers[printer], rendered(row[0]))
                async with pool.connection() as connection:
                    await connection.execute(MARK, [number])

        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=scene.dsn))
        retry = procrastinate.RetryStrategy(max_attempts=RETRIES_MAX, wait=RETRY_SECONDS)
        app.task(name="print", queue="tickets", retry=retry)(print_ticket)
        await app.open_async(pool)
        await app.run_worker_async(
            queues=["tickets"],
            concurrency=slots,
            delete_jobs="successful",
            install_signal_handlers=False,
        )


async def _commit_by_itself(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


CONTENDER = Procrastinate()
