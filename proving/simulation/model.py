"""Leases and attempts, as the service's SQL keeps them: a model in memory, held against PostgreSQL by a test.

Each method is one function of ``kitchen_printer.database``, with its name and what it returns. ``now`` is the
database's clock; whoever calls sets it first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

from kitchen_printer.database.leases import Holdings, Lease
from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement, Written
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.decisions.occasion import Backup
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import reason_named
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job
from proving.simulation.rows import ENDED, AttemptRow, JobRow, PrinterRow, TicketRow

BEGINNING: Final = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)
"""A Saturday evening: the moment 0 of the database's clock."""


LEASE_SECONDS_MAX: Final = 120.0


class ConstraintError(Exception):
    """The database refuses a row."""


@dataclass(slots=True)
class LeasesAndAttempts:
    """``guards`` are the unique indexes that stand behind the promise; ``open`` are the attempts without outcome."""

    printers: dict[int, PrinterRow]
    now: float = 0.0
    true_time: float = 0.0
    claims: int = 0
    until: dict[UUID, float] = field(default_factory=dict[UUID, float])
    jobs: dict[int, JobRow] = field(default_factory=dict[int, JobRow])
    unsettled: dict[int, JobRow] = field(default_factory=dict[int, JobRow])
    attempts: dict[int, AttemptRow] = field(default_factory=dict[int, AttemptRow])
    open: dict[int, AttemptRow] = field(default_factory=dict[int, AttemptRow])
    by_job: dict[int, list[AttemptRow]] = field(default_factory=dict[int, list[AttemptRow]])
    guards: frozenset[str] = frozenset({"one_unmarked", "one_open", "one_per_printer"})

    # ── leases ──────────────────────────────────────────────────────────────────────────────────────────

    def send_heartbeat(self, me: UUID, lease_seconds: float) -> None:
        self.until[me] = self.now + lease_seconds

    def lives(self, owner: UUID | None) -> bool:
        return owner is not None and self.now < self.until.get(owner, -1e9) <= self.now + LEASE_SECONDS_MAX

    def is_before_its_end(self, owner: UUID) -> bool:
        return self.until.get(owner, -1e9) > self.now

    def take_free_lanes(self, me: UUID) -> Holdings:
        share = ceil(len(self.printers) / max(1, sum(self.lives(each) for each in self.until)))
        mine = [row for row in self.printers.values() if row.owner == me]
        free = [row for row in self.printers.values() if not self.lives(row.owner)]
        if self.lives(me):
            for row in free[: max(0, share - len(mine))]:
                row.owner, row.epoch = me, row.epoch + 1
        leases = [Lease(each, row.epoch) for each, row in self.printers.items() if row.owner == me]
        return Holdings(leases=tuple(leases), share=share)

    def hand_back(self, me: UUID, printers: Collection[int]) -> None:
        for printer_id in printers:
            if self.printers[printer_id].owner == me:
                self.printers[printer_id].owner = None

    def leave(self, me: UUID) -> None:
        self.hand_back(me, self.printers)
        if me in self.until:
            self.until[me] = self.now

    # ── attempts: on record before the first byte, settled once ─────────────────────────────────────────

    def write(self, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]) -> Written:
        lost = frozenset(each.key for each in settlements if each.attempt_id not in self.attempts)
        self.record(me, [each for each in settlements if each.key not in lost])
        claimed = tuple(self.claim(me, requests))
        return Written(claimed=claimed, lost=lost, held_attempts=frozenset(), held_printers=frozenset())

    def claim(self, me: UUID, requests: Sequence[ClaimRequest]) -> list[Claimed]:
        heads = [
            (request, job)
            for request in sorted(requests, key=lambda each: each.printer_id)
            if self._may_claim(me, request) and (job := self._head(request.printer_id)) is not None
        ]
        return [claimed for request, job in heads if (claimed := self._claim(me, request, job)) is not None]

    def _may_claim(self, me: UUID, request: ClaimRequest) -> bool:
        row = self.printers[request.printer_id]
        return row.owner == me and row.epoch == request.epoch and self.is_before_its_end(me)

    def _head(self, printer_id: int) -> JobRow | None:
        waiting = self._waiting(printer_id)
        notices = [job for job in waiting if job.ticket is None]
        tickets = sorted((job for job in waiting if job.ticket), key=lambda job: (job.ticket.id, job.id))  # type: ignore[union-attr]
        return next((job for job in notices + tickets if not self._waits_for_an_older_one(job)), None)

    def _waits_for_an_older_one(self, job: JobRow) -> bool:
        own = job.ticket
        return own is not None and any(
            other.ticket is not None
            and other.state is not JobState.HELD
            and other.copy_no == job.copy_no
            and (other.ticket.bill_id, other.ticket.station) == (own.bill_id, own.station)
            and other.ticket.id < own.id
            for other in self.unsettled.values()
        )

    def _claim(self, me: UUID, request: ClaimRequest, job: JobRow) -> Claimed | None:
        attempt = AttemptRow(
            id=self.claims + 1,
            job=job,
            attempt_no=job.attempts + 1,
            printer_id=request.printer_id,
            epoch=request.epoch,
            owner=me,
            marked=job.maybe_on_paper,
            token_printed=request.token_printed,
            token_cut=request.token_cut,
            odometer=request.odometer,
            began=self.true_time,
        )
        if self._conflicts(attempt):
            return None
        self.claims += 1
        self.attempts[attempt.id] = self.open[attempt.id] = attempt
        self.by_job.setdefault(job.id, []).append(attempt)
        job.state, job.attempts = JobState.PRINTING, attempt.attempt_no
        if job.ticket and job.ticket.status == "NEW":
            job.ticket.status = "PRINTING"
        others = (each for each in self.unsettled.values() if each.printer_id == request.printer_id)
        is_last = not any(each.state is JobState.WAITING for each in others)
        backup = None
        if job.diverted_for and job.diverted_since:
            backup = Backup(reason=reason_named(job.diverted_for), since=job.diverted_since)
        return Claimed(self._handed_out(attempt), "", "", is_last, backup)

    def _handed_out(self, attempt: AttemptRow) -> Job:
        job = attempt.job
        return Job(
            id=job.id,
            kind=job.kind,
            ticket_id=job.ticket.id if job.ticket else None,
            copy_no=job.copy_no,
            station=job.station,
            spent=job.spent,
            maybe_on_paper=job.maybe_on_paper,
            waited_seconds=job.waited_seconds,
            attempt_id=attempt.id,
            attempt_no=attempt.attempt_no,
            printer_id=attempt.printer_id,
            marked=attempt.marked,
            token_printed=attempt.token_printed,
            token_cut=attempt.token_cut,
            age_seconds=max(0.0, self.now - job.ticket.created_at) if job.ticket else 0.0,
        )

    def _conflicts(self, attempt: AttemptRow) -> bool:
        earlier = self.by_job.get(attempt.job.id, ())
        return (
            ("one_open" in self.guards and any(each.outcome is None for each in earlier))
            or (
                "one_unmarked" in self.guards
                and not attempt.marked
                and any(not each.marked and each.outcome != "NOT_SENT" for each in earlier)
            )
            or (
                "one_per_printer" in self.guards
                and any(each.printer_id == attempt.printer_id for each in self.open.values())
            )
        )

    def expect_cuts(self, attempt_id: int, cuts: int) -> None:
        if attempt_id in self.open:
            self.open[attempt_id].expected_cuts = cuts

    def record(self, me: UUID, settlements: Sequence[Settlement]) -> None:
        mine = [each for each in settlements if self._may_settle(me, self.attempts[each.attempt_id])]
        for each in mine:
            if isinstance(each.outcome, NotSent) and self.attempts[each.attempt_id].owner != me:
                raise ConstraintError("not_sent_by_its_owner")
        for each in mine:
            self._settle(me, self.attempts[each.attempt_id], each)
        self._derive(job.ticket for each in mine if (job := self.jobs[each.job_id]).ticket)

    def _may_settle(self, me: UUID, attempt: AttemptRow) -> bool:
        lane = self.printers[attempt.printer_id]
        return attempt.outcome is None and (
            attempt.owner == me or (lane.owner == me and lane.epoch > attempt.epoch)
        )

    def _settle(self, me: UUID, attempt: AttemptRow, settlement: Settlement) -> None:
        attempt.outcome, attempt.ended = _NAMES[type(settlement.outcome)], settlement.outcome
        attempt.settled_by, attempt.ended_at = me, self.true_time
        del self.open[attempt.id]
        job, decision = attempt.job, settlement.decision
        if job.state is not JobState.PRINTING:
            return
        job.state, job.spent, job.maybe_on_paper = decision.state, decision.spent, decision.maybe_on_paper
        job.failed_reason = decision.failed_reason
        job.waited_seconds += settlement.waited_seconds
        self._settled(job)

    def is_settled_by(self, me: UUID, attempt_id: int) -> bool:
        return self.attempts[attempt_id].settled_by == me

    def abandoned_attempts(self, me: UUID) -> list[Abandoned]:
        return [_abandoned(each) for each in self._abandoned(me)]

    def _abandoned(self, me: UUID) -> list[AttemptRow]:
        lanes = self.printers
        return [
            each
            for each in self.open.values()
            if lanes[each.printer_id].owner == me and lanes[each.printer_id].epoch > each.epoch
        ]

    def unknown_attempts(self, me: UUID, known: Collection[int]) -> list[Abandoned]:
        return [_abandoned(each) for each in self.open.values() if each.owner == me and each.id not in known]

    def note_late_proofs(self, printer_id: int, tokens: Collection[str]) -> int:
        proved = [
            each
            for each in self.attempts.values()
            if each.printer_id == printer_id
            and each.outcome == "UNCERTAIN"
            and not each.is_proved_late
            and (each.token_printed in tokens or each.token_cut in tokens)
        ]
        for each in proved:
            each.is_proved_late = True
        return len(proved)

    # ── inside ──────────────────────────────────────────────────────────────────────────────────────────

    def moment(self, at: float | None = None) -> datetime:
        return BEGINNING + timedelta(seconds=self.now if at is None else at)

    def _waiting(self, printer_id: int) -> list[JobRow]:
        return [
            job
            for job in self.unsettled.values()
            if job.printer_id == printer_id and job.state is JobState.WAITING
        ]

    def _settled(self, job: JobRow) -> None:
        if job.state in ENDED:
            job.settled_at = self.now
            self.unsettled.pop(job.id, None)

    def _derive(self, tickets: Iterable[TicketRow | None]) -> None:
        for ticket in tickets:
            if ticket is None:
                continue
            copies = ticket.jobs
            if any(job.state is JobState.FAILED for job in copies):
                ticket.status = "FAILED"
            elif all(job.state in ENDED for job in copies):
                ticket.status = "PRINTED"
            elif all(job.state is JobState.WAITING and not job.attempts for job in copies):
                ticket.status = "NEW"
            else:
                ticket.status = "PRINTING"


_NAMES: Final = {
    NotSent: "NOT_SENT",
    Confirmed: "CONFIRMED",
    Uncertain: "UNCERTAIN",
    Unconfirmed: "UNCERTAIN",
}


def _abandoned(attempt: AttemptRow) -> Abandoned:
    job = attempt.job
    return Abandoned(
        attempt_id=attempt.id,
        job_id=job.id,
        ticket_id=job.ticket.id if job.ticket else None,
        printer_id=attempt.printer_id,
        spent=job.spent,
        maybe_on_paper=job.maybe_on_paper,
        token_printed=attempt.token_printed,
        token_cut=attempt.token_cut,
        odometer=attempt.odometer,
        expected_cuts=attempt.expected_cuts,
        on_unconfirmed=None,
    )
