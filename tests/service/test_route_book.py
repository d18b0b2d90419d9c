"""Reading the routes while people write them."""

import asyncio

import psycopg

from kitchen_printer.service.route_book import read_route_book
from tests.database.lanes_and_jobs import opened


async def test_a_route_that_is_added_while_the_book_is_read_is_in_the_book_of_its_version(
    database: str,
) -> None:
    """Between two readings a printer was made for the first route, and the second route came: it was lost."""

    def write_routes() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            for n in range(40):
                connection.execute(
                    "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, %s)",
                    [f"S{n}", f"127.0.0.1:{30000 + n}"],
                )

    async with opened(database) as pool:
        writing = asyncio.create_task(asyncio.to_thread(write_routes))
        while not writing.done():
            book = await read_route_book(pool, lambda _: None)
            with psycopg.connect(database) as connection:
                row = connection.execute(
                    "SELECT routing_version, (SELECT count(*) FROM station_printers) FROM kitchen_settings"
                ).fetchone()
            assert row is not None
            if row[0] == book.version:
                assert len(book.chosen) == row[1]
        await writing
        assert len((await read_route_book(pool, lambda _: None)).chosen) == 40
