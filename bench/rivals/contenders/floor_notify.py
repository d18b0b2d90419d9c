"""The floor of a single ticket: one NOTIFY, one commit before the first byte, then connect, preflight and send."""

import asyncio
import time
from typing import Final, LiteralString

import psycopg

from bench.rivals.contender import Connection, Scene, WorkerOfOurs
from bench.rivals.delivering import Lines, rendered
from bench.rivals.shop import INSERT, MARK, TABLE, Ticket, inserted

_ORDER: Final[LiteralString] = f"""
WITH ticket AS ({INSERT} RETURNING id, printer, content)
SELECT pg_notify('floor', id || ' ' || printer) FROM ticket
"""
_CLAIM: Final[LiteralString] = """
UPDATE shop_tickets SET status = 'PRINTING' WHERE id = %s RETURNING content
"""


class FloorNotify(WorkerOfOurs):
    """Each notification names its ticket; nothing is looked for, nothing can be found again after a crash."""

    name = "floor_notify"
    is_floor = must_listen_first = True

    def prepare(self, dsn: str) -> None:
        """The shop's table alone."""
        with psycopg.connect(dsn) as connection:
            connection.execute(TABLE)

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Insert and notify in one commit."""
        connection.execute(_ORDER, inserted(tickets))
        return time.time()

    def work(self, scene: Scene) -> None:
        """Print whatever a notification names, at once."""
        asyncio.run(_work(scene))


async def _work(scene: Scene) -> None:
    ears = await psycopg.AsyncConnection.connect(scene.dsn, autocommit=True)
    hand = await psycopg.AsyncConnection.connect(scene.dsn, autocommit=True)
    turns = {printer: asyncio.Lock() for printer in scene.printers}
    tasks: set[asyncio.Task[None]] = set()
    lines = Lines(scene)

    async def print_ticket(number: int, printer: str) -> None:
        async with turns[printer]:
            row = await (await hand.execute(_CLAIM, [number])).fetchone()
            assert row is not None
            await lines.deliver(scene.printers[printer], rendered(row[0]))
            await hand.execute(MARK, [number])

    await ears.execute("LISTEN floor")
    scene.ready.touch()
    async for heard in ears.notifies():
        number, printer = heard.payload.split()
        task = asyncio.create_task(print_ticket(int(number), printer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


CONTENDER = FloorNotify()
