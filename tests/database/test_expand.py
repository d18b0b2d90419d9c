"""Expansion: numbers without gaps and all jobs, however many tills send and replicas expand at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

import psycopg

from kitchen_printer.database.connection import Connection, Database
from kitchen_printer.database.routing import read_configuration
from kitchen_printer.database.tickets import Expanded, Way, as_json, expand
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.routing import Absence, Choice, Route, Routing, Target
from kitchen_printer.service.expand import expand_new_tickets
from kitchen_printer.service.route_book import RouteBook
from tests.database.lanes_and_jobs import add_lanes, opened

STATIONS = ("BAR", "KITCHEN", "DESSERT")


async def _book(database: Database) -> RouteBook:
    printers = await add_lanes(database, len(STATIONS))
    routes = tuple(
        Route(station=station, copy_no=1, printer_id=printer, priority=1)
        for station, printer in zip(STATIONS, printers, strict=True)
    )
    return RouteBook(
        version=(await read_configuration(database)).version,
        zone=UTC,
        default_station=None,
        closed_stations=frozenset(),
        stations=(),
        routing=Routing(routes=routes),
        printers={},
    )


async def test_an_expansion_does_not_wait_for_the_disk_and_what_is_claimed_does(database: str) -> None:
    async with opened(database) as service:
        book = await _book(service)
        async with service.connection() as connection:
            await connection.execute("SET synchronous_commit = on", prepare=False)
            async with connection.transaction():
                await connection.execute(
                    "SELECT kitchen_expand(%s::bigint, %s::jsonb, 500)", [book.version, book.ways]
                )
                during = await _synchronous_commit(connection)
            after = await _synchronous_commit(connection)
    assert (during, after) == ("off", "on")


async def _synchronous_commit(connection: Connection) -> str:
    row = await (await connection.execute("SHOW synchronous_commit", prepare=False)).fetchone()
    assert row is not None
    return str(row["synchronous_commit"])


async def test_two_hundred_bills_from_eight_tills_are_numbered_without_gaps_by_two_replicas(
    database: str,
) -> None:
    with psycopg.connect(database) as connection:
        bills = [_bill(connection, stations) for stations in _station_orders(Random(7), 200)]
    async with opened(database) as first, opened(database) as second:
        book = await _book(first)
        sending = asyncio.gather(*_tills(database, bills, 8))
        while not sending.done():
            await asyncio.gather(
                *(expand_new_tickets(each, book, lambda _: None) for each in (first, second))
            )
        await sending
        await expand_new_tickets(first, book, lambda _: None)

    with psycopg.connect(database) as connection:
        numbers = connection.execute(
            "SELECT printer_target, array_agg(station_seq ORDER BY station_seq) FROM kitchen_tickets GROUP BY 1"
        ).fetchall()
        jobs = connection.execute("SELECT count(*), count(DISTINCT ticket_id) FROM print_jobs").fetchone()
    assert dict(numbers) == {station: list(range(1, 201)) for station in STATIONS}
    assert jobs == (600, 600)


def _station_orders(random: Random, count: int) -> list[tuple[str, ...]]:
    return [tuple(random.sample(STATIONS, 3)) for _ in range(count)]


def _bill(connection: psycopg.Connection[tuple[int]], stations: tuple[str, ...]) -> int:
    row = connection.execute("INSERT INTO pos_bill (bill_number) VALUES ('x') RETURNING id").fetchone()
    assert row is not None
    for station in stations:
        connection.execute(
            "INSERT INTO pos_billitem (bill_id, product_id, printer_target)"
            " SELECT %s, min(id), %s FROM core_product",
            [row[0], station],
        )
    return row[0]


def _tills(dsn: str, bills: list[int], count: int) -> list[asyncio.Future[None]]:
    """Start tills that send their share of the bills, each over its own connection and from its own thread."""

    def send(share: list[int]) -> None:
        with psycopg.connect(dsn, autocommit=True) as till:
            for bill in share:
                till.execute("SELECT kitchen_send_bill(%s)", [bill])

    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(count)
    return [loop.run_in_executor(pool, send, bills[n::count]) for n in range(count)]


async def test_a_ticket_belongs_to_the_business_day_that_its_evening_began_on(database: str) -> None:
    async with opened(database) as pool:
        async with pool.connection() as connection:
            await connection.execute("UPDATE kitchen_settings SET time_zone = 'Asia/Jakarta'")
            for moment in ("2026-11-20 21:59:59+00", "2026-11-20 22:00:00+00"):  # 04:59:59 and 05:00 there
                await connection.execute(
                    "INSERT INTO kitchen_tickets (printer_target, created_at) VALUES ('BAR', %s)", [moment]
                )
        await expand_new_tickets(pool, await _book(pool), lambda _: None)
        rows = await _rows(pool)

    assert rows == [("2026-11-20", 1), ("2026-11-21", 1)]


async def _rows(pool: Database) -> list[tuple[str, int]]:
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT business_day, station_seq FROM kitchen_tickets ORDER BY id")
        return [(row["business_day"].isoformat(), row["station_seq"]) async for row in cursor]


async def test_a_row_with_the_columns_of_the_brief_alone_is_expanded_too(database: str) -> None:
    async with opened(database) as pool:
        book = await _book(pool)
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (5, ' bar ')"
            )
        assert await expand_new_tickets(pool, book, lambda _: None) == {
            book.chosen[Target("BAR", 1)].printer_id
        }


async def test_a_book_of_other_routes_expands_nothing(database: str) -> None:
    """A ticket's copies are those of its station's routes at that time: an old book must not fix them."""
    async with opened(database) as pool:
        book = await _book(pool)
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', 'new')"
            )
            await connection.execute(
                "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (5, 'BAR')"
            )
        assert await expand_new_tickets(pool, book, lambda _: None) == set()
        numbered = await _numbered(pool)
    assert numbered == 0


async def test_a_station_without_a_way_of_its_own_takes_that_of_any_station_and_each_copy_gets_a_job(
    database: str,
) -> None:
    async with opened(database) as pool:
        bar, kitchen, _ = await add_lanes(pool, 3)
        absence = Absence(reason=Reason.PAPER_OUT, since=datetime(2026, 11, 20, tzinfo=UTC))
        diverted = Choice(printer_id=bar, diverted_from=kitchen, absence=absence)
        ways = [
            Way(of_station="BAR", station="BAR", copy_no=1, choice=Choice(printer_id=bar)),
            Way(of_station=None, station="KITCHEN", copy_no=1, choice=Choice(printer_id=kitchen)),
            Way(of_station=None, station="KITCHEN", copy_no=2, choice=diverted),
        ]
        async with pool.connection() as connection:
            for station in ("bar", "Sushi", "no way"):
                await connection.execute(
                    "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (5, %s)", [station]
                )
        version = (await read_configuration(pool)).version
        assert await expand(pool, version, as_json(ways)) == Expanded(3, frozenset({bar, kitchen}))
        assert await expand(pool, version, as_json(ways)) == Expanded(0, frozenset())
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT ticket_id, station_code, copy_no, printer_id, diverted_from, diverted_for, diverted_since"
                " FROM print_jobs ORDER BY id"
            )
            jobs = [tuple(row.values()) async for row in cursor]
            cursor = await connection.execute(
                "SELECT event, count(*) AS n FROM print_events GROUP BY 1 ORDER BY 1"
            )
            events = [(row["event"], row["n"]) async for row in cursor]
    elsewhere = (kitchen, "paper_out", absence.since)
    assert jobs == [
        (1, "BAR", 1, bar, None, None, None),
        (2, "KITCHEN", 1, kitchen, None, None, None),
        (2, "KITCHEN", 2, bar, *elsewhere),
        (3, "KITCHEN", 1, kitchen, None, None, None),
        (3, "KITCHEN", 2, bar, *elsewhere),
    ]
    assert events == [("expanded", 3), ("redirected", 2)]


async def test_without_a_way_for_any_station_a_ticket_without_its_own_waits(database: str) -> None:
    async with opened(database) as pool:
        (bar,) = await add_lanes(pool, 1)
        ways = as_json([Way(of_station="BAR", station="BAR", copy_no=1, choice=Choice(printer_id=bar))])
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (5, 'SUSHI')"
            )
            await connection.execute(
                "INSERT INTO kitchen_tickets (bill_id, printer_target, not_before)"
                " VALUES (5, 'BAR', now() + interval '1 hour')"
            )
        version = (await read_configuration(pool)).version
        assert await expand(pool, version, ways) == Expanded(0, frozenset())
        assert await _numbered(pool) == 0


async def _numbered(database: Database) -> int:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT count(*) AS n FROM kitchen_tickets WHERE station_seq IS NOT NULL"
        )
        row = await cursor.fetchone()
    return int(row["n"]) if row else 0
