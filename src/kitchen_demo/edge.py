"""A whole edge server on one machine: PostgreSQL, the contract, a small POS, virtual printers, the service."""

import secrets
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow, dict_row

from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.menu import STATIONS
from kitchen_demo.orders import Backend
from kitchen_demo.pos_tables import create_pos_tables, grant_to_backend, insert_menu
from kitchen_demo.postgres import Postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate
from virtual_printer import VirtualPrinter


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The parts, running. ``dsn`` is the superuser's: for looking at the record, not for working."""

    dsn: str
    printers: Mapping[str, VirtualPrinter]
    backend: Backend
    service: ServiceProcess


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that is ready for service: its products, and how backend and service log in."""

    products: dict[str, int]
    backend_dsn: str
    service_dsn: str


@contextmanager
def new_database(postgres: Postgres) -> Generator[str, None, None]:
    """Create a database of our own on the server, whoever runs it, and drop it in the end."""
    name = sql.Identifier(f"kitchen_demo_{secrets.token_hex(4)}")
    with psycopg.connect(postgres.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield postgres.dsn(name.as_string().strip('"'))
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@contextmanager
def prepared_database(dsn: str) -> Generator[Prepared, None, None]:
    """Create the tables and menu of a small POS in an empty database, migrate, make a login for each party.

    Logins belong to the whole server, so they are dropped in the end.
    """
    with psycopg.connect(dsn) as connection:
        create_pos_tables(connection)
        products = insert_menu(connection)
    migrate(dsn)
    with psycopg.connect(dsn) as connection:
        backend = create_login(connection, "kitchen_backend")
        grant_to_backend(connection, backend.name)
        service = create_login(connection, "kitchen_service")
    try:
        yield Prepared(products, backend.dsn(dsn), service.dsn(dsn))
    finally:
        with psycopg.connect(dsn) as connection:
            drop_login(connection, backend)
            drop_login(connection, service)


@asynccontextmanager
async def running_edge(
    dsn: str, prepared: Prepared, log: Path, environment: Mapping[str, str] | None = None
) -> AsyncGenerator[Edge, None]:
    """Start a printer for every station and the service; in the end stop what was started."""
    async with AsyncExitStack() as stack:
        printers = {
            station: await stack.enter_async_context(VirtualPrinter(name=station, speed_mm_s=200))
            for station in STATIONS
        }
        set_routes(dsn, {station: printer.address for station, printer in printers.items()})
        backend = await stack.enter_async_context(
            await AsyncConnection[DictRow].connect(
                prepared.backend_dsn, autocommit=True, row_factory=dict_row
            )
        )
        service = ServiceProcess(prepared.service_dsn, log, environment)
        stack.callback(service.stop)
        service.start()
        yield Edge(dsn=dsn, printers=printers, backend=Backend(backend, prepared.products), service=service)


def set_routes(dsn: str, addresses: Mapping[str, str]) -> None:
    """Say which printer serves which station, the way a technician does: one row each."""
    with psycopg.connect(dsn) as connection:
        connection.execute("DELETE FROM station_printers")
        connection.cursor().executemany(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, %s)", list(addresses.items())
        )
