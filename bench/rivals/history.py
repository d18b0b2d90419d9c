"""What years of printed tickets cost: a backlog and a trickle beside little history and beside much, in turns.

Then days of work one after the other with autovacuum at its defaults: what a ticket costs in tables and indexes must
not grow from day to day. A day passes here in less than a minute, so autovacuum has far less time than it would have.
"""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Final, LiteralString

import psycopg
from psycopg import sql

from bench.prune_at_work import fill
from bench.rivals.contender import contender_named
from bench.rivals.drain import drain_once
from bench.rivals.plan import Log, Sizes, Taken, take_turns
from bench.rivals.stage import Place, Stage, on_stage
from bench.rivals.trickle import INTERVAL_SECONDS, paced
from kitchen_printer.database.migrate import migrate

PART: Final = "history"
DAY: Final = "day"
PRINTERS: Final = 16
DAYS: Final = 3
_PRINTED: Final = " printed"

_SIZES: Final[LiteralString] = """
SELECT sum(pg_table_size(c.oid))::float8, sum(pg_indexes_size(c.oid))::float8
  FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_KEPT: Final[LiteralString] = "SELECT count(*) FROM kitchen_tickets WHERE printer_target = 'OLD'"
_NEWEST: Final[LiteralString] = (
    "SELECT coalesce(max(bill_id), 0) FROM kitchen_tickets WHERE bill_id < 1000000000"
)
_EXISTS: Final[LiteralString] = "SELECT 1 FROM pg_database WHERE datname = %s"


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Fill a database for each history, then let the service work in each in turns."""
    for tickets in sizes.history:
        _filled(place, tickets)
    turns = [f"{tickets:,}{_PRINTED}" for tickets in sizes.history]
    take = partial(_take, tickets=sizes.tickets, trickle=sizes.trickle_tickets)
    take_turns(place, log, PART, f"{PRINTERS} printers", turns, rounds=sizes.rounds, take=take)
    take_turns(
        place,
        log,
        DAY,
        f"{sizes.day_tickets:,} tickets a day",
        ["service"],
        rounds=1,
        take=partial(_days, sizes=sizes),
    )


def _take(place: Place, turn: str, *, tickets: int, trickle: int) -> Taken:
    dsn = place.postgres.dsn(_name(int(turn.removesuffix(_PRINTED).replace(",", ""))))
    with on_stage(place, "service", PRINTERS, database=_kept(dsn), after=_next_number(dsn)) as stage:
        rate, _ = drain_once(stage, tickets)
        _, samples = paced(stage, [position * INTERVAL_SECONDS for position in range(trickle)])
        return rate, samples


def _days(place: Place, _: str, *, sizes: Sizes) -> Taken:
    figures: dict[str, float] = {}
    with on_stage(place, "service", PRINTERS) as stage:
        drain_once(stage, sizes.day_tickets)  # The first pages of every table are made.
        for day in range(1, DAYS + 1):
            tables, indexes = _bytes(stage)
            drain_once(stage, sizes.day_tickets)
            tables_after, indexes_after = _bytes(stage)
            figures[f"table bytes a ticket, day {day}"] = (tables_after - tables) / sizes.day_tickets
            figures[f"index bytes a ticket, day {day}"] = (indexes_after - indexes) / sizes.day_tickets
    return figures, {}


def _bytes(stage: Stage) -> tuple[float, float]:
    row = stage.connection.execute(_SIZES).fetchone()
    assert row is not None
    return float(row[0]), float(row[1])


def _name(tickets: int) -> str:
    return f"rivals_history_{tickets}"


def _filled(place: Place, tickets: int) -> None:
    """Make a database with so many printed tickets, unless a server whose data were kept has one."""
    name = _name(tickets)
    dsn = place.postgres.dsn(name)
    with place.database(contender_named("service")):
        pass  # Its template is made, and its login.
    with psycopg.connect(place.postgres.dsn(), autocommit=True) as connection:
        if connection.execute(_EXISTS, [name]).fetchone() and _printed(dsn) == tickets:
            migrate(dsn)
            return
        print(f"  filling {tickets:,} printed tickets", flush=True)
        connection.execute(_sql("DROP DATABASE IF EXISTS {}", name))
        connection.execute(_sql("CREATE DATABASE {} TEMPLATE rivals_service_template", name))
    fill(dsn, tickets)


def _printed(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_KEPT).fetchone()
    return int(row[0]) if row else 0


def _sql(statement: LiteralString, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))


@contextmanager
def _kept(dsn: str) -> Generator[str, None, None]:
    """Stands for a turn's own database; what a turn adds stays in it, the same in all of them."""
    yield dsn


def _next_number(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_NEWEST).fetchone()
    return int(row[0]) if row else 0
