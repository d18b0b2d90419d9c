"""One attempt: a claimed job on an open line, from its stored content to an outcome on record."""

import asyncio
import hashlib
from dataclasses import dataclass
from time import monotonic
from typing import Final

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.ledger import Claimed, Settlement
from kitchen_printer.database.outcomes import expect_cuts
from kitchen_printer.decisions.commands import feed_and_cut
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.layout import named
from kitchen_printer.decisions.notice import PaperTest, Specimen, read_notice
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.paper_test import PaperTested
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Doubt
from kitchen_printer.decisions.retry import JobState, decide
from kitchen_printer.decisions.ticket import Job, JobKind
from kitchen_printer.printers.connection import PrinterConnection
from kitchen_printer.service.facts import (
    AttemptEnded,
    LayoutRefused,
    OutcomeRecorded,
    TaskCrashed,
    TicketHandedOver,
)
from kitchen_printer.service.failed_slip import add_failed_slip
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import Device, Lane
from kitchen_printer.service.line_to_printer import keep_line
from kitchen_printer.service.render import render
from kitchen_printer.service.settle_doubt import settle_doubt

SLOWEST_MM_PER_SECOND: Final = 40.0
"""Slow printers do 50 mm/s and more; the estimate of the print time errs on their side."""

_THE_END: Final = frozenset[State]()


@dataclass(frozen=True, slots=True)
class Tried:
    """A ticket was tried and the outcome is on record; ``is_last`` if nothing else was due when it was claimed.

    ``late_since`` is when a late ticket was claimed, in monotonic seconds; None for a ticket in time and for a notice.
    """

    outcome: Outcome
    is_last: bool
    late_since: float | None
    ticket_id: int | None


class Attempt:
    """One claimed job on one open line: from its stored content to an outcome."""

    def __init__(
        self, lane: Lane, device: Device, kitchen: Kitchen, line: PrinterConnection, claimed: Claimed
    ) -> None:
        self._lane = lane
        self._device = device
        self._kitchen = kitchen
        self._line = line
        self._job: Job = claimed.job
        self._claimed = claimed
        self._payload: Payload | None = None
        self._sheets = 1
        self._is_paper_test = self._is_trial = False
        self._printed_mm = 0.0
        self._length_mm = 0.0
        self._handed_over_at: float | None = None
        self._proved_after: float | None = None
        self._claimed_at = monotonic()
        self.late_since: float | None = None

    async def to_paper(self) -> Outcome:
        """Lay the ticket out and deliver it. Whatever goes wrong becomes an outcome: the lane goes on."""
        try:
            self._payload = await self._laid_out()
        except Exception as error:  # noqa: BLE001  # whatever is wrong with a ticket, the lane goes on
            self._kitchen.announce(LayoutRefused(self._job, type(error).__name__))
            return NotSent(Reason.CANNOT_LAY_OUT)
        if self._sheets > 1 and not await self._cuts_on_record():
            return NotSent(Reason.INTERNAL_ERROR)
        return await self._delivered(self._payload)

    async def end(self, outcome: Outcome) -> None:
        """Have an outcome without doubts put on record, and the line kept for a ticket that follows at once."""
        others_follow = not self._claimed.is_last and self._job.kind is not JobKind.NOTICE
        if others_follow and isinstance(outcome, Confirmed):
            # The printer is asked again meanwhile; the next claim comes after it.
            self._lane.recording = self._handed_in(outcome, others_follow=True)
        else:
            await self.record(outcome)
        await self._line.hear_the_receipt()
        if others_follow:
            keep_line(self._lane, self._line)

    def tried(self, outcome: Outcome) -> Tried:
        """Return what the lane has to know of it."""
        return Tried(outcome, self._claimed.is_last, self.late_since, self._job.ticket_id)

    async def after_asking_the_printer(self, doubtful: Uncertain) -> Outcome:
        """Go back to the printer and hear what it knows of the ticket; where it knows nothing, the doubt stays."""
        if doubtful.is_revoked:
            return doubtful
        doubt = Doubt(
            reason=doubtful.reason,
            token_printed=self._job.token_printed,
            token_cut=self._job.token_cut,
            before=self._line.delivery.odometer,
            expected_cuts=self._sheets,
        )
        echoes = self._device.level.echoes_tokens
        return await settle_doubt(self._job, doubt, self._lane, self._kitchen, echoes=echoes)

    async def record(self, outcome: Outcome) -> None:
        """Put the outcome on record, and do what follows from it."""
        settlement = await self._handed_in(outcome)
        if settlement is None:
            return  # The database lost the attempt: its ticket waits again, and prints marked.
        if outcome == NotSent(Reason.CANNOT_LAY_OUT) and self._job.kind is not JobKind.NOTICE:
            await add_failed_slip(self._kitchen.database, self._job, Reason.CANNOT_LAY_OUT)
        if self._is_paper_test and settlement.decision.state is not JobState.WAITING:
            self._lane.tested = self._job.id, self._tested(outcome)

    def _handed_in(
        self, outcome: Outcome, *, others_follow: bool = False
    ) -> asyncio.Future[Settlement | None]:
        """Decide what the outcome means for the job, and have all of it put on record."""
        self._kitchen.announce(AttemptEnded(self._job, outcome))
        self._mind_the_roll(outcome)
        followed_on = self._job.printer_id if others_follow else None
        recording = self._kitchen.record(self._settled(outcome), followed_on)
        recording.add_done_callback(self._announce_recorded)
        self._lane.unrecorded = None
        return recording

    def _announce_recorded(self, recording: asyncio.Future[Settlement | None]) -> None:
        settlement = None if recording.cancelled() else recording.result()
        if settlement is not None:
            decided = settlement.decision.state
            self._kitchen.announce(OutcomeRecorded(self._job, settlement.outcome, decided))

    def _mind_the_roll(self, outcome: Outcome) -> None:
        """Count the paper that may have been used, and hear what the printer said of it meanwhile."""
        if not isinstance(outcome, NotSent):
            is_ticket = self._job.kind is not JobKind.NOTICE
            self._lane.roll = self._lane.roll.used(self._length_mm, is_ticket=is_ticket)
        if self._line.delivery.is_near_end:
            self._lane.looked_at_paper(is_near_end=True)

    def _tested(self, outcome: Outcome) -> PaperTested:
        return PaperTested(
            level=self._device.level,
            outcome=outcome,
            printed_mm=self._printed_mm,
            seconds=self._proved_after,
            before=self._line.delivery.odometer,
            after=None,
        )

    async def _cuts_on_record(self) -> bool:
        """Put on record how many sheets will come: whoever asks the counters afterwards must expect as many cuts."""
        try:
            await expect_cuts(self._kitchen.database, self._job.attempt_id, self._sheets)
        except DatabaseLostError:
            return False
        return True

    def _settled(self, outcome: Outcome) -> Settlement:
        job, sent = self._job, self._payload
        return Settlement(
            attempt_id=job.attempt_id,
            token_printed=job.token_printed,
            job_id=job.id,
            ticket_id=job.ticket_id,
            outcome=outcome,
            decision=decide(
                outcome,
                spent=job.spent,
                maybe_on_paper=job.maybe_on_paper,
                # A test that nobody can confirm has shown what it was to show.
                attempts_max=1 if self._is_trial else self._kitchen.settings.max_attempts,
                on_unconfirmed="reprint_marked"
                if self._is_trial
                else job.on_unconfirmed or self._kitchen.settings.on_unconfirmed,
            ),
            waited_seconds=self._line.stopped_seconds,
            payload_bytes=len(sent.body) if sent else None,
            payload_sha256=hashlib.sha256(sent.body).digest() if sent else None,
        )

    async def _laid_out(self) -> Payload:
        settings, job = self._kitchen.settings, self._job
        look = self._kitchen.looks.of(job.station)
        low = self._lane.roll.low_on_paper
        rendered = await render(self._claimed, self._device, look, settings.late_seconds, low=low)
        self._sheets, self._length_mm = rendered.page.sheets, rendered.page.length_mm
        self.late_since = self._claimed_at if rendered.is_late else None
        if job.kind is JobKind.NOTICE:
            notice = read_notice(self._claimed.content)
            self._is_paper_test = isinstance(notice, PaperTest)
            self._is_trial = isinstance(notice, PaperTest | Specimen)
            self._printed_mm = rendered.page.printed_mm
        seconds_to_print = self._length_mm / SLOWEST_MM_PER_SECOND
        return Payload(
            body=rendered.body,
            cut=feed_and_cut(look.style.cut),
            token_printed=job.token_printed,
            token_cut=job.token_cut,
            token_forgotten=new_token(),
            seconds_to_print=seconds_to_print,
            seconds_to_confirm=settings.confirm_seconds + seconds_to_print,
            seconds_to_give_up=max(1.0, settings.give_up_seconds - job.waited_seconds),
        )

    async def _delivered(self, payload: Payload) -> Outcome:
        try:
            return await self._conversed(payload)
        except Exception as error:  # noqa: BLE001  # an attempt on record must end on record, whatever our mistake
            self._kitchen.announce(TaskCrashed(f"delivery of {named(self._job)}", repr(error)))
            return Uncertain(Reason.INTERNAL_ERROR)

    async def _conversed(self, payload: Payload) -> Outcome:
        delivery = self._line.delivery
        await self._line.catch_up()
        if delivery.state is not State.READY:
            return NotSent(delivery.reason or Reason.CONNECTION_LOST)
        if not self._kitchen.may_act():  # In the last moment before the first byte: we may have been frozen.
            return NotSent(Reason.LEASE_LOST)
        delivery.start(payload)
        self._handed_over_at = monotonic()
        self._kitchen.announce(TicketHandedOver(self._job, len(payload.body)))
        await self._line.converse(until=_THE_END, changed=self._show_condition)
        return delivery.outcome

    def _show_condition(self) -> None:
        """Let people see at once why a ticket does not go on, and that it does again."""
        is_proved = self._line.delivery.state in (State.CUTTING, State.CONFIRMED)
        if is_proved and self._proved_after is None and self._handed_over_at is not None:
            self._proved_after = monotonic() - self._handed_over_at
        match self._line.delivery.state:
            case State.STOPPED:
                self._lane.went_down(self._line.delivery.reason or Reason.OFFLINE)
            case State.PRINTING | State.CUTTING | State.CONFIRMED | State.UNCONFIRMED:
                self._lane.came_back()
            case _:
                pass
