"""Does harm by chance and seed: to printers, to lines, to services, to the database. Whatever it breaks it mends."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Final

import psycopg

from kitchen_demo.postgres_server import Stop
from proving.chaos.disturbances import FALSE_REPLIES, PRINTER_FAULTS, Log
from proving.chaos.failpoints import POINTS, Mishap, Plan
from proving.chaos.fault_proxy import Amount, FaultProxy, LineFault
from proving.chaos.house import House, Line
from proving.chaos.replicas import Replica
from virtual_printer.catalogue import KINDS
from virtual_printer.faults import (
    AtByte,
    AtCommand,
    AtConnect,
    AtLine,
    Cleared,
    Fault,
    FaultError,
    Now,
    Parameter,
    Times,
    Trigger,
)

HANDS: Final = 4
"""So many things are broken at once, beside what is done to services and to the database."""

KILL_EVERY_SECONDS: Final = 1.0
DATABASE_EVERY_SECONDS: Final = 5.0
PLANNED: Final = 0.45
"""The share of services that are started with something planned for them."""

PARAMETERS: Final[dict[str, tuple[dict[str, Parameter], ...]]] = {
    "paper-out": ({"recovery": "resume"}, {"recovery": "discard"}, {"recovery": "reprint"}),
    "cover-open": ({"recovery": "resume"}, {"recovery": "discard"}, {"recovery": "reprint"}),
    "power-cycle": (
        {"boot_seconds": 0.0, "reset_packet": True},
        {"boot_seconds": 1.5, "reset_packet": True},
        {"boot_seconds": 1.0, "reset_packet": False},
    ),
    "busy": ({"mode": "queue"}, {"mode": "refuse"}, {"mode": "timeout"}),
    "slow-print": ({"speed_mm_s": 40.0},),
    "late": ({"seconds": 0.7},),
}
TRIGGERS: Final[tuple[Callable[[Random], Trigger], ...]] = (
    lambda _: Now(),
    lambda _: Now(),
    lambda chance: AtLine(chance.randrange(9)),
    lambda chance: AtByte(chance.randrange(700)),
    lambda chance: AtCommand(chance.choice(("ESC @", "GS V", "GS ( H", "GS r")), chance.randrange(1, 3)),
    lambda chance: AtConnect(chance.randrange(1, 3)),
)
Act = Callable[[], Awaitable[None]]


class Nemesis:
    """Works from decks that are shuffled by the seed, so that every kind gets its turn before any comes again."""

    def __init__(self, house: House, chance: Random, log: Log) -> None:
        self._house = house
        self._chance = chance
        self._log = log
        self._small = self._dealt(self._small_acts())
        self._services = self._dealt(self._service_acts())
        self._databases = self._dealt(self._database_acts())
        self._tasks: list[asyncio.Task[None]] = []
        self._over = asyncio.Event()

    # -- the storm ------------------------------------------------------------------------------------

    async def rage(self, seconds: float) -> None:
        """Do harm for so long, then mend everything that can be mended by hand."""
        self._over.clear()
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(self._work(self._small, pause=0.15))
            group.create_task(self._work(self._services, pause=KILL_EVERY_SECONDS))
            group.create_task(self._work(self._databases, pause=DATABASE_EVERY_SECONDS))
            for replica in self._house.replicas:
                group.create_task(self._supervise(replica))
            await asyncio.sleep(seconds)
            self._over.set()
        await self.mend()

    async def mend(self) -> None:
        """Everything is well again; services that run go on running."""
        for line in self._house.lines:
            line.proxy.heal()
            line.printer.causes.remove_all()
            line.printer.causes.refill()
            line.printer.causes.close_cover()
            line.printer.causes.remove_jam()
        for proxy in self._house.database_lines:
            proxy.heal()
        for replica in self._house.replicas:
            replica.place.plug()
            replica.thaw()
            await replica.start()

    async def _work(self, deck: Iterator[Act], *, pause: float) -> None:
        while not self._over.is_set():
            await next(deck)()
            await self._rest(self._chance.uniform(0.2, 1.8) * pause)

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the storm."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()

    async def _supervise(self, replica: Replica) -> None:
        """Start what has ended, now and then with something planned for its life; note who ended by himself."""
        while not self._over.is_set():
            if replica.pid is None:
                await asyncio.sleep(self._chance.uniform(0.0, 0.6))
                await replica.start(self._plan() if self._chance.random() < PLANNED else None)
            await asyncio.sleep(0.05)
            self.note_ends(replica)

    def note_ends(self, replica: Replica) -> None:
        """Tell of those who ended without being asked."""
        while replica.ends:
            end = replica.ends.pop()
            if end.code != 0 and not end.is_killed:
                self._log.odd_ends.append(f"{replica.log.name}: exit code {end.code}, planned: {end.plan}")

    def _plan(self) -> Plan:
        mishap = self._chance.choice((Mishap.KILL, Mishap.KILL, Mishap.RAISE, Mishap.HANG, Mishap.CUT))
        return Plan(
            point=self._chance.choice(list(POINTS)),
            mishap=mishap,
            passage=self._chance.choice((1, 1, 2, 3, 5, 8)),
        )

    def _dealt(self, deck: list[Act]) -> Iterator[Act]:
        while True:
            yield from self._chance.sample(deck, len(deck))

    def _seconds(self) -> float:
        """How long a fault stays: mostly as long as a hiccup, sometimes long enough for failover."""
        return self._chance.uniform(5, 10) if self._chance.random() < 0.08 else self._chance.uniform(0.2, 2.0)

    # -- printers and their lines ---------------------------------------------------------------------

    def _small_acts(self) -> list[Act]:
        def printer(name: str) -> Act:
            return lambda: self._break_printer(name)

        def line(fault: LineFault) -> Act:
            return lambda: self._break_line(fault)

        return [
            *(printer(name) for name in (*PRINTER_FAULTS, *FALSE_REPLIES)),
            *(line(fault) for fault in LineFault),
        ]

    async def _break_printer(self, name: str) -> None:
        """Break one printer in this way. What is armed and never begins is taken off again."""
        lines = [each for each in self._house.lines if name not in FALSE_REPLIES or each.has_named_answers]
        line = self._chance.choice(lines)
        kind = KINDS[name]
        fault = Fault(
            name=name,
            trigger=self._chance.choice(TRIGGERS)(self._chance),
            until=Times(1) if kind.instant else Cleared(),
            params=self._chance.choice(PARAMETERS.get(name, ({},))),
        )
        number = line.printer.causes.add(fault)
        with self._log.of(f"printer: {name}", line.name):
            await self._rest(self._seconds())
        with suppress(FaultError):  # It has ended by itself.
            line.printer.causes.remove(number)

    async def _break_line(self, fault: LineFault) -> None:
        line = self._chance.choice(self._house.lines)
        await self._break_proxy(line, line.proxy, fault)

    async def _break_proxy(self, line: Line, proxy: FaultProxy, fault: LineFault) -> None:
        amount = Amount(
            seconds=self._chance.choice((0.0, 0.05, 0.3, 1.5)), size=self._chance.choice((1, 20, 150, 400))
        )
        before = proxy.struck[fault]
        with self._log.of(f"line: {fault}", line.name):
            proxy.begin(fault, amount)
            await self._rest(self._seconds())
            proxy.end(fault)
        self._log.happened[f"line: {fault}"] += proxy.struck[fault] - before

    # -- services -------------------------------------------------------------------------------------

    def _service_acts(self) -> list[Act]:
        acts: list[Act] = [*([self._kill] * 12), self._freeze, self._freeze, self._stop, self._kill_all]
        if self._house.has_cables:
            acts.append(self._pull_cable)
        return acts

    def _replica(self) -> Replica:
        return self._chance.choice(self._house.replicas)

    async def _kill(self) -> None:
        replica = self._replica()
        with self._log.of("service: kill", replica.log.name):
            self._log.happened["service: kill"] += await replica.kill()

    async def _kill_all(self) -> None:
        with self._log.of("service: kill all", "all"):
            killed = [await replica.kill() for replica in self._house.replicas]
        self._log.happened["service: kill all"] += all(killed)

    async def _freeze(self) -> None:
        """Longer than a lease, so that others take its lanes; then it wakes with what it held in mind."""
        replica = self._replica()
        with self._log.of("service: freeze", replica.log.name):
            replica.freeze()
            await self._rest(self._chance.uniform(1.0, 5.0))
            self._log.happened["service: freeze"] += replica.is_frozen and replica.pid is not None
            replica.thaw()

    async def _stop(self) -> None:
        replica = self._replica()
        with self._log.of("service: stop", replica.log.name):
            self._log.happened["service: stop"] += await replica.stop() == 0

    async def _pull_cable(self) -> None:
        """Cut one replica off from all printers: it still has the database, and its lanes."""
        replica = self._replica()
        with self._log.of("service: pull the cable", replica.log.name):
            await asyncio.to_thread(replica.place.pull)
            await self._rest(self._chance.uniform(2.0, 8.0))
            await asyncio.to_thread(replica.place.plug)
        self._log.happened["service: pull the cable"] += 1

    # -- the database ---------------------------------------------------------------------------------

    def _database_acts(self) -> list[Act]:
        def restart(name: str, how: Stop) -> Act:
            return lambda: self._restart(name, how)

        def line(fault: LineFault, name: str) -> Act:
            return lambda: self._break_database_line(fault, name)

        return [
            restart("restart", Stop.FAST),
            *[restart("immediate stop", Stop.IMMEDIATE)] * 2,
            restart("kill", Stop.KILL),
            self._freeze_database,
            self._end_sessions,
            self._lock_tickets,
            line(LineFault.LATENCY, "line latency"),
            line(LineFault.TIMEOUT, "line timeout"),
            line(LineFault.RESET_PEER, "line reset"),
        ]

    async def _restart(self, name: str, how: Stop) -> None:
        with self._log.of(f"database: {name}", "database"):
            # Not to be left halfway, whatever else goes wrong: a campaign without its database proves nothing.
            away = self._chance.choice((0.0, 0.0, 0.5, 2.5))
            await asyncio.shield(asyncio.create_task(self._house.keeper.restart(how, away)))
        self._log.happened[f"database: {name}"] += 1

    async def _freeze_database(self) -> None:
        with self._log.of("database: freeze", "database"):
            stopped = self._house.keeper.freeze()
            try:
                await self._rest(self._chance.uniform(0.5, 4.0))
            finally:
                self._house.keeper.thaw(stopped)
        self._log.happened["database: freeze"] += 1

    async def _end_sessions(self) -> None:
        """What an administrator does, or a pooler, or a server that restarts one process."""
        with self._log.of("database: end sessions", "database"), suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(
                self._house.dsn, connect_timeout=2
            ) as connection:
                ended = await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'"
                )
                self._log.happened["database: end sessions"] += ended.rowcount > 0

    async def _lock_tickets(self) -> None:
        with self._log.of("database: lock tickets", "database"), suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(
                self._house.dsn, connect_timeout=2, options="-c statement_timeout=4s"
            ) as connection:
                await connection.execute("LOCK TABLE kitchen_tickets IN SHARE MODE")
                self._log.happened["database: lock tickets"] += 1
                await self._rest(self._chance.uniform(0.3, 2.0))

    async def _break_database_line(self, fault: LineFault, name: str) -> None:
        """One replica's line to its database goes bad; the others see nothing of it."""
        proxy = self._chance.choice(self._house.database_lines)
        before = proxy.struck[fault]
        with self._log.of(f"database: {name}", "database"):
            proxy.begin(fault, Amount(seconds=self._chance.choice((0.0, 0.1, 1.0, 6.0))))
            await self._rest(self._chance.uniform(0.5, 5.0))
            proxy.end(fault)
        self._log.happened[f"database: {name}"] += proxy.struck[fault] - before
