"""Outcomes and claims of all lanes, written down in one commit, so that cost does not grow with the printers.

Outcomes are kept in memory while the database is away; a claim then fails, and its lane asks again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final
from uuid import UUID

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database, DatabaseLostError
from kitchen_printer.database.leases import Lease
from kitchen_printer.database.ledger import AttemptKey, Claimed, ClaimRequest, Settlement, write
from kitchen_printer.database.outcomes import Abandoned, is_settled_by, unknown_attempts
from kitchen_printer.decisions.outcome import NotSent, Outcome
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.service.entries import Asked, HandedIn, fail
from kitchen_printer.service.facts import AttemptVanished, RecordRefused, Subscriber, TaskCrashed
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.settlements import as_a_doubt, settlement_of

FOLLOW_SECONDS: Final = 0.005
"""How long an outcome may wait for its lane to ask for the next ticket, so that both share a commit."""

RETRY_SECONDS: Final = 0.5
"""How soon an outcome is written again after the database did not take it."""

REFUSED_SECONDS: Final = 1.0
"""How soon an outcome is written again after the database, which is there, refused it."""

REFUSALS_MAX: Final = 3
"""After so many the outcome is given up, and the ticket shown as one that somebody must look after."""

HELD_SECONDS: Final = 0.05
"""How soon what could not be written is tried again because somebody else held its ticket, or job."""

HELD_MAX: Final = 20
"""After so many times a lane that asks gets nothing; the next look finds that something is due."""

REMEMBERED_MAX: Final = 2_000
"""So many of the last outcomes are remembered; a standby that takes over lacks a few seconds' worth at most."""


class Ledger:
    """Lanes hand outcomes in and ask for tickets; one task writes down all that came meanwhile."""

    def __init__(
        self,
        database: Database,
        me: UUID,
        settings: Settings,
        announce: Subscriber,
        *,
        notices_only: bool = False,
    ) -> None:
        self._expected: dict[int, str] = {}
        self._pending: dict[AttemptKey, HandedIn] = {}
        self._database = database
        self._me = me
        self._settings = settings
        self._announce = announce
        self._notices_only = notices_only
        self._handed_in: list[HandedIn] = []
        self._asked: list[Asked] = []
        self._has_unknown_attempts = False
        self._all_are_known = asyncio.Event()
        self._gives_tickets = True
        self._remembered: OrderedDict[str, Outcome] = OrderedDict()
        self._unknown_attempts_problem: str | None = None
        self._something_to_do = asyncio.Event()

    @property
    def expected(self) -> Collection[int]:
        """Attempts that were given to a lane of ours, until their outcome is committed."""
        return self._expected.keys()

    async def claim(self, lease: Lease, odometer: Odometer | None) -> Claimed | None:
        """Return the lane's next job with its attempt on record, None when there is none.

        Raises :class:`DatabaseLostError`. The caller must settle the attempt in any case.
        """
        first, second = new_token(), new_token()
        while second == first:
            second = new_token()
        request = ClaimRequest(
            printer_id=lease.printer_id,
            epoch=lease.epoch,
            token_printed=first,
            token_cut=second,
            odometer=odometer,
            notices_only=self._notices_only,
        )
        answer: asyncio.Future[Claimed | None] = asyncio.get_running_loop().create_future()
        self._ask(Asked(request, answer))
        return await answer

    def stop_claiming(self) -> None:
        """Give nobody a ticket any more: lanes that ask hear that there is none. Outcomes are written down as before.

        A claim that is on its way may still bring one.
        """
        self._gives_tickets = False
        asked, self._asked = self._asked, []
        for each in asked:
            self._ask(each)

    def record(self, settlement: Settlement, followed_on: int | None) -> asyncio.Future[Settlement | None]:
        """Hand an outcome in; what is committed of it comes once it is, however long the database is away.

        ``followed_on`` is the printer whose lane will ask for its next ticket at once; None if none will.

        What the database refuses, though it is there, is committed as a doubt in the end: the attempt must not stay
        open, for its printer would get nothing any more. None if there is no such attempt any more: it was committed
        before anything was sent, and lost since.
        """
        pending = self._pending.get(settlement.key)
        if pending is None:  # Else what was said first of an attempt stands.
            done: asyncio.Future[Settlement | None] = asyncio.get_running_loop().create_future()
            pending = self._pending[settlement.key] = HandedIn(settlement, done, followed_on)
            self._hand_in(pending)
        return pending.done

    async def settle(self, attempt: Abandoned, outcome: Outcome) -> None:
        """Record how an attempt ended that no lane has in hand."""
        await self.record(settlement_of(attempt, outcome, self._settings), None)

    def settle_unknown_attempts(self) -> None:
        """Close attempts of ours that no lane knows: their claim was committed, its answer was lost.

        Or they ended long ago, and it is that which the database lost: it is written down once more.
        It happens between two claims, so that a claim whose answer is on its way is not taken for a lost one.
        """
        self._has_unknown_attempts = True
        self._all_are_known.clear()
        self._something_to_do.set()

    async def finish(self) -> None:
        """Settle attempts that no lane knows, now that none works; return once all that was handed in is on record."""
        self.settle_unknown_attempts()
        await self._all_are_known.wait()
        if self._pending:
            await asyncio.wait([each.done for each in self._pending.values()])

    async def has_the_last_word(self, attempt_id: int) -> bool:
        """Whether what is on record of an attempt is what we have recorded."""
        return await is_settled_by(self._database, self._me, attempt_id)

    async def run(self) -> None:
        """Serve the lanes for ever."""
        self._something_to_do.set()  # For what was left by one that failed.
        while True:
            await self._something_to_do.wait()
            self._something_to_do.clear()
            await self._hear_who_follows()
            if self._has_unknown_attempts:
                await self._hand_in_unknown_attempts()
            if not self._has_unknown_attempts:
                self._all_are_known.set()
            handed_in, self._handed_in = self._handed_in, []
            asked, self._asked = [each for each in self._asked if not each.answer.done()], []
            if handed_in or asked:
                await self._write(handed_in, asked)

    def _ask(self, asked: Asked) -> None:
        if self._gives_tickets:
            self._asked.append(asked)
            self._something_to_do.set()
        elif not asked.answer.done():
            asked.answer.set_result(None)

    async def _hear_who_follows(self) -> None:
        """Let lanes that have handed an outcome in ask for their next ticket: one commit serves both then."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + FOLLOW_SECONDS
        while self._are_lanes_about_to_ask and loop.time() < ends:
            self._something_to_do.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(ends):
                    await self._something_to_do.wait()
        self._something_to_do.clear()

    @property
    def _are_lanes_about_to_ask(self) -> bool:
        lanes = {each.followed_on for each in self._handed_in if each.followed_on is not None}
        asked = {each.request.printer_id for each in self._asked}
        return asked < lanes  # Whoever else asks is not kept waiting.

    async def _write(self, handed_in: Sequence[HandedIn], asked: Sequence[Asked]) -> None:
        try:
            written = await write(
                self._database,
                self._me,
                [each.settlement for each in handed_in],
                [each.request for each in asked],
            )
        except DatabaseLostError as error:
            fail(asked, error)
            if handed_in and asked:
                await self._write(handed_in, [])  # Perhaps it was a claim that took too long.
            else:
                self._write_later(handed_in)
        except Exception as error:  # noqa: BLE001  # what one did wrong must not cost the others
            await self._write_one_by_one(handed_in, asked, error)
        else:
            for each in handed_in:
                if each.settlement.key in written.held_attempts:
                    asyncio.get_running_loop().call_later(HELD_SECONDS, self._hand_in, each)
                else:
                    self._committed(each, is_lost=each.settlement.key in written.lost)
            waiting = {each.followed_on for each in handed_in if each.settlement.key in written.held_attempts}
            self._answer(asked, written.claimed, written.held_printers | waiting)

    def _write_later(self, handed_in: Sequence[HandedIn]) -> None:
        """Hand in again what was not taken, before what came since."""
        self._handed_in[:0] = handed_in
        asyncio.get_running_loop().call_later(RETRY_SECONDS, self._something_to_do.set)

    async def _write_one_by_one(
        self, handed_in: Sequence[HandedIn], asked: Sequence[Asked], error: Exception
    ) -> None:
        if len(handed_in) + len(asked) > 1:
            for each in handed_in:
                await self._write([each], [])
            for one in asked:
                await self._write([], [one])
        elif handed_in:
            self._refused(handed_in[0], error)
        else:
            fail(asked, RuntimeError(f"claim failed: {error!r}"))

    def _answer(
        self, asked: Sequence[Asked], all_claimed: Collection[Claimed], held: Collection[int | None]
    ) -> None:
        """Tell each lane what it got; one whose ticket somebody has locked, its last or its next, asks again soon."""
        claimed = {each.job.printer_id: each for each in all_claimed}
        for each in asked:
            if each.answer.done():
                continue  # Nobody waits for it any more; the next look finds an attempt that no lane knows.
            printer_id = each.request.printer_id
            mine = claimed.get(printer_id)
            if mine is not None:
                self._expected[mine.job.attempt_id] = mine.job.token_printed
            if printer_id in held and each.found_held < HELD_MAX:
                again = replace(each, found_held=each.found_held + 1)
                asyncio.get_running_loop().call_later(HELD_SECONDS, self._ask, again)
            else:
                each.answer.set_result(mine)

    def _refused(self, each: HandedIn, error: Exception) -> None:
        """Write it again soon, without holding up the others."""
        refusals = each.refusals + 1
        if refusals in (1, REFUSALS_MAX):
            self._announce(RecordRefused(each.settlement.attempt_id, repr(error)))
        settlement = as_a_doubt(each.settlement) if refusals >= REFUSALS_MAX else each.settlement
        again = self._pending[settlement.key] = HandedIn(settlement, each.done, None, refusals)
        asyncio.get_running_loop().call_later(REFUSED_SECONDS, self._hand_in, again)

    def _hand_in(self, each: HandedIn) -> None:
        self._handed_in.append(each)
        self._something_to_do.set()

    def _committed(self, each: HandedIn, *, is_lost: bool) -> None:
        settlement = each.settlement
        del self._pending[settlement.key]
        if self._expected.get(settlement.attempt_id) == settlement.token_printed:
            del self._expected[settlement.attempt_id]
        self._remembered[settlement.token_printed] = settlement.outcome
        if len(self._remembered) > REMEMBERED_MAX:
            self._remembered.popitem(last=False)
        if not each.done.done():
            each.done.set_result(None if is_lost else settlement)
        if is_lost:
            self._announce(AttemptVanished(settlement.attempt_id, settlement.ticket_id, settlement.outcome))

    async def _hand_in_unknown_attempts(self) -> None:
        self._has_unknown_attempts = False  # Whatever goes wrong now, the next look asks for it again.
        try:
            for attempt in await unknown_attempts(self._database, self._me, self.expected):
                # How it ended was committed, and lost since; or nobody of ours has ever heard of it.
                outcome = self._remembered.get(attempt.token_printed) or NotSent(Reason.INTERNAL_ERROR)
                self.record(settlement_of(attempt, outcome, self._settings), None)
        except DatabaseLostError:
            pass
        except Exception as error:  # noqa: BLE001  # the lanes' own outcomes and claims must not wait for it
            if self._unknown_attempts_problem != repr(error):
                self._unknown_attempts_problem = repr(error)
                self._announce(TaskCrashed("unknown attempts", repr(error)))
