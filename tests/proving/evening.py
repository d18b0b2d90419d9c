"""One printer, one till, one service inside the test, on a database that is spoilt; the checker judges."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import psycopg
from proving.chaos.checker import Beside, Findings, check
from proving.chaos.facts import papers_of, store
from proving.chaos.load import Record, Till
from proving.chaos.oracle import Oracle
from proving.chaos.watch import Watch
from proving.chaos.witness import Witness
from proving.invariants import Invariant
from psycopg.conninfo import conninfo_to_dict

from kitchen_demo.logins import create_login
from kitchen_demo.pos_tables import create_pos_tables
from kitchen_demo.postgres_server import EmbeddedPostgres
from kitchen_printer.database.migrate import migrate
from tests.service.kitchen_under_test import QUICK, RunningService

REST_SECONDS = 20.0
SETTINGS = {**QUICK, "KITCHEN_FAILOVER_SECONDS": "1"}


class Evening:
    """What a test does with it."""

    def __init__(self, server: EmbeddedPostgres, service_dsn: str, printer: Witness) -> None:
        self.server = server
        self.dsn = server.dsn()
        self.service_dsn = service_dsn
        self.login = str(conninfo_to_dict(service_dsn)["user"])
        self.printer = printer
        self.record = Record()
        self.till = Till(self.dsn, self.record, ["BAR"], Random(1))
        self.watch = Watch(self.dsn, [])

    def execute(self, statement: str) -> None:
        """Do something as superuser."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    def start(self, dsn: str | None = None) -> RunningService:
        """Start a service."""
        return RunningService(dsn or self.service_dsn, SETTINGS)

    async def comes_to_rest(self, seconds: float = REST_SECONDS) -> bool:
        """Whether everything committed gets its fate in time."""
        return await self.watch.comes_true(self.watch.is_at_rest, seconds)

    async def papers(self, count: int) -> None:
        """Return once so many sheets were cut."""
        await self.printer.paper.wait_for_sheets(count, REST_SECONDS)

    async def found(self) -> Findings:
        """Judge all of it."""
        await self.till.close()
        await self.watch.close()
        with psycopg.connect(self.dsn) as connection:
            store(
                connection,
                submissions=self.record.submissions,
                papers=papers_of(self.printer),
                conversations=self.printer.conversations,
                samples=(),
            )
            return check(connection, Beside())


@asynccontextmanager
async def evening(server: EmbeddedPostgres) -> AsyncGenerator[Evening, None]:
    """Prepare a server that nobody else uses."""
    with psycopg.connect(server.dsn()) as connection:
        create_pos_tables(connection)
    migrate(server.dsn())
    with psycopg.connect(server.dsn()) as connection:
        service_dsn = create_login(connection, "kitchen_service").dsn(server.dsn())
    with Oracle(server.dsn()) as oracle:
        async with Witness(name="BAR", ask=oracle.ask, speed_mm_s=None) as printer:
            printer.known_as = printer.address
            with psycopg.connect(server.dsn()) as connection:
                connection.execute(
                    "INSERT INTO printers (address, level, level_provenance) VALUES (%s, 'A', 'pinned')",
                    [printer.address],
                )
                connection.execute(
                    "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', %s)",
                    [printer.address],
                )
            yield Evening(server, service_dsn, printer)


def broken(findings: Findings) -> set[Invariant]:
    """Which invariants do not hold."""
    return {verdict.invariant for verdict in findings.verdicts if not verdict.holds}


def fill(folder: Path) -> Path:
    """Leave no byte free on the file system of a folder; return what fills it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return filler
