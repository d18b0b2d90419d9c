"""pgqueuer: PostgreSQL, LISTEN/NOTIFY, asyncpg, one asynchronous worker.

The settings, and why they are the best we know:

- asyncpg, the driver it was made for, on a connection of its own; the tickets are read and marked over a pool.
- One entrypoint, and turns by a lock in the process. An entrypoint for each printer with its own
  ``concurrency_limit=1`` was tried: it fetches a printer's next ticket only when the one before is on record, and
  drains at a third of the rate.
- A batch as large as there are printers, so that one dequeue feeds them all, and room for two batches at once, so that
  the next tickets are fetched while these print. Results are logged in batches anyway.
- uvloop, as its own command line runs on where it is installed.
- Its queue's table gets the storage settings that its own `pgq autovac` sets.
"""

import asyncio
import time
from collections import defaultdict
from datetime import timedelta
from importlib import import_module
from typing import Any, Final, LiteralString

import psycopg

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import Lines, NotPrintedError, rendered
from bench.rivals.shop import INSERT, TABLE, Ticket, inserted
from kitchen_printer.printers.connection import NoConnectionError

RETRY_AFTER: Final = timedelta(seconds=2)
"""How soon a ticket is tried again whose printer cannot be reached; by default it is dropped."""

_ENQUEUED: Final[LiteralString] = f"""
WITH ticket AS ({INSERT} RETURNING id, printer)
INSERT INTO pgqueuer (priority, entrypoint, payload, status)
SELECT 0, 'print', convert_to(id || ' ' || printer, 'UTF8'), 'queued' FROM ticket ORDER BY id
"""
_READ: Final = "SELECT content FROM shop_tickets WHERE id = $1"
_MARK: Final = "UPDATE shop_tickets SET status = 'PRINTED', printed_at = clock_timestamp() WHERE id = $1"


class PgQueuer(WorkerOfOurs):
    """Jobs are inserted with the tickets, in their transaction."""

    name = "pgqueuer"

    def prepare(self, dsn: str) -> None:
        """Its own schema with its own storage settings, and the shop's table."""
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLE)
        asyncio.run(_install(dsn))

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Its trigger notifies the worker at the commit."""
        connection.execute(_ENQUEUED, inserted(tickets))
        return time.time()

    def work(self, scene: Scene) -> None:
        """Run one worker."""
        import_module("uvloop").run(_work(scene))


async def _install(dsn: str) -> None:
    asyncpg: Any = import_module("asyncpg")
    connection = await asyncpg.connect(dsn)
    queries = import_module("pgqueuer.queries").Queries(
        import_module("pgqueuer.db").AsyncpgDriver(connection)
    )
    await queries.install()
    await queries.optimize_autovacuum()
    await connection.close()


async def _work(scene: Scene) -> None:
    asyncpg: Any = import_module("asyncpg")
    driver = import_module("pgqueuer.db").AsyncpgDriver(await asyncpg.connect(scene.dsn))
    queue: Any = import_module("pgqueuer.qm").QueueManager(import_module("pgqueuer.queries").Queries(driver))
    retry: Any = import_module("pgqueuer.errors").RetryRequested
    pool = await asyncpg.create_pool(scene.dsn, min_size=8, max_size=16)
    turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
    lines = Lines(scene)

    async def print_ticket(job: Any) -> None:
        number, printer = job.payload.decode().split()
        async with turns[printer]:
            content = await pool.fetchval(_READ, int(number))
            try:
                await lines.deliver(scene.printers[printer], rendered(content))
            except (NoConnectionError, NotPrintedError) as error:
                raise retry(delay=RETRY_AFTER, reason=str(error)) from error
            await pool.execute(_MARK, int(number))

    queue.entrypoint("print")(print_ticket)
    batch = max(10, len(scene.printers))
    await queue.run(batch_size=batch, max_concurrent_tasks=2 * batch)


CONTENDER = PgQueuer()
