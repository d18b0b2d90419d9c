"""A service's way to the database: what is asked takes time, may fail before it happens, or after."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.deadline import DEADLINE_SECONDS
from kitchen_printer.database.leases import Holdings
from kitchen_printer.database.ledger import ClaimRequest, Settlement, Written
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.database.recovery import Backlog
from kitchen_printer.database.routing import Configuration, PrinterState
from kitchen_printer.database.servers import Servers
from kitchen_printer.database.surroundings import Surroundings
from kitchen_printer.database.tickets import Expanded
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.notice import Notice
from kitchen_printer.decisions.reason import Reason
from proving.simulation.clock import VirtualLoop
from proving.simulation.record import Record

QUICK, SLOW = (0.0005, 0.006), (0.05, 1.5)


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done to the record: when, by whom, with what result. A trace of these can be replayed."""

    at: float
    name: str
    arguments: tuple[Any, ...]
    result: Any


@dataclass(slots=True)
class Server:
    """The database server: its record, its clock, and how it stands."""

    record: Record
    loop: VirtualLoop
    chance: Random
    saw: Callable[[str], None]
    clock_ahead: float = 0.0
    is_away: bool = False
    is_slow: bool = False
    frozen_until: float = 0.0
    loses_answers: float = 0.0
    """How likely it is that a commit's answer is lost."""
    trace: list[Done] = field(default_factory=list[Done])
    keeps_trace: bool = False

    def do(self, name: str, *arguments: Any) -> Any:
        """Do something to the record, now."""
        self.record.true_time = self.loop.time()
        self.record.now = self.record.true_time + self.clock_ahead
        result = getattr(self.record, name)(*arguments)
        if self.keeps_trace:
            self.trace.append(Done(self.record.now, name, arguments, result))
        return result


_AWAY: Final = "the database is away"


class Link:
    """What stands for ``Database`` in a simulated service."""

    def __init__(self, server: Server, me: UUID) -> None:
        self.me = me
        self.server = server
        self.servers = Servers("", {})
        self.is_cut = False
        """Whether the program at this end is gone."""
        self.in_transaction: str | None = None

    async def check_schema(self) -> None:
        """Find the schema as it should be."""
        await self._on_the_way()

    async def call(self, name: str, *arguments: Any) -> Any:
        """Have something done; what failed may have happened, as with any database."""
        fate = await self._on_the_way()
        if fate == "late":
            self._later(name, arguments)
            raise DatabaseLostError("the database did not answer in time")
        result = self.server.do(name, *arguments)
        if fate == "unanswered":
            self.server.saw(f"answer of {name} lost")
            raise DatabaseLostError("the connection broke before the answer")
        return result

    def _later(self, name: str, arguments: tuple[Any, ...]) -> None:
        """Let a frozen server do, once it thaws, what it was asked before: its client is gone by then."""
        server = self.server
        server.saw("statement done after its client gave up")
        server.loop.call_at(
            max(server.frozen_until, server.loop.time()) + 0.01, _ignoring_refusal, server, name, arguments
        )

    async def _on_the_way(self) -> str:
        server = self.server
        await asyncio.sleep(server.chance.uniform(*(SLOW if server.is_slow else QUICK)))
        self._see_that_it_is_there()
        if server.loop.time() < server.frozen_until:
            server.saw("statement met a frozen server")
            thaws_in = server.frozen_until - server.loop.time()
            if thaws_in > DEADLINE_SECONDS:
                await asyncio.sleep(DEADLINE_SECONDS)
                if server.chance.random() < 0.5:
                    return "late"
                raise DatabaseLostError("the database did not answer in time")
            await asyncio.sleep(thaws_in)
            self._see_that_it_is_there()
        return "unanswered" if server.chance.random() < server.loses_answers else "answered"

    def _see_that_it_is_there(self) -> None:
        if self.is_cut or self.server.is_away:
            raise DatabaseLostError(_AWAY)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator["Link", None]:
        """Lend itself: what is done inside is done at once, and may be done although an error comes."""
        fate = await self._on_the_way()
        if fate == "late":
            raise DatabaseLostError("the database did not answer in time")
        yield self
        if fate == "unanswered":
            raise DatabaseLostError("the connection broke before the answer")

    connection = transaction


def _ignoring_refusal(server: Server, name: str, arguments: tuple[Any, ...]) -> None:
    if not server.is_away:
        server.do(name, *arguments)


async def expand(link: Link, routing_version: int, ways: str) -> Expanded:
    expanded: Expanded = await link.call("expand", routing_version, ways)
    return expanded


async def write(
    link: Link, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
) -> Written:
    written: Written = await link.call("write", me, settlements, requests)
    return written


async def is_settled_by(link: Link, me: UUID, attempt_id: int) -> bool:
    found: bool = await link.call("is_settled_by", me, attempt_id)
    return found


async def look_around(
    link: Link, me: UUID, known: Collection[int], _: Sequence[str], *, any_station: bool
) -> Surroundings:
    assert not any_station
    seen: Surroundings = await link.call("look_around", me, frozenset(known))
    return seen


async def read_configuration(link: Link) -> Configuration:
    found: Configuration = await link.call("read_configuration")
    return found


async def send_heartbeat(link: Link, me: UUID, lease_seconds: float, _: str) -> None:
    await link.call("send_heartbeat", me, lease_seconds)


async def take_free_lanes(link: Link, me: UUID) -> Holdings:
    found: Holdings = await link.call("take_free_lanes", me)
    return found


async def hand_back(link: Link, me: UUID, printers: Collection[int]) -> None:
    await link.call("hand_back", me, tuple(printers))


async def leave(link: Link, me: UUID) -> None:
    await link.call("leave", me)


async def move_jobs(link: Link, me: UUID, moves: Sequence[Any]) -> Any:
    return await link.call("move_jobs", me, moves)


async def unroutable_stations(_: Link, __: Sequence[str]) -> list[str]:
    return []


async def abandoned_attempts(link: Link, me: UUID) -> list[Abandoned]:
    found: list[Abandoned] = await link.call("abandoned_attempts", me)
    return found


async def unknown_attempts(link: Link, me: UUID, known: Collection[int]) -> list[Abandoned]:
    found: list[Abandoned] = await link.call("unknown_attempts", me, frozenset(known))
    return found


async def expect_cuts(link: Link, attempt_id: int, cuts: int) -> None:
    await link.call("expect_cuts", attempt_id, cuts)


async def note_late_proofs(link: Link, printer_id: int, tokens: Collection[str]) -> int:
    proved: int = await link.call("note_late_proofs", printer_id, tuple(tokens))
    return proved


async def add_waiting_time(link: Link, printer_id: int, seconds: float) -> float:
    longest: float = await link.call("add_waiting_time", printer_id, seconds)
    return longest


async def give_up(link: Link, printer_id: int, limit_seconds: float, reason: Reason) -> int:
    tickets: int = await link.call("give_up", printer_id, limit_seconds, reason)
    return tickets


async def note_states(link: Link, me: UUID, states: Sequence[PrinterState]) -> set[int]:
    noted: set[int] = await link.call("note_states", me, states)
    return noted


async def note_capability(
    link: Link, printer_id: int, level: Level, *, serial: str | None, firmware: str | None
) -> None:
    await link.call("note_capability", printer_id, level, serial, firmware)


async def read_backlog(link: Link, printer_id: int, late_seconds: float) -> Backlog | None:
    found: Backlog | None = await link.call("read_backlog", printer_id, late_seconds)
    return found


async def is_next_late(link: Link, printer_id: int, late_seconds: float) -> bool:
    found: bool = await link.call("is_next_late", printer_id, late_seconds)
    return found


async def add_notice(link: Link, printer_id: int, _: Notice, key: str) -> int | None:
    job: int | None = link.server.do("add_notice", printer_id, key)
    return job
