"""One evening: printers, replicas, a database, tickets, faults; all of it follows from one number."""

import asyncio
from asyncio import TimerHandle
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import Fact
from proving.invariants import Invariant
from proving.simulation.aimed import AIMED, Aimed
from proving.simulation.clock import VirtualLoop
from proving.simulation.faults import FAULTS, Fault
from proving.simulation.link import Server
from proving.simulation.mechanism import LINE
from proving.simulation.printer import Printer
from proving.simulation.probes import probes_of
from proving.simulation.record import Record
from proving.simulation.replica import Replica
from proving.simulation.rows import PrinterRow
from proving.simulation.setting import configured, routes_of, settings_of, temper_of
from proving.simulation.stage import on_stage

DRAIN_SECONDS_MAX: Final = 1200.0
"""What is not settled so long after everything is well has no end."""

SECONDS_PER_WAITING_JOB: Final = 5.0
"""Beyond that, for each job that waits then: a printer that proves nothing is left alone for seconds after each."""

AFTERWARDS_SECONDS: Final = 45.0
"""How long papers may still come once everything is settled: they are seen, and judged."""

BEGIN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Ordered:
    """One ticket as the POS knows it: when it was begun, and when its commit was acknowledged."""

    ticket: int
    invoked_at: float
    committed_at: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault that was on: what it hit, from when to when."""

    kind: str
    hit: str
    since: float
    until: float


class World:
    """Everything there is in one simulation."""

    def __init__(
        self,
        seed: int,
        *,
        minutes: float | None = None,
        keeps_trace: bool = False,
        drain_seconds_max: float = DRAIN_SECONDS_MAX,
    ) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.loop = VirtualLoop()
        self.probes: Counter[str] = Counter()
        self._drain_seconds_max = drain_seconds_max
        self.minutes = minutes or self.chance.uniform(4.0, 12.0)
        self.settings = settings_of(self.chance)
        self.printers = [
            Printer(number, temper_of(self.chance), self)
            for number in range(1, self.chance.randint(2, 5) + 1)
        ]
        self.stations = [f"S{number}" for number in range(self.chance.randint(1, 4))]
        record = Record(
            printers={each.number: PrinterRow(configured(each)) for each in self.printers},
            routes=routes_of(self.chance, self.stations, len(self.printers)),
        )
        self.server = Server(record, self.loop, self.chance, self.saw, keeps_trace=keeps_trace)
        self.replicas: list[Replica] = []
        self.ordered: dict[int, Ordered] = {}
        self.retried: set[int] = set()
        self.troubles: list[Trouble] = []
        self.went_out: list[tuple[Invariant, str]] = []
        """Papers that were sent and should not have been, by the invariant that this breaks."""
        self.has_jumped = False
        """Whether the database's clock has jumped ahead: then a lease may end while its owner counts on it."""
        self.shown_failed: dict[str, int] = {}
        self.healed_at = self.drained_at = 0.0
        self.is_over = False
        self.facts = 0
        self._sent: set[int] = set()
        self._context = Context()
        self._faults: list[Fault] = []
        self._aimed: list[Aimed] = []
        self._aims = 0.0
        self._heals: dict[int, Callable[[], None]] = {}
        self._tickets = 0
        self._sending: dict[int, float] = {}
        self._mistakes: list[Exception] = []

    # ── what happens ────────────────────────────────────────────────────────────────────────────────────

    def run(self) -> "World":
        """Let it happen, from the first ticket until the last paper."""
        self.loop.set_exception_handler(self._broke)
        try:
            with on_stage():
                self.loop.run_until_complete(self._evening())
        finally:
            self.loop.close()
        if self._mistakes:
            raise self._mistakes[0]
        return self

    def _broke(self, _: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """Keep a mistake of the world's own: it must not pass for a quiet evening."""
        if isinstance(what.get("exception"), Exception) and not self.is_over:
            self._mistakes.append(what["exception"])

    async def _evening(self) -> None:
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            self.start_replica()
        self._plan_tickets()
        self._plan_faults()
        await asyncio.sleep(self.minutes * 60)
        self._heal_everything()
        self.healed_at = self.loop.time()
        self._drain_seconds_max += SECONDS_PER_WAITING_JOB * len(self.server.record.unsettled)
        while (self.server.record.unsettled or self.server.record.new) and not self._is_endless:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        self.drained_at = self.loop.time()
        await asyncio.sleep(AFTERWARDS_SECONDS)
        await self._end()

    @property
    def _is_endless(self) -> bool:
        return self.loop.time() - self.healed_at > self._drain_seconds_max

    async def _end(self) -> None:
        self.is_over = True
        self.shown_failed = {
            each.process.name: each.dispatcher.snapshot.tickets_failed for each in self.living
        }
        for attempt in self.server.record.attempts.values():
            if attempt.ended == NotSent(Reason.INTERNAL_ERROR):
                self.saw("claim without an answer taken back")
        for each in self.replicas:
            each.process.bury(self.loop)
        left = [task for each in self.replicas for task in each.bury()]
        await asyncio.gather(*left, return_exceptions=True)

    def at(self, when: float, happen: Callable[..., None], *arguments: object) -> TimerHandle:
        """Let something of the world happen then, whoever stands still."""
        return self.loop.call_at(when, happen, *arguments, context=self._context)

    def after(self, seconds: float, happen: Callable[..., None], *arguments: object) -> None:
        """Let something of the world happen in so many seconds."""
        self.at(self.loop.time() + seconds, happen, *arguments)

    # ── tickets ─────────────────────────────────────────────────────────────────────────────────────────

    def _plan_tickets(self) -> None:
        end = self.minutes * 60
        when = BEGIN_SECONDS
        interval = self.chance.choice((4.0, 8.0, 15.0))
        while when < end:
            self.at(when, self._order)
            if self.chance.random() < 0.02:
                for _ in range(self.chance.randint(5, 15)):
                    self.at(when + self.chance.uniform(0, 1), self._order)
            when += self.chance.expovariate(1 / interval)

    def _order(self) -> None:
        """The POS commits a ticket, at once or slowly; sometimes a void follows at its heels."""
        bill = self.chance.randint(1, 12)
        station = self.chance.choice(self.stations)
        self.commit(bill, station, is_void=False)
        if self.chance.random() < 0.15:
            self.after(self.chance.choice((0.01, 0.5, 10.0)), self._void, bill, station)

    def _void(self, bill: int, station: str) -> None:
        self.commit(bill, station, is_void=True)

    def commit(self, bill: int, station: str, *, is_void: bool) -> None:
        invoked_at = self.loop.time()
        if self._sending.get(bill, 0.0) > invoked_at:
            # Whoever sends of a bill has its row: the next one waits for the commit.
            self.after(0.01, partial(self.commit, is_void=is_void), bill, station)
            return
        self._tickets += 1
        ticket = self._tickets
        seconds = self.chance.choice((0.002, 0.002, 0.01, 0.8)) if not is_void else 0.002
        if self.server.is_away or self.loop.time() < self.server.frozen_until:
            self.saw("order refused: the database is away")
            return
        if self.chance.random() < 0.03:
            self.saw("order rolled back")
            return
        self._sending[bill] = invoked_at + seconds
        self.after(seconds, self._committed, ticket, bill, station, is_void, invoked_at)

    def _committed(self, ticket: int, bill: int, station: str, is_void: bool, invoked_at: float) -> None:
        if self.server.is_away:
            return
        self.ordered[ticket] = Ordered(ticket, invoked_at, self.loop.time())
        self.server.do("add_ticket", ticket, bill, station, is_void)
        if self.chance.random() < 0.8:
            for each in self.replicas:
                each.wake()
        else:
            self.saw("notification lost")

    # ── replicas ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def living(self) -> list[Replica]:
        """The replicas that run now and were not asked to end."""
        return [each for each in self.replicas if each.is_running]

    def start_replica(self) -> None:
        """Start one more service."""
        number = len(self.replicas) + 1
        replica = Replica(
            me=UUID(int=self.chance.getrandbits(128), version=4),
            name=f"replica {number}",
            server=self.server,
            settings=self.settings,
            printer_at=self.printer_at,
            sent=self.sent,
            announce=self._hear,
        )
        self.replicas.append(replica)
        replica.start(self.loop)

    def printer_at(self, address: str) -> Printer:
        """Return the printer that stands at an address."""
        return self.printers[int(address.partition(":")[0].rpartition(".")[2]) - 1]

    def sent(self, data: bytes) -> None:
        """See what a service sends, in the instant it does: is the attempt on record?"""
        first_lines = (int(attempt) for attempt, _, number, *_ in LINE.findall(data) if int(number) == 1)
        for key in first_lines:
            attempt = self.server.record.attempts.get(key)
            if attempt is None:
                self.went_out.append(
                    (Invariant.WRITE_AHEAD, f"attempt {key} went out before it was on record")
                )
            elif (
                attempt.epoch != self.server.record.printers[attempt.printer_id].epoch and not self.has_jumped
            ):
                self.went_out.append(
                    (Invariant.ONE_WRITER, f"attempt {key} went out when its lane was another's")
                )
            if key in self._sent:
                self.went_out.append((Invariant.ONE_UNMARKED, f"attempt {key} went out twice"))
            self._sent.add(key)

    def saw(self, probe: str) -> None:
        """Count something that is to have happened in a campaign."""
        self.probes[probe] += 1

    def _hear(self, replica: Replica, fact: Fact) -> None:
        self.facts += 1
        for probe in probes_of(fact, replica, self):
            self.saw(probe)
        if self.loop.time() < self.minutes * 60 and not self.is_over:
            for aimed in self._aimed:
                if isinstance(fact, aimed.at) and self.chance.random() < self._aims:
                    self.saw(f"aimed: {aimed.name}")
                    self.after(self.chance.uniform(0, aimed.within), aimed.strike, self, replica, fact)

    # ── faults ──────────────────────────────────────────────────────────────────────────────────────────

    def _plan_faults(self) -> None:
        """Choose this evening's kinds of trouble, a few of all: what happens often hides what is rare."""
        self._faults = [each for each in FAULTS if self.chance.random() < 0.4]
        self._aimed = [each for each in AIMED if self.chance.random() < 0.4]
        self._aims = self.chance.choice((0.0, 0.05, 0.15, 0.3))
        for fault in self._faults:
            for _ in range(self.chance.randint(1, 3)):
                self.at(self.chance.uniform(BEGIN_SECONDS, self.minutes * 60), self.strike, fault)

    def strike(self, fault: Fault) -> None:
        """Let a fault begin, and end after a while."""
        shortest, longest = fault.seconds
        seconds = shortest * (longest / shortest) ** self.chance.random()
        begun = fault.begin(self, seconds)
        if begun is None:
            return
        hit, heal = begun
        self.saw(f"fault: {fault.name}")
        self.troubles.append(Trouble(fault.name, hit, self.loop.time(), self.loop.time() + seconds))
        key = len(self.troubles)
        self._heals[key] = heal
        self.after(seconds, self._heal, key)

    def trouble(self, kind: str, hit: str, seconds: float) -> None:
        """Note a fault that somebody else lets begin and end."""
        self.troubles.append(Trouble(kind, hit, self.loop.time(), self.loop.time() + seconds))

    def _heal(self, key: int) -> None:
        heal = self._heals.pop(key, None)
        if heal is not None:
            heal()

    def _heal_everything(self) -> None:
        for key in list(self._heals):
            self._heal(key)
        self.server.is_away = self.server.is_slow = False
        self.server.frozen_until = self.server.loses_answers = 0.0
        for printer in self.printers:
            printer.is_jammed = printer.is_hot = printer.is_mute = printer.is_garbled = False
            printer.cable.is_clogged = False
            printer.loses_pushes, printer.late_seconds = False, 0.0
            printer.hogged(is_hogged=False)
            if not printer.is_on:
                printer.power_back()
            printer.refilled()
            printer.cable_in()
            if self.server.record.printers[printer.number].printer.parked:
                self.server.do("park", printer.number, False)
        for replica in self.replicas:
            replica.process.resume(self.loop)
        if not self.living:
            self.start_replica()
