"""In doubt about a ticket: ask the printer what became of it; where another one will print it, have it forgotten."""

from dataclasses import replace
from typing import Final

from kitchen_printer.decisions.layout import named
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Doubt
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.printers.afterwards import ask_afterwards, declare_void, forget
from kitchen_printer.service.facts import DoubtRaised, TaskCrashed
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import Lane

_WORTH_ASKING: Final = frozenset({Reason.CONNECTION_LOST, Reason.NO_CONFIRMATION})
"""Doubts that the printer may settle; in all others it told the cause itself, or nobody waits for an answer."""


async def settle_doubt(job: Job, doubt: Doubt, lane: Lane, kitchen: Kitchen, *, echoes: bool) -> Outcome:
    """Return what the printer proves of a ticket; where it knows nothing the doubt stays, and Uncertain is returned.

    ``echoes`` says whether its answers name the question, else they would prove nothing now. The line to it must be
    closed.
    """
    doubtful = Uncertain(doubt.reason)
    if doubt.reason not in _WORTH_ASKING:
        return doubtful
    lane.went_down(doubt.reason)
    try:
        outcome: Outcome = await _asked(job, doubt, lane, kitchen) if echoes else doubtful
        if isinstance(outcome, Uncertain) and kitchen.has_stand_in(job):
            # Elsewhere it will print marked; what is still in this printer must not come out beside that.
            return replace(outcome, is_revoked=await forget(lane.address))
    except Exception as error:  # noqa: BLE001  # the doubt must end on record even if we cannot ask
        kitchen.announce(TaskCrashed(f"doubt about {named(job)}", repr(error)))
        return doubtful
    return outcome


async def declare_void_once_on_record(attempt_id: int, lane: Lane, kitchen: Kitchen) -> None:
    """Declare the piece of a ticket void if our outcome of it is on record.

    That moves the counters by which anybody would judge who has still to settle it: one who had taken the lane over
    meanwhile would take the piece for the ticket.
    """
    if await kitchen.has_the_last_word(attempt_id):
        await declare_void(lane.address)


async def _asked(job: Job, doubt: Doubt, lane: Lane, kitchen: Kitchen) -> Outcome:
    kitchen.announce(DoubtRaised(job, doubt.reason))
    return await ask_afterwards(lane.address, doubt, new_token(), _seconds_to_ask(job, kitchen))


def _seconds_to_ask(job: Job, kitchen: Kitchen) -> float:
    """How long the printer may take to answer; where another one could print, not longer than failover waits."""
    settings = kitchen.settings
    if kitchen.has_stand_in(job):
        return min(settings.confirm_seconds, settings.failover_seconds)
    return settings.confirm_seconds
