"""Everything there is in one evening: printers, replicas, a database, and a POS that sends tickets."""

import asyncio
from asyncio import TimerHandle
from collections import Counter
from collections.abc import Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import Fact, TicketClaimed
from proving.invariants import Invariant
from proving.simulation.clock import VirtualLoop
from proving.simulation.link import Server
from proving.simulation.mechanism import LINE
from proving.simulation.printer import Printer
from proving.simulation.record import Record
from proving.simulation.replica import Replica
from proving.simulation.rows import PrinterRow
from proving.simulation.setting import configured, routes_of, settings_of, temper_of
from proving.simulation.stage import on_stage

BEGIN_SECONDS: Final = 5.0
"""No ticket comes and no fault strikes before."""

SECONDS_PER_WAITING_JOB: Final = 5.0
"""How much longer each job may take that waits when everything is well: a printer that proves nothing is left alone
for seconds after each."""


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
    """What there is, and what came of it. Faults come from outside, and act on it.

    Drawn here is what happens on every evening: some orders are rolled back, some notifications are lost.
    """

    def __init__(self, seed: int, *, minutes: float | None = None, keeps_trace: bool = False) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.loop = VirtualLoop()
        self.probes: Counter[str] = Counter()
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
        self.audience: tuple[Callable[[Replica, Fact], None], ...] = ()
        """Who hears what services say, one after the other."""
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
        self._known_to_lanes: set[int] = set()
        """Attempts whose claim was answered, and the answer heard."""
        self._sent: set[int] = set()
        self._context = Context()
        self._tickets = 0
        self._sending: dict[int, float] = {}
        self._mistakes: list[Exception] = []

    # ── what happens ────────────────────────────────────────────────────────────────────────────────────

    def run(self, evening: Coroutine[Any, Any, None]) -> None:
        """Let an evening happen, on the world's own time. Raises what broke in the world itself."""
        self.loop.set_exception_handler(self._broke)
        try:
            with on_stage():
                self.loop.run_until_complete(evening)
        finally:
            self.loop.close()
        if self._mistakes:
            raise self._mistakes[0]

    def _broke(self, _: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """Keep a mistake of the world's own: it must not pass for a quiet evening."""
        if isinstance(what.get("exception"), Exception) and not self.is_over:
            self._mistakes.append(what["exception"])

    def begin(self) -> None:
        """Start some services, and let tickets come."""
        for _ in range(self.chance.choice((1, 2, 2, 3))):
            self.start_replica()
        self._plan_tickets()

    async def drain(self, seconds_max: float) -> None:
        """No fault strikes from now on: wait until nothing is left to do, or it is clear that this has no end."""
        record = self.server.record
        self.healed_at = self.loop.time()
        seconds_max += SECONDS_PER_WAITING_JOB * len(record.unsettled)
        while (record.unsettled or record.new) and self.loop.time() - self.healed_at <= seconds_max:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        self.drained_at = self.loop.time()

    async def end(self) -> None:
        """Keep what the services show in the end, and clear away what is left of them."""
        self.is_over = True
        self.shown_failed = {
            each.process.name: each.dispatcher.snapshot.tickets_failed for each in self.living
        }
        for attempt in self.server.record.attempts.values():
            if attempt.ended == NotSent(Reason.INTERNAL_ERROR) and attempt.id not in self._known_to_lanes:
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

    def saw(self, probe: str) -> None:
        """Count something that is to have happened in a campaign."""
        self.probes[probe] += 1

    def note_trouble(self, kind: str, hit: str, seconds: float) -> None:
        """Keep for the verdict that a fault begins now, what it hits, and how long it lasts."""
        self.troubles.append(Trouble(kind, hit, self.loop.time(), self.loop.time() + seconds))

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
        """Send a ticket of a bill as the POS does: it is on record a little later, unless refused or rolled back."""
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

    def _hear(self, replica: Replica, fact: Fact) -> None:
        if isinstance(fact, TicketClaimed):
            self._known_to_lanes.add(fact.job.attempt_id)
        for each in self.audience:
            each(replica, fact)
