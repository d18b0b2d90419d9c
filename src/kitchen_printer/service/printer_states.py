"""Judges how each of our printers stands, and writes down what changed: one statement, however many printers."""

import asyncio
from collections.abc import Callable, Collection
from time import monotonic
from uuid import UUID

from kitchen_printer.database.connection import Database
from kitchen_printer.database.routing import PrinterState, note_states
from kitchen_printer.decisions.passed_over import passed_over_for
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.service.facts import PrinterCameHome, PrinterPassedOver, Subscriber
from kitchen_printer.service.lane import Lane

_Noted = tuple[int, Reason | None, Reason | None, bool | None, PaperLow | None]
"""Under which epoch, in what trouble, passed over for what, whether its paper is low, and how low."""


class PrinterStates:
    """What the record says of our lanes, kept true. Other replicas route by it; only we may write it."""

    def __init__(self, database: Database, me: UUID, failover_seconds: float, announce: Subscriber) -> None:
        self._database = database
        self._me = me
        self._failover_seconds = failover_seconds
        self._announce = announce
        self._noted: dict[int, _Noted] = {}

    def forget(self) -> None:
        """Forget what was written down: the record has lost it, perhaps, and says of printers what was true before."""
        self._noted.clear()

    async def note(self, lanes: Collection[Lane], *, poll_seconds: float, wake: Callable[[], None]) -> None:
        """Judge every lane and write down those that stand otherwise than before.

        ``wake`` is called when the next judgement is due before the next poll.
        """
        now = monotonic()
        changed: dict[int, tuple[Lane, _Noted]] = {}
        for lane in lanes:
            if not lane.is_tried:
                continue  # What earlier owners saw counts for nothing, and we have seen nothing yet.
            self._judge(lane, now)
            self._mind_the_deadline(lane, now, poll_seconds, wake)
            stands = (lane.lease.epoch, lane.trouble, lane.passed_over_for, lane.roll.is_low, lane.roll.low)
            if self._noted.get(lane.printer.id) != stands:
                changed[lane.printer.id] = lane, stands
        if changed:
            found = [_state(lane, now) for lane, _ in changed.values()]
            noted = await note_states(self._database, self._me, found)
            self._noted.update({printer_id: changed[printer_id][1] for printer_id in noted})

    def _judge(self, lane: Lane, now: float) -> None:
        before = lane.passed_over_for
        lane.passed_over_for = passed_over_for(before, lane.condition, now, self._failover_seconds)
        if before is None and lane.passed_over_for is not None:
            self._announce(PrinterPassedOver(lane.address, lane.passed_over_for))
        if before is not None and lane.passed_over_for is None:
            lane.doubtful_tickets = lane.doubtful_tickets[
                -1:
            ]  # One more doubt will do to pass it over again.
            self._announce(PrinterCameHome(lane.address))

    def _mind_the_deadline(
        self, lane: Lane, now: float, poll_seconds: float, wake: Callable[[], None]
    ) -> None:
        remaining = lane.since + self._failover_seconds - now
        if lane.trouble is not None and lane.passed_over_for is None and 0 < remaining < poll_seconds:
            asyncio.get_running_loop().call_later(remaining, wake)


def _state(lane: Lane, now: float) -> PrinterState:
    return PrinterState(
        printer_id=lane.printer.id,
        epoch=lane.lease.epoch,
        reason=lane.trouble,
        seconds=now - lane.since,
        passed_over_for=lane.passed_over_for,
        is_paper_low=lane.roll.is_low,
        tickets_left=lane.roll.low.tickets_left if lane.roll.low else None,
    )
