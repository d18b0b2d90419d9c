"""LISTEN as a hint: somebody submitted something. Polling stays the truth."""

import asyncio
from collections.abc import Callable
from typing import Final

from kitchen_printer.database.connection import Connection, Database, DatabaseLostError, worded
from kitchen_printer.database.deadline import cut, deadline

PROVE_SECONDS: Final = 20.0
"""How often the listening connection must prove that it still hears: it sends itself a notification."""

HEAR_SECONDS: Final = 5.0
"""How long its own notification may take to come back before the connection counts as deaf."""


async def listen(database: Database, wake: Callable[[], None]) -> None:
    """Call ``wake`` for each notification, for ever.

    Raises :class:`~kitchen_printer.database.connection.DatabaseLostError` when the connection is lost or
    deaf, as it is behind a pooler that swallows notifications; the caller listens again after a while.
    """
    connection = await database.connect_alone()
    try:
        with worded():
            with deadline(connection):
                await connection.execute("LISTEN kitchen")
            wake()  # For what came while nobody listened.
            while True:
                if not await _something_came(connection):
                    await _prove_hearing(connection)
                async for _ in connection.notifies(timeout=0):
                    wake()
    finally:
        cut(connection)
        await connection.close()


async def _something_came(connection: Connection) -> bool:
    """Wait until the server has said something; False when it was silent for :data:`PROVE_SECONDS`.

    The driver's own waiting looks ten times a second, all night long.
    """
    loop, came = asyncio.get_running_loop(), asyncio.Event()
    place = connection.fileno()
    loop.add_reader(place, came.set)
    try:
        async with asyncio.timeout(PROVE_SECONDS):
            await came.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(place)
    return True


async def _prove_hearing(connection: Connection) -> None:
    with deadline(connection, HEAR_SECONDS):
        row = await (
            await connection.execute("SELECT current_setting('transaction_read_only') AS it")
        ).fetchone()
        if row is None or row["it"] == "on":  # What is submitted elsewhere is not heard here.
            raise DatabaseLostError("the server that was listened to takes no writes any more")
        await connection.execute("NOTIFY kitchen, 'still there'")
        async for _ in connection.notifies(stop_after=1):
            pass
