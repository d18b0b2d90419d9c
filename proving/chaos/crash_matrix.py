"""Every point in the service at which something can happen, crossed with everything that can happen there.

Each cell is a world of its own: a database, two printers that can prove what they print (levels A+ and A), and a
service for which one mishap is planned, or two lives of a service with a mishap each. Then a service without plans
makes good what was left, and papers and record are judged. Worlds wait a good deal, for leases above all, so many are
played at once.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
from psycopg import sql

from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.pos_tables import create_pos_tables
from kitchen_printer.database.migrate import migrate
from proving.chaos.checker import Beside, check
from proving.chaos.facts import papers_of, store
from proving.chaos.failpoints import POINTS, Mishap, Plan, points_reached
from proving.chaos.keeper import Keeper
from proving.chaos.load import Record, Till
from proving.chaos.network import Place
from proving.chaos.oracle import Oracle
from proving.chaos.replicas import Nursery, Replica, nursery
from proving.chaos.watch import Watch
from proving.chaos.witness import Witness

ORDERS_BEFORE: Final = 3
LIFE_SECONDS: Final = 20.0
"""So long a service may take to come to its mishap; then the point lies on no way it goes, and that is counted."""

DRAIN_SECONDS: Final = 120.0
SPEED_MM_S: Final = 1000.0
SETTINGS: Final = {
    "KITCHEN_POLL_SECONDS": "0.1",
    "KITCHEN_LEASE_SECONDS": "2",
    "KITCHEN_CONFIRM_SECONDS": "2",
    "KITCHEN_FAILOVER_SECONDS": "1",
    "KITCHEN_ALARM_SECONDS": "3600",
    "KITCHEN_MAX_ATTEMPTS": "20",
}
IN_DOUBT: Final = frozenset({"asking in doubt", "asked in doubt"})
FOR_THE_DEAD: Final = frozenset({"asking for the dead", "asked for the dead", "settling", "settled"})
"""Points that are passed only after a line has broken, or after somebody has died."""

WRITTEN: Final = frozenset({"writing", "written"})
WRITTEN_PASSAGES: Final = (1, 2, 3)
LAYING_OUT: Final = frozenset({"rendering", "rendered"})
PRINTERS: Final = ("one", "two")


@dataclass(frozen=True, slots=True)
class Cell:
    """One world: what is planned for each life of the service, one after the other."""

    lives: tuple[Plan, ...]

    @property
    def spoils_a_ticket(self) -> bool:
        """Whether laying one out fails: such a ticket is shown as FAILED at once, for it would fail again."""
        return any(plan.mishap is Mishap.RAISE and plan.point in LAYING_OUT for plan in self.lives)

    def __str__(self) -> str:
        return ", then ".join(f"{plan.mishap} at {plan.point!r}" for plan in self.lives)


@dataclass(slots=True)
class Matrix:
    """What all cells came to."""

    cells: int = 0
    kills: int = 0
    papers: int = 0
    tickets: int = 0
    marked: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    reached: int = 0
    not_reached: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])


def single_cells() -> Iterator[Cell]:
    """Every point with every mishap; what is written first is a claim, and an outcome later."""
    for point, mishap in product(POINTS, Mishap):
        for passage in WRITTEN_PASSAGES if point in WRITTEN else (1,):
            yield Cell((*_before(point), Plan(point=point, mishap=mishap, passage=passage)))


def pairs() -> Iterator[Cell]:
    """A kill at every point, and another one at every point in the life that was to make the first one good."""
    for first, second in product(POINTS, POINTS):
        if first not in FOR_THE_DEAD:
            yield Cell((Plan(point=first, mishap=Mishap.KILL), Plan(point=second, mishap=Mishap.KILL)))


def _before(point: str) -> tuple[Plan, ...]:
    """What must have happened for the point to be passed at all."""
    return (Plan(point="handed over", mishap=Mishap.KILL),) if point in FOR_THE_DEAD else ()


Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class _Theatre:
    """What all worlds share."""

    keeper: Keeper
    template: str
    nurse: Nursery
    scratch: Path


async def crash_matrix(keeper: Keeper, cells: Sequence[Cell], at_once: int, tell: Tell) -> Matrix:
    """Play all cells, so many at once, and judge each."""
    matrix = Matrix()
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="kpm-")))
        nurse = await stack.enter_async_context(nursery(scratch))
        template = await stack.enter_async_context(_template(keeper))
        theatre = _Theatre(keeper, template, nurse, scratch)
        places = asyncio.Semaphore(at_once)

        async def play(cell: Cell) -> None:
            async with places:
                await _played(theatre, cell, matrix)
                matrix.cells += 1
                tell(matrix.cells / len(cells), str(cell))

        async with asyncio.TaskGroup() as group:
            for cell in cells:
                group.create_task(play(cell))
    matrix.seconds = time.monotonic() - began
    return matrix


@asynccontextmanager
async def _template(keeper: Keeper) -> AsyncGenerator[str, None]:
    name = f"matrix_{token_hex(4)}"
    await asyncio.to_thread(_create, keeper.dsn(), name, "template1")

    def migrated() -> None:
        with psycopg.connect(keeper.dsn(name)) as connection:
            create_pos_tables(connection)
        migrate(keeper.dsn(name))

    await asyncio.to_thread(migrated)
    yield name


def _create(dsn: str, name: str, template: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


@asynccontextmanager
async def _world(keeper: Keeper, template: str) -> AsyncGenerator[tuple[str, str], None]:
    """A database of its own; gives how the superuser and how the service connects."""
    name = f"world_{token_hex(5)}"
    await asyncio.to_thread(_create, keeper.dsn(), name, template)
    dsn = keeper.dsn(name)

    def login() -> tuple[str, Callable[[], None]]:
        with psycopg.connect(dsn) as connection:
            made = create_login(connection, "kitchen_service")

        def drop() -> None:
            with psycopg.connect(dsn) as connection:
                drop_login(connection, made)
            with psycopg.connect(keeper.dsn(), autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

        return made.dsn(dsn), drop

    service_dsn, drop = await asyncio.to_thread(login)
    try:
        yield dsn, service_dsn
    finally:
        await asyncio.to_thread(drop)


async def _played(theatre: _Theatre, cell: Cell, matrix: Matrix) -> None:
    async with _world(theatre.keeper, theatre.template) as (dsn, service_dsn), AsyncExitStack() as stack:
        oracle = stack.enter_context(Oracle(dsn))
        printers = [
            await stack.enter_async_context(Witness(name=name, ask=oracle.ask, speed_mm_s=SPEED_MM_S))
            for name in PRINTERS
        ]
        await asyncio.to_thread(_set_up, dsn, printers)
        log = theatre.scratch / f"{token_hex(4)}.log"
        replica = Replica(theatre.nurse, Place((), "127.0.0.1", None), service_dsn, log, SETTINGS)
        stack.push_async_callback(replica.kill)
        record = Record()
        till = Till(dsn, record, ["ONE", "TWO"], Random(str(cell)))
        for _ in range(ORDERS_BEFORE):
            await till.order(stations=["ONE", "TWO"])
        if any(plan.point in IN_DOUBT for plan in cell.lives):
            for printer in printers:
                printer.causes.reset_after_byte(150)
        for plan in cell.lives:
            await _life(replica, plan, till)
        await replica.start()
        watch = Watch(dsn, [replica])
        is_drained = await watch.comes_true(watch.is_at_rest, DRAIN_SECONDS)
        undrained = [] if is_drained else await watch.unsettled()
        await watch.close()
        await replica.stop()
        await till.close()
        judged = await asyncio.to_thread(_judged, dsn, record, printers, undrained)
        _count(matrix, cell, replica, judged)


async def _life(replica: Replica, plan: Plan, till: Till) -> None:
    """Let a service live until it is killed where it was planned; one that something else befalls lives on."""
    await replica.start(plan)
    await till.order(stations=["ONE"])
    if plan.mishap is Mishap.KILL:
        try:
            async with asyncio.timeout(LIFE_SECONDS):
                await replica.ended()
        except TimeoutError:
            await replica.kill()


def _set_up(dsn: str, printers: Sequence[Witness]) -> None:
    with psycopg.connect(dsn) as connection:
        for printer, level in zip(printers, ("A+", "A"), strict=True):
            printer.known_as = printer.address
            connection.execute(
                "INSERT INTO printers (address, level, level_provenance) VALUES (%s, %s, 'pinned')",
                [printer.address, level],
            )
            connection.execute(
                "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, %s)",
                [printer.name.upper(), printer.address],
            )


@dataclass(frozen=True, slots=True)
class _Judged:
    problems: list[str]
    sets: dict[str, int | float]
    marked: int


def _judged(dsn: str, record: Record, printers: Sequence[Witness], undrained: Sequence[str]) -> _Judged:
    with psycopg.connect(dsn) as connection:
        store(
            connection,
            submissions=record.submissions,
            papers=[paper for printer in printers for paper in papers_of(printer)],
            conversations=[each for printer in printers for each in printer.conversations],
            samples=(),
        )
        findings = check(connection, Beside(undrained=undrained))
        marked = next(v for v in findings.verdicts if v.invariant.code == "I3").figures["marked"]
        return _Judged(
            [f"{v.invariant.code} {each}" for v in findings.verdicts for each in v.violations],
            findings.sets,
            int(marked),
        )


def _count(matrix: Matrix, cell: Cell, replica: Replica, judged: _Judged) -> None:
    matrix.kills += replica.kills
    reached = points_reached(replica.log).total()
    matrix.reached += reached
    if reached < len(cell.lives):
        matrix.not_reached.append(str(cell))
    matrix.tickets += int(judged.sets["tickets"])
    matrix.papers += int(judged.sets["on paper"]) + int(judged.sets["true duplicates"])
    matrix.marked += judged.marked
    matrix.duplicates += int(judged.sets["true duplicates"])
    failed = int(judged.sets["failed"])
    matrix.problems += [f"{cell}: {each}" for each in judged.problems]
    if failed and not cell.spoils_a_ticket:
        matrix.problems.append(f"{cell}: {failed} tickets FAILED, although their printers were well")
    for end in replica.ends:
        if not end.was_wanted:
            matrix.problems.append(f"{cell}: the service ended by itself with {end.code}")
