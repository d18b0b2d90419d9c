"""Work one lane until it has nothing to do, or cannot do it now."""

import random
from contextlib import suppress
from typing import Final, assert_never

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.outcomes import abandoned, add_waiting_time, give_up, note_late_proofs
from kitchen_printer.database.routing import park_crashing_printer
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import backoff_seconds
from kitchen_printer.printers.afterwards import free
from kitchen_printer.service.attempt import Tried
from kitchen_printer.service.facts import AttemptRescued, GaveUp, LaneParked, LateProof, TaskCrashed
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import CRASHES_MAX, CRASHES_SECONDS, Lane
from kitchen_printer.service.line_to_printer import close_kept_line
from kitchen_printer.service.paper_tests import conclude_paper_test
from kitchen_printer.service.print_ticket import NothingDue, Unable, is_trouble, print_next_ticket
from kitchen_printer.service.recovery import pace
from kitchen_printer.service.settle_abandoned import settle_abandoned_attempts

PROBLEM_CHARACTERS_MAX: Final = 200


async def work_lane(lane: Lane, kitchen: Kitchen) -> None:
    """Print one ticket after the other. Returns when nothing is due or the lane has to rest; never raises."""
    try:
        await settle_abandoned_attempts(lane, kitchen)
        while not kitchen.is_stopping and await _one_more(lane, kitchen):
            pass
    except DatabaseLostError:
        # The dispatcher tells people; attempts stay on record. Nobody watches the printer while the database is away.
        poll_seconds = kitchen.settings.poll_seconds
        lane.rest(poll_seconds, poll_seconds=poll_seconds)
        lane.last_failure = None
    except Exception as error:  # noqa: BLE001  # one lane's mistake must not stop the others
        kitchen.announce(TaskCrashed(f"lane {lane.address}", repr(error)))
        await _end_on_record(lane, kitchen)
        with suppress(DatabaseLostError):
            await _after_a_crash(lane, kitchen, repr(error))
    finally:
        await close_kept_line(lane)
    await lane.recorded()


async def _end_on_record(lane: Lane, kitchen: Kitchen) -> None:
    """An attempt that a mistake of ours left open ends as a doubt: while it is open its printer gets nothing."""
    job, lane.unrecorded = lane.unrecorded, None
    if job is None:
        return
    outcome = Uncertain(Reason.INTERNAL_ERROR)
    await kitchen.settle(abandoned(job), outcome)
    kitchen.announce(AttemptRescued(job.attempt_id, outcome))


async def _after_a_crash(lane: Lane, kitchen: Kitchen, error: str) -> None:
    """Rest; a lane that fails again and again is parked, for a person to look at. Its tickets go elsewhere."""
    if lane.crashed():
        often = f"its lane failed {CRASHES_MAX} times within {CRASHES_SECONDS:.0f} s"
        problem = f"{often}: {error[:PROBLEM_CHARACTERS_MAX]}"
        if await park_crashing_printer(kitchen.database, lane.printer.id, problem):
            kitchen.announce(LaneParked(lane.address, problem))
    await _rest(lane, kitchen, Reason.INTERNAL_ERROR)


async def _one_more(lane: Lane, kitchen: Kitchen) -> bool:
    """Take one turn and return whether another may follow at once."""
    turn = await print_next_ticket(lane, kitchen)
    await conclude_paper_test(lane, kitchen)
    await _record_late_proofs(lane, kitchen)
    match turn:
        case NothingDue():
            lane.came_back()
            lane.ask_again(kitchen.settings.failover_seconds)
            return False
        case Unable(reason):
            if reason is Reason.BUSY and lane.failures:
                await free(
                    lane.address, new_token()
                )  # Busy twice in a row: perhaps it waits for the end of a command.
            await _rest(lane, kitchen, reason)
            return False
        case Tried(outcome, is_last, late_since, ticket_id):
            _learn(lane, outcome, ticket_id)
            trouble = is_trouble(outcome)
            if trouble is None:
                lane.came_back()
                is_ours = outcome != NotSent(Reason.LEASE_LOST)  # Else a look tells whether it is ours again.
                may_follow = is_ours and (lane.is_hinted or not is_last)
                return may_follow and not (late_since is not None and await pace(lane, kitchen, late_since))
            await _rest(lane, kitchen, trouble)
            return False
        case _:
            assert_never(turn)


def _learn(lane: Lane, outcome: Outcome, ticket_id: int | None) -> None:
    """Keep in mind whether the printer confirms what it takes."""
    match outcome:
        case Confirmed() | Unconfirmed():
            lane.confirmed()
        case Uncertain(reason):
            lane.left_in_doubt(ticket_id, reason)
        case NotSent():
            pass
        case _:
            assert_never(outcome)


async def _record_late_proofs(lane: Lane, kitchen: Kitchen) -> None:
    """Put late echoes on record; they change no decision, but people can see how it really was."""
    if lane.late_tokens:
        tokens = tuple(lane.late_tokens)
        proved = await note_late_proofs(kitchen.database, lane.lease.printer_id, tokens)
        # Not before: with the database away they are kept for the next turn.
        del lane.late_tokens[: len(tokens)]
        if proved:
            kitchen.announce(LateProof(lane.address, proved))


async def _rest(lane: Lane, kitchen: Kitchen, reason: Reason) -> None:
    """Let the lane rest, and count the time it was seen unable against the tickets that wait for it."""
    lane.went_down(reason)
    lane.failures += 1
    unable_seconds = lane.rest(
        backoff_seconds(lane.failures, random.random()),  # noqa: S311
        poll_seconds=kitchen.settings.poll_seconds,
    )
    if unable_seconds > 0 and lane.waiting:
        limit = kitchen.settings.give_up_seconds
        longest = await add_waiting_time(kitchen.database, lane.lease.printer_id, unable_seconds)
        if longest >= limit:
            tickets = await give_up(kitchen.database, lane.lease.printer_id, limit, reason)
            if tickets:
                kitchen.announce(GaveUp(lane.address, tickets, reason))
