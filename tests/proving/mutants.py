"""Sixteen ways to break the promise, each a switch of the tests: the product knows none of them.

A mutant replaces one decision, one statement of the model or one part of the service while it is switched on.
"""

# pyright: reportPrivateUsage=false

import asyncio
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from proving.simulation import faults, link
from proving.simulation.aimed import Aimed, stop_it
from proving.simulation.link import Link
from proving.simulation.model import LeasesAndAttempts
from proving.simulation.nemesis import Repertoire
from proving.simulation.record import Record
from proving.simulation.rows import AttemptRow, JobRow
from proving.simulation.world import World

from kitchen_printer.database.ledger import ClaimRequest, Settlement, Written
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import TRANSITIONS, Event, State
from kitchen_printer.decisions.outcome import NotSent, Outcome
from kitchen_printer.decisions.payload import framed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import Decision, JobState, decide
from kitchen_printer.decisions.status import Answer
from kitchen_printer.service import leases
from kitchen_printer.service.facts import TicketClaimed

Mutant = Callable[[], AbstractContextManager[object]]


def _without(*guards: str) -> AbstractContextManager[object]:
    """Drop unique indexes of the model: they would refuse what the mutant does."""
    left = frozenset({"one_unmarked", "one_open", "one_per_printer"} - set(guards))
    return patch.object(LeasesAndAttempts, "_conflicts", _conflicts_of(left))


def _conflicts_of(guards: frozenset[str]) -> Callable[[LeasesAndAttempts, AttemptRow], bool]:
    original = LeasesAndAttempts._conflicts

    def conflicts(self: LeasesAndAttempts, attempt: AttemptRow) -> bool:
        self.guards = guards
        return original(self, attempt)

    return conflicts


def sends_before_the_commit() -> AbstractContextManager[object]:
    """B1: the claim is answered, and the ticket goes out, before the attempt is committed."""
    committed = link.write

    async def write(
        way: Link, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        written = await committed(way, me, settlements, requests)
        record = way.server.record
        for each in written.claimed:
            row = record.attempts.pop(each.job.attempt_id)
            asyncio.get_running_loop().call_later(0.05, record.attempts.__setitem__, row.id, row)
        return written

    return patch.object(link, "write", write)


def _forgetting_doubt(outcome: Outcome, **known: Any) -> Decision:
    return replace(decide(outcome, **known), maybe_on_paper=False)


@contextmanager
def does_not_mark() -> Generator[None, None, None]:
    """B2: an attempt after a doubtful one is not marked, and the database does not mind."""
    with _without("one_unmarked"), _decisions(_forgetting_doubt):
        yield


@contextmanager
def _decisions(instead: Callable[..., Decision]) -> Generator[None, None, None]:
    with ExitStack() as stack:
        for module in ("attempt", "settlements"):
            stack.enter_context(patch(f"kitchen_printer.service.{module}.decide", instead))
        yield


def takes_sent_for_printed() -> AbstractContextManager[object]:
    """B3: a ticket is PRINTED as soon as it was handed over."""
    return patch.dict(TRANSITIONS[State.READY], {Event.STARTED: State.CONFIRMED})


def takes_any_answer_for_proof() -> AbstractContextManager[object]:
    """B4: whatever a printer says after the ticket counts as its confirmation."""
    judged = Delivery._events

    def events(self: Delivery, answer: Answer) -> Iterator[tuple[Event, Reason | None]]:
        if self.state in (State.PRINTING, State.CUTTING):
            return iter([(Event.ANSWERED_IN_ORDER, None)])
        return judged(self, answer)

    return patch.object(Delivery, "_events", events)


def sends_again_in_the_same_attempt() -> AbstractContextManager[object]:
    """B5: a printer that goes on after a stop gets the ticket a second time."""
    happened = Delivery._on

    def on(self: Delivery, event: Event, reason: Reason | None = None) -> None:
        was_stopped = self.state is State.STOPPED
        happened(self, event, reason)
        if was_stopped and self.state is State.PRINTING and self._payload is not None:
            self._say(framed(self._payload, self._level))

    return patch.object(Delivery, "_on", on)


@contextmanager
def rescues_without_a_new_number() -> Generator[None, None, None]:
    """B6: what a dead owner left open is simply claimed again, under the same number."""
    settled = LeasesAndAttempts.record

    def record(self: LeasesAndAttempts, me: UUID, settlements: Sequence[Settlement]) -> None:
        settled(self, me, settlements)
        for each in settlements:
            attempt = self.attempts[each.attempt_id]
            if attempt.owner != me and attempt.job.state is JobState.WAITING:
                attempt.job.attempts, attempt.job.maybe_on_paper = attempt.attempt_no - 1, False

    with _without("one_unmarked"), patch.object(LeasesAndAttempts, "record", record):
        yield


@contextmanager
def locks_no_lane() -> Generator[None, None, None]:
    """B7: whoever looks takes a lane, and whoever asks may claim in it."""

    def lives(self: LeasesAndAttempts, owner: UUID | None) -> bool:
        return False

    def take(self: LeasesAndAttempts, me: UUID) -> Any:
        with patch.object(LeasesAndAttempts, "lives", lives):
            self.until[me] = self.now + 10
            for row in self.printers.values():
                row.owner, row.epoch = me, row.epoch + 1
        return original(self, me)

    def may_claim(self: LeasesAndAttempts, me: UUID, request: ClaimRequest) -> bool:
        return True

    original = LeasesAndAttempts.take_free_lanes
    with (
        patch.object(LeasesAndAttempts, "take_free_lanes", take),
        patch.object(LeasesAndAttempts, "_may_claim", may_claim),
        _without("one_per_printer"),
    ):
        yield


def claims_in_any_order() -> AbstractContextManager[object]:
    """B8: a claim takes some job that waits, as rows that others have locked are skipped."""
    oldest = LeasesAndAttempts._head

    def head(self: LeasesAndAttempts, printer_id: int) -> JobRow | None:
        waiting = self._waiting(printer_id)
        return oldest(self, printer_id) if len(waiting) < 2 else waiting[-1]

    return patch.object(LeasesAndAttempts, "_head", head)


def chains_no_void() -> AbstractContextManager[object]:
    """B10: a later ticket of a bill does not wait for the earlier one."""

    def waits(self: LeasesAndAttempts, job: JobRow) -> bool:
        return False

    return patch.object(LeasesAndAttempts, "_waits_for_an_older_one", waits)


def commits_asynchronously() -> AbstractContextManager[object]:
    """B11: a database that goes away has lost the claims of its last moments, though it had answered them."""
    goes_away = faults.database_away

    def begin(world: World, seconds: float) -> Any:
        record = world.server.record
        for attempt in [each for each in record.open.values() if each.began > world.loop.time() - 2.0]:
            del record.attempts[attempt.id], record.open[attempt.id]
            record.by_job[attempt.job.id].remove(attempt)
            attempt.job.attempts -= 1
            attempt.job.state = JobState.WAITING
        return goes_away(world, seconds)

    return patch.object(faults, "database_away", begin)


def counts_no_failed_ticket() -> AbstractContextManager[object]:
    """B12: the look around finds no failed ticket, whatever is on record."""
    looked = Record.look_around

    def look(self: Record, me: UUID, known: Collection[int]) -> Any:
        return replace(looked(self, me, known), tickets_failed=0)

    return patch.object(Record, "look_around", look)


def _poison_again(outcome: Outcome, **known: Any) -> Decision:
    decision = decide(outcome, **known)
    if outcome == NotSent(Reason.CANNOT_LAY_OUT):
        return replace(decision, state=JobState.WAITING, spent=0, failed_reason=None)
    return decision


def retries_poison_for_ever() -> AbstractContextManager[object]:
    """B13: a ticket that cannot be laid out is tried again."""
    return _decisions(_poison_again)


def leases_by_the_wall_clock() -> AbstractContextManager[object]:
    """B15: whether a lease is still ours is read from a wall clock, which somebody sets back."""
    renewed = leases.Leases.renew

    async def renew(self: leases.Leases) -> None:
        await renewed(self)
        self._valid_until += 3600.0
        self._renewed_until += 3600.0

    return patch.object(leases.Leases, "renew", renew)


OFTEN_STOPPED_BEFORE_THE_TICKET_IS_SENT = Repertoire(
    aimed=(Aimed("stopped", (TicketClaimed,), 0.002, stop_it),) * 8
)
"""No mutant, but what makes an evening in which services are stopped just before a ticket goes out."""


def _as_it_is(text: str, *_: object) -> str:
    return text


def _bytes_as_they_are(text: str, _: object) -> bytes:
    return text.encode("latin-1")


@contextmanager
def bypasses_the_encoder() -> Generator[None, None, None]:
    """B9: what is written into an order reaches the printer as it is."""
    with (
        patch("kitchen_printer.decisions.page.printable", _as_it_is),
        patch("kitchen_printer.printers.encode.to_bytes", _bytes_as_they_are),
    ):
        yield


@contextmanager
def clears_nothing_before_failover() -> Generator[None, None, None]:
    """B16: a printer is said to have forgotten a ticket, and was never told to."""

    async def forget(_: str) -> bool:
        return True

    with patch("kitchen_printer.service.settle_doubt.forget", forget):
        yield
