"""The house of a campaign: a database, four printers on bad lines, services that can be killed, tills."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from kitchen_demo.logins import create_login
from kitchen_demo.pos_tables import create_pos_tables
from kitchen_printer.database.migrate import migrate
from proving.chaos.disturbances import Log
from proving.chaos.fault_proxy import FaultProxy, Streams
from proving.chaos.keeper import Keeper
from proving.chaos.load import Record, Till
from proving.chaos.network import Network
from proving.chaos.oracle import Oracle
from proving.chaos.replicas import Replica, nursery
from proving.chaos.witness import Witness
from virtual_printer import Event

TILLS: Final = 3
SPEED_MM_S: Final = 400.0
"""Faster than any receipt printer, and slow enough for things to happen in the middle of a paper."""

SETTINGS: Final[Mapping[str, str]] = {
    "KITCHEN_POLL_SECONDS": "0.25",
    "KITCHEN_LEASE_SECONDS": "2",
    "KITCHEN_CONFIRM_SECONDS": "4",
    "KITCHEN_FAILOVER_SECONDS": "3",
    "KITCHEN_GIVE_UP_SECONDS": "30",
    "KITCHEN_ALARM_SECONDS": "5",
    "KITCHEN_ALARM_REPEAT_SECONDS": "60",
    "KITCHEN_LATE_SECONDS": "20",
    "KITCHEN_RECOVERY_TICKETS_PER_MINUTE": "600",
    "KITCHEN_LOG_LEVEL": "info",
}
"""Everything the product lets one set, at its short end: an evening's trouble in a minute. Nothing else differs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One printer: what its maker made it, and the level of proof that a technician pinned."""

    name: str
    level: str
    profile: str = "epson-80"


@dataclass(frozen=True, slots=True)
class Station:
    """A station, its printers by priority, first to last."""

    code: str
    printers: tuple[str, ...]


PRINTERS: Final = (Kind("one", "A+"), Kind("two", "A"), Kind("three", "B", "clone-80"), Kind("four", "A+"))
STATIONS: Final = (
    Station("GRILL", ("one", "two")),
    Station("BAR", ("two", "four")),
    Station("COLD", ("three",)),
    Station("SWEET", ("four", "one")),
)
LONELY: Final = "COLD"
"""The station whose printer nobody stands in for."""


@dataclass(frozen=True, slots=True)
class Line:
    """A printer and the line on which the service reaches it."""

    name: str
    level: str
    printer: Witness
    proxy: FaultProxy

    @property
    def has_named_answers(self) -> bool:
        """Whether its answers say which question they belong to."""
        return self.level in ("A+", "A")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All parts, running."""

    dsn: str
    service_dsn: str
    keeper: Keeper
    lines: Sequence[Line]
    database_lines: Sequence[FaultProxy]
    replicas: Sequence[Replica]
    has_cables: bool
    record: Record
    tills: Sequence[Till]


@asynccontextmanager
async def open_house(
    keeper: Keeper, scratch: Path, net: Network, log: Log, *, seed: int, logs: Path | None = None
) -> AsyncGenerator[House, None]:
    """Build the house on an empty server; the services are not started yet."""
    dsn = keeper.dsn()
    async with AsyncExitStack() as stack:
        service_dsn = await asyncio.to_thread(_prepare, dsn)
        oracle = stack.enter_context(Oracle(dsn))
        lines = [await _line(stack, kind, oracle, net.printers_host, log) for kind in PRINTERS]
        await asyncio.to_thread(_set_up, dsn, lines)
        database_lines: list[FaultProxy] = []
        replicas: list[Replica] = []
        for at, place in enumerate(net.places):
            nurse = await stack.enter_async_context(nursery(scratch, place.prefix))
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="kpdb-")))
            database_lines.append(await _database_line(stack, keeper, folder))
            reached = make_conninfo(service_dsn, host=str(folder))
            replicas.append(Replica(nurse, place, reached, (logs or scratch) / f"replica-{at}.log", SETTINGS))
        record = Record()
        names = [station.code for station in STATIONS]
        yield House(
            dsn=dsn,
            service_dsn=service_dsn,
            keeper=keeper,
            lines=lines,
            database_lines=database_lines,
            replicas=replicas,
            has_cables=net.has_cables,
            record=record,
            tills=[Till(dsn, record, names, Random(f"{seed} till {at}")) for at in range(TILLS)],
        )


def _prepare(dsn: str) -> str:
    """Make the tables of a POS and the contract; return how the service logs in."""
    with psycopg.connect(dsn) as connection:
        create_pos_tables(connection)
    migrate(dsn)
    with psycopg.connect(dsn) as connection:
        return create_login(connection, "kitchen_service").dsn(dsn)


def _set_up(dsn: str, lines: Sequence[Line]) -> None:
    """Do what a technician does: pin what each printer can prove, and say who serves whom."""
    with psycopg.connect(dsn) as connection:
        addresses = {line.name: line.printer.known_as for line in lines}
        for line in lines:
            connection.execute(
                "INSERT INTO printers (address, level, level_provenance) VALUES (%s, %s, 'pinned')",
                [line.printer.known_as, line.level],
            )
        for station in STATIONS:
            for priority, name in enumerate(station.printers, start=1):
                connection.execute(
                    "INSERT INTO station_printers (station_code, printer_ip, priority) VALUES (%s, %s, %s)",
                    [station.code, addresses[name], priority],
                )


async def _line(stack: AsyncExitStack, kind: Kind, oracle: Oracle, host: str, log: Log) -> Line:
    def heard(event: Event) -> None:
        if event.name == "fault began":
            log.happened[f"printer: {event.details['fault']}"] += 1

    printer = Witness(
        name=kind.name, ask=oracle.ask, speed_mm_s=SPEED_MM_S, profile=kind.profile, on_event=heard
    )
    await stack.enter_async_context(printer)

    async def connect() -> Streams:
        address, _, port = printer.address.rpartition(":")
        return await asyncio.open_connection(address, int(port))

    proxy = FaultProxy(connect)
    printer.known_as = await proxy.listen(host)
    stack.push_async_callback(proxy.close)
    return Line(kind.name, kind.level, printer, proxy)


async def _database_line(stack: AsyncExitStack, keeper: Keeper, folder: Path) -> FaultProxy:
    async def connect() -> Streams:
        return await asyncio.open_unix_connection(keeper.socket)

    proxy = FaultProxy(connect)
    await proxy.listen_at(str(folder / keeper.socket.name))
    stack.push_async_callback(proxy.close)
    return proxy
