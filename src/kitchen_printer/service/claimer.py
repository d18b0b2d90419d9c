"""Claims for all lanes that are ready in one statement, so that cost does not grow with the printers."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from kitchen_printer.database.connection import Database, DatabaseLostError
from kitchen_printer.database.jobs import Claimed, ClaimRequest, claim
from kitchen_printer.database.leases import Lease
from kitchen_printer.database.outcomes import unknown_attempts
from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.recorder import Recorder


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: ClaimRequest
    answer: asyncio.Future[Claimed | None]


class Claimer:
    """Lanes ask, one task claims for everybody who asked meanwhile."""

    def __init__(
        self, database: Database, me: UUID, recorder: Recorder, *, notices_only: bool = False
    ) -> None:
        self._notices_only = notices_only
        self._database = database
        self._me = me
        self._recorder = recorder
        self._waiting: list[_Waiting] = []
        self._asked = asyncio.Event()
        self._has_unknown_attempts = False

    def settle_unknown_attempts(self) -> None:
        """Close attempts of ours that no lane knows: their claim was committed, its answer was lost.

        Or they ended long ago, and it is that which the database lost: it is written down once more.
        It happens between two claims, so that a claim whose answer is on its way is not taken for a lost one.
        """
        self._has_unknown_attempts = True
        self._asked.set()

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
        self._waiting.append(_Waiting(request, answer))
        self._asked.set()
        return await answer

    async def run(self) -> None:
        """Serve the lanes for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            if self._has_unknown_attempts:
                await self._close_unknown_attempts()
            waiting, self._waiting = self._waiting, []
            if waiting:
                await self._answer(waiting)

    async def _answer(self, waiting: list[_Waiting]) -> None:
        try:
            claimed = await claim(self._database, self._me, [each.request for each in waiting])
        except Exception as error:  # noqa: BLE001  # every lane that asked must hear it
            for each in waiting:
                each.answer.set_exception(
                    error
                    if isinstance(error, DatabaseLostError)
                    else RuntimeError(f"claim failed: {error!r}")
                )
            return
        by_printer = {each.job.printer_id: each for each in claimed}
        for each in waiting:
            mine = by_printer.get(each.request.printer_id)
            if mine is not None:
                self._recorder.expect(mine.job.attempt_id)
            each.answer.set_result(mine)

    async def _close_unknown_attempts(self) -> None:
        self._has_unknown_attempts = False  # Whatever goes wrong now, the next look asks for it again.
        with suppress(DatabaseLostError):
            for attempt in await unknown_attempts(self._database, self._me, self._recorder.expected):
                outcome = self._recorder.remembered(attempt) or NotSent(Reason.INTERNAL_ERROR)
                await self._recorder.settle(attempt, outcome)
