"""What PostgreSQL alone does here: the least record of a print, a claim and an outcome, each a commit of its own.

As pgbench would: so many connections, each claiming and finishing one ticket after the other, and nothing else.
"""

import asyncio
import time
from functools import partial
from typing import Final, LiteralString

import psycopg

from bench.processor import processor_seconds
from bench.rivals.plan import Log, Sizes, Taken, take_turns
from bench.rivals.shop import INSERT, MARK, TABLE, Ticket, inserted
from bench.rivals.stage import Place
from kitchen_demo.edge import new_database
from kitchen_demo.postgres import GivenPostgres

PART: Final = "floors"
CONNECTIONS: Final = (1, 16)
TICKETS: Final = 1_600
_CLAIM: Final[LiteralString] = "UPDATE shop_tickets SET status = 'PRINTING' WHERE id = %s"


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Commit twice for each ticket."""
    for connections in CONNECTIONS:
        take = partial(_take, connections=connections)
        take_turns(
            place, log, PART, f"{connections} connections", ["two commits"], rounds=sizes.rounds, take=take
        )


def _take(place: Place, _: str, *, connections: int) -> Taken:
    with new_database(place.postgres) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(TABLE)
            connection.execute(INSERT, inserted([Ticket(each, each, "P00") for each in range(TICKETS)]))
            connection.execute("VACUUM ANALYZE")
        server = None if isinstance(place.postgres, GivenPostgres) else place.postgres.pid
        before, began = processor_seconds(server) if server else 0.0, time.monotonic()
        asyncio.run(_commit(dsn, connections))
        seconds = time.monotonic() - began
        used = processor_seconds(server) - before if server else float("nan")
    return {"tickets a second": TICKETS / seconds, "CPU s per 1,000": used / TICKETS * 1000}, {}


async def _commit(dsn: str, connections: int) -> None:
    await asyncio.gather(*(_share(dsn, range(first, TICKETS, connections)) for first in range(connections)))


async def _share(dsn: str, numbers: range) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for number in numbers:
            await connection.execute(_CLAIM, [number])
            await connection.execute(MARK, [number])
