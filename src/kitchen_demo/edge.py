"""A whole edge server on one machine: PostgreSQL, the contract, a backend, virtual printers, the service.

Backend and service are processes of their own, each with a login of its own.
"""

import secrets
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from kitchen_demo.backend_process import BackendProcess, set_up_backend
from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.menu import MENU, STATIONS
from kitchen_demo.postgres import Postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate
from virtual_printer import VirtualPrinter


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The parts, running. ``dsn`` is the superuser's: for looking at the record, not for working."""

    dsn: str
    printers: Mapping[str, VirtualPrinter]
    service: ServiceProcess


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that has the contract, and how the service logs in."""

    service_dsn: str


@dataclass(frozen=True, slots=True)
class BackendReady:
    """A backend that takes orders, and the token of a POS."""

    process: BackendProcess
    token: str


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
    """Migrate an empty database and make a login for the service.

    Logins belong to the whole server, so they are dropped in the end.
    """
    migrate(dsn)
    with psycopg.connect(dsn) as connection:
        service = create_login(connection, "kitchen_service")
    try:
        yield Prepared(service.dsn(dsn))
    finally:
        with psycopg.connect(dsn) as connection:
            drop_login(connection, service)


@contextmanager
def running_backend(
    dsn: str, scratch: Path, environment: Mapping[str, str] | None = None
) -> Generator[BackendReady, None, None]:
    """Set a backend up in a prepared database, with a login and a menu, and run it. Raises ``ProcessFailed``."""
    with psycopg.connect(dsn) as connection:
        login = create_login(connection, "kitchen_backend")
    try:
        token = set_up_backend(dsn, login.name, [dish.name for dish in MENU], client="till")
        process = BackendProcess(login.dsn(dsn), scratch / "backend.log", environment)
        process.start()
        try:
            process.wait_until_healthy()
            yield BackendReady(process, token)
        finally:
            process.stop()
    finally:
        with psycopg.connect(dsn) as connection:
            drop_login(connection, login)


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
        service = ServiceProcess(prepared.service_dsn, log, environment)
        stack.callback(service.stop)
        service.start()
        yield Edge(dsn=dsn, printers=printers, service=service)


def set_routes(dsn: str, addresses: Mapping[str, str]) -> None:
    """Say which printer serves which station, the way a technician does: one row each."""
    with psycopg.connect(dsn) as connection:
        connection.execute("DELETE FROM station_printers")
        connection.cursor().executemany(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, %s)", list(addresses.items())
        )
