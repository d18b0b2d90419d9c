"""Writes outcomes down, many lanes in one commit, and keeps them in memory while the database is away."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database, DatabaseLostError
from kitchen_printer.database.outcomes import Abandoned, Settlement, is_settled_by, record
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import Decision, JobState, decide
from kitchen_printer.service.facts import AttemptVanished, RecordRefused, Subscriber

RETRY_SECONDS: Final = 0.5
"""How soon an outcome is written again after the database did not take it."""

REFUSED_SECONDS: Final = 1.0
"""How soon an outcome is written again after the database, which is there, refused it."""

REMEMBERED_MAX: Final = 2_000
"""So many of the last outcomes are remembered; a standby that takes over lacks a few seconds' worth at most."""


REFUSALS_MAX: Final = 3
"""After so many the outcome is given up, and the ticket shown as one that somebody must look after."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    settlement: Settlement
    done: asyncio.Future[Settlement | None]
    refusals: int = 0


class Recorder:
    """Lanes hand outcomes in, one task commits all that came in meanwhile."""

    def __init__(self, database: Database, me: UUID, settings: Settings, announce: Subscriber) -> None:
        self.expected: set[int] = set()
        """Attempts that a lane of ours works on, or whose outcome is not yet committed."""
        self._database = database
        self._me = me
        self._settings = settings
        self._announce = announce
        self._waiting: list[_Waiting] = []
        self._remembered: OrderedDict[str, Outcome] = OrderedDict()
        self._handed_in = asyncio.Event()

    def expect(self, attempt_id: int) -> None:
        """Say that a lane has this attempt in hand and will hand its outcome in."""
        self.expected.add(attempt_id)

    def remembered(self, attempt: Abandoned) -> Outcome | None:
        """Return how an attempt of ours ended that is open on record: its outcome was committed, and lost since."""
        return self._remembered.get(attempt.token_printed)

    async def record(self, settlement: Settlement) -> Settlement | None:
        """Return what is committed, once it is, however long the database is away.

        What the database refuses, though it is there, is committed as a doubt in the end: the attempt must not stay
        open, for its printer would get nothing any more. None if there is no such attempt any more: it was committed
        before anything was sent, and lost since.
        """
        done: asyncio.Future[Settlement | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(settlement, done))
        self._handed_in.set()
        return await done

    async def has_the_last_word(self, attempt_id: int) -> bool:
        """Whether what is on record of an attempt is what we have recorded."""
        return await is_settled_by(self._database, self._me, attempt_id)

    async def settle(self, attempt: Abandoned, outcome: Outcome) -> None:
        """Record how an attempt ended that no lane has in hand."""
        decision = decide(
            outcome,
            spent=attempt.spent,
            maybe_on_paper=attempt.maybe_on_paper,
            attempts_max=self._settings.max_attempts,
            on_unconfirmed=attempt.on_unconfirmed or self._settings.on_unconfirmed,
        )
        await self.record(
            Settlement(
                attempt_id=attempt.attempt_id,
                token_printed=attempt.token_printed,
                job_id=attempt.job_id,
                ticket_id=attempt.ticket_id,
                outcome=outcome,
                decision=decision,
            )
        )

    async def run(self) -> None:
        """Serve the lanes for ever."""
        while True:
            await self._handed_in.wait()
            self._handed_in.clear()
            waiting, self._waiting = self._waiting, []
            await self._commit(waiting)

    async def _commit(self, waiting: list[_Waiting]) -> None:
        while True:
            try:
                lost = await record(self._database, self._me, [each.settlement for each in waiting])
            except DatabaseLostError:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:  # noqa: BLE001  # what one outcome did wrong must not cost the others
                await self._commit_one_by_one(waiting, error)
                return
            else:
                for each in waiting:
                    self._committed(each, is_lost=each.settlement.attempt_id in lost)
                return

    async def _commit_one_by_one(self, waiting: list[_Waiting], error: Exception) -> None:
        if len(waiting) == 1:
            self._refused(waiting[0], error)
            return
        for each in waiting:
            await self._commit([each])

    def _refused(self, each: _Waiting, error: Exception) -> None:
        """Write it again soon, without holding up the others."""
        refusals = each.refusals + 1
        if refusals in (1, REFUSALS_MAX):
            self._announce(RecordRefused(each.settlement.attempt_id, repr(error)))
        settlement = _as_a_doubt(each.settlement) if refusals >= REFUSALS_MAX else each.settlement
        again = _Waiting(settlement, each.done, refusals)
        asyncio.get_running_loop().call_later(REFUSED_SECONDS, self._hand_in_again, again)

    def _hand_in_again(self, each: _Waiting) -> None:
        self._waiting.append(each)
        self._handed_in.set()

    def _committed(self, each: _Waiting, *, is_lost: bool) -> None:
        settlement = each.settlement
        self.expected.discard(settlement.attempt_id)
        self._remembered[settlement.token_printed] = settlement.outcome
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        if is_lost:
            self._announce(AttemptVanished(settlement.attempt_id, settlement.ticket_id, settlement.outcome))
        if not each.done.done():
            each.done.set_result(None if is_lost else settlement)


def _as_a_doubt(settlement: Settlement) -> Settlement:
    """Keep only what must be known: nobody knows how the attempt ended, and somebody must look after its ticket."""
    return Settlement(
        attempt_id=settlement.attempt_id,
        token_printed=settlement.token_printed,
        job_id=settlement.job_id,
        ticket_id=settlement.ticket_id,
        outcome=Uncertain(Reason.INTERNAL_ERROR),
        decision=Decision(
            state=JobState.FAILED,
            spent=settlement.decision.spent,
            maybe_on_paper=True,
            failed_reason=Reason.INTERNAL_ERROR,
        ),
    )
