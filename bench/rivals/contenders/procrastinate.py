"""procrastinate: PostgreSQL, LISTEN/NOTIFY, a worker for each printer's queue, all in one process.

The settings, and why they are the best we know:

- A queue for each printer and a worker for each queue, one job at a time: tickets of a printer take turns, and printers
  wait for nobody. One worker for all of them fetches one job after the other, each with a commit that the next one
  waits for: a fifth slower here, if cheaper at a trickle. Its own ``lock`` keeps turns too, but the end of a job wakes
  nobody: a backlog for one printer then advances once a poll, and with a poll of 50 ms was the slowest of the three.
- Connections commit by themselves and are not tested when they are taken from the pool: that saves three round trips
  for each of its statements. Every statement is prepared when it is first used, as the service's are.
- Finished jobs are deleted, which keeps its table small, as its documentation advises for many short jobs.
"""

import asyncio
import logging
import time
from importlib import import_module
from typing import Any, Final, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import Lines, rendered
from bench.rivals.shop import INSERT, MARK, READ, TABLE, Ticket, inserted

RETRIES_MAX: Final = 1_000
RETRY_SECONDS: Final = 2
"""What a printer that cannot be reached costs a ticket; its default is not to try again."""

_ENQUEUED: Final[LiteralString] = f"""
WITH ticket AS ({INSERT} RETURNING id, printer)
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args)
SELECT printer, 'print', 0, jsonb_build_object('number', id, 'printer', printer) FROM ticket ORDER BY id
"""


class Procrastinate(WorkerOfOurs):
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
        """Run the workers."""
        logging.disable(logging.INFO)
        asyncio.run(_work(scene))


async def _work(scene: Scene) -> None:
    procrastinate: Any = import_module("procrastinate")
    lines = Lines(scene)
    # By `configure`, because its listener passes `autocommit` itself beside the pool's arguments.
    async with AsyncConnectionPool(
        scene.dsn, min_size=8, max_size=16, configure=_commit_by_itself, open=False
    ) as pool:

        async def print_ticket(number: int, printer: str) -> None:
            async with pool.connection() as connection:
                row = await (await connection.execute(READ, [number])).fetchone()
            assert row is not None
            await lines.deliver(scene.printers[printer], rendered(row[0]))
            async with pool.connection() as connection:
                await connection.execute(MARK, [number])

        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=scene.dsn))
        retry = procrastinate.RetryStrategy(max_attempts=RETRIES_MAX, wait=RETRY_SECONDS)
        app.task(name="print", retry=retry)(print_ticket)
        await app.open_async(pool)
        options = {"concurrency": 1, "delete_jobs": "successful", "install_signal_handlers": False}
        workers = (app.run_worker_async(queues=[printer], **options) for printer in scene.printers)
        await asyncio.gather(*workers)


async def _commit_by_itself(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)
    connection.prepare_threshold = 0


CONTENDER = Procrastinate()
