"""★ Read this first: one ticket, from a printer that is ready to a record of what happened."""

from dataclasses import dataclass

from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import NoConnectionError
from kitchen_printer.service.attempt import Attempt, Tried
from kitchen_printer.service.facts import (
    PrinterReady,
    TicketClaimed,
)
from kitchen_printer.service.get_acquainted import get_acquainted
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.line_to_printer import asked
from kitchen_printer.service.recovery import list_what_waited
from kitchen_printer.service.settle_doubt import declare_void_once_on_record


@dataclass(frozen=True, slots=True)
class Unable:
    """The printer cannot print now; no ticket was touched."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class NothingDue:
    """The printer is ready and there is nothing for it."""


Turn = Unable | NothingDue | Tried


async def print_next_ticket(lane: Lane, kitchen: Kitchen) -> Turn:
    """Take the lane's oldest due ticket to paper, then write down what happened."""
    if lane.printer.parked:
        return Unable(Reason.PARKED)
    stranger = await get_acquainted(lane, kitchen)
    if stranger is not None:
        return Unable(stranger)
    if isinstance(lane.device, Reason):
        return Unable(lane.device)
    try:
        async with asked(lane, lane.device.level) as line:
            delivery = line.delivery
            if delivery.state is not State.READY:
                return Unable(delivery.reason or Reason.SILENT)
            kitchen.announce(PrinterReady(lane.address))
            lane.looked_at_paper(delivery.is_near_end)

            await list_what_waited(lane, kitchen)
            if not kitchen.may_act():  # An attempt now would end unsent, and be claimed again, and again.
                return NothingDue()
            lane.is_hinted = False
            claimed = await kitchen.claim(lane.lease, delivery.odometer)
            if claimed is not None:
                lane.job = lane.unrecorded = claimed.job
            await lane.recorded()
            if claimed is None:
                return NothingDue()
            kitchen.announce(TicketClaimed(claimed.job))

            attempt = Attempt(lane, lane.device, kitchen, line, claimed)
            outcome = await attempt.to_paper()
            if not isinstance(outcome, Uncertain):
                await attempt.end(outcome)
                return attempt.tried(outcome)
    except NoConnectionError as error:
        return Unable(error.reason)
    finally:
        lane.line = lane.job = None
    # In doubt, with the line closed: ask the printer what became of the ticket before anybody decides.
    was_taken_back = outcome.is_revoked
    outcome = await attempt.after_asking_the_printer(outcome)
    await attempt.record(outcome)
    if was_taken_back or outcome == Uncertain(Reason.PARTIAL):
        await declare_void_once_on_record(claimed.job.attempt_id, lane, kitchen)
    return attempt.tried(outcome)


def is_trouble(outcome: Outcome) -> Reason | None:
    """Return why the lane should rest after this outcome; None when it may go on at once."""
    match outcome:
        case Confirmed() | Unconfirmed() | NotSent(Reason.CANNOT_LAY_OUT | Reason.LEASE_LOST):
            return None  # A ticket's own fault, or the lane is another's now: the printer has none.
        case NotSent(reason) | Uncertain(reason):
            return reason
