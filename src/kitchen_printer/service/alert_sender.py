"""Sends alarms to phones, chats and mailboxes, in a task that nothing waits for."""

import asyncio
from time import monotonic
from typing import Final

from kitchen_printer.database.alerts import TRIES_MAX, Alert, note_alert, take_alert
from kitchen_printer.database.connection import Database
from kitchen_printer.service.alert_targets import SEND_SECONDS, Message, Post, Target
from kitchen_printer.service.facts import (
    AlertNotSent,
    AlertSent,
    DatabaseBack,
    DatabaseLost,
    Fact,
    Subscriber,
)

LOOK_SECONDS: Final = 5.0
"""How often messages are looked for that another replica left, or that are to be tried again."""

PAUSES: Final = (10.0, 30.0, 120.0, 300.0, 900.0)
"""Seconds before the second, third, … try of a message."""

_LOST = Message(
    "The kitchen's database does not answer",
    "Nothing is printed until it does: take orders to the kitchen by voice.",
)
_BACK = Message(
    "The kitchen's database answers again", "What was ordered meanwhile is printed now.", is_over=True
)


class AlertSender:
    """One message at a time. That the database is lost no record can say: each replica says it for itself."""

    def __init__(
        self,
        database: Database,
        targets: tuple[Target, ...],
        alarm_seconds: float,
        announce: Subscriber,
        post: Post | None = None,
    ) -> None:
        self._database = database
        self._targets = targets
        self._alarm_seconds = alarm_seconds
        self._announce = announce
        self._post = post or Post()
        self._news = asyncio.Event()
        self._lost_since: float | None = None
        self._is_loss_told = False
        self._loss_told_again_at = 0.0

    def wake(self) -> None:
        """Look for messages now."""
        self._news.set()

    def hear(self, fact: Fact) -> None:
        """Take note of whether the database answers."""
        match fact:
            case DatabaseLost() if self._lost_since is None:
                self._lost_since = monotonic()
            case DatabaseBack():
                self._lost_since = None
            case _:
                pass

    async def run(self) -> None:
        """Send for ever. Raises ``DatabaseLostError``; the supervisor starts it again."""
        while True:
            self._news.clear()
            if self._targets:
                await self._tell_of_the_database()
                await self._send_what_waits()
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                pass

    async def _tell_of_the_database(self) -> None:
        is_lost = self._lost_since is not None and monotonic() - self._lost_since >= self._alarm_seconds
        if is_lost and not self._is_loss_told and monotonic() >= self._loss_told_again_at:
            self._loss_told_again_at = monotonic() + PAUSES[1]
            self._is_loss_told = bool(await self._deliver(_LOST, self._targets, tries=1, is_last=False))
        elif self._lost_since is None and self._is_loss_told:
            self._is_loss_told = False
            await self._deliver(_BACK, self._targets, tries=1, is_last=True)

    async def _send_what_waits(self) -> None:
        while alert := await take_alert(self._database, lease_seconds=4 * SEND_SECONDS):
            await self._send(alert)

    async def _send(self, alert: Alert) -> None:
        missing = [each for each in self._targets if each.place not in alert.reached]
        message = Message(alert.title, alert.body, alert.is_over)
        is_last = alert.tries >= TRIES_MAX
        reached = await self._deliver(message, missing, tries=alert.tries, is_last=is_last) | alert.reached
        await note_alert(
            self._database,
            alert,
            reached,
            is_open=not is_last and any(each.place not in reached for each in self._targets),
            again_in_seconds=PAUSES[min(alert.tries, len(PAUSES)) - 1],
        )

    async def _deliver(
        self, message: Message, targets: list[Target] | tuple[Target, ...], *, tries: int, is_last: bool
    ) -> frozenset[int]:
        reached = await self._post.send(message, targets)
        for each in targets:
            if each.place in reached:
                self._announce(AlertSent(each.service, each.place))
            else:
                self._announce(AlertNotSent(each.service, each.place, tries, is_last))
        return reached
