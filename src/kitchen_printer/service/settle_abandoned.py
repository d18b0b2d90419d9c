"""What a vanished owner left open is settled before its printer gets anything new."""

from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Doubt
from kitchen_printer.printers.afterwards import ask_afterwards
from kitchen_printer.service.facts import AttemptRescued
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.settle_doubt import declare_void_once_on_record


async def settle_abandoned_attempts(lane: Lane, kitchen: Kitchen) -> None:
    """Ask the printer about each attempt that was left open, and record what it proves."""
    while lane.abandoned:
        attempt = lane.abandoned.pop(0)
        outcome = await _what_became_of(attempt, lane, kitchen)
        await kitchen.settle(attempt, outcome)
        kitchen.announce(AttemptRescued(attempt.attempt_id, outcome))
        if outcome == Uncertain(Reason.PARTIAL):
            await declare_void_once_on_record(attempt.attempt_id, lane, kitchen)


async def _what_became_of(attempt: Abandoned, lane: Lane, kitchen: Kitchen) -> Outcome:
    """Ask, where the printer can tell; a printer that cannot leaves the doubt."""
    if isinstance(lane.device, Reason) or not lane.device.level.echoes_tokens:
        return Uncertain(Reason.SERVICE_STOPPED)
    doubt = Doubt(
        reason=Reason.SERVICE_STOPPED,
        token_printed=attempt.token_printed,
        token_cut=attempt.token_cut,
        before=attempt.odometer,
        expected_cuts=attempt.expected_cuts,
    )
    return await ask_afterwards(lane.address, doubt, new_token(), kitchen.settings.confirm_seconds)
