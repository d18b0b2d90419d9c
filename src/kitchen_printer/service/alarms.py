"""Looks after people: notices what stands in the kitchen's way, and has it told on paper and by message."""

import asyncio
from collections.abc import Callable, Mapping

from kitchen_printer.database.alarms import AlarmBook, OnRecord
from kitchen_printer.database.connection import Connection
from kitchen_printer.database.home_coming import find_returned, tell_returned
from kitchen_printer.decisions.alarm_words import as_text, over, worded
from kitchen_printer.decisions.alarms import (
    Condition,
    Due,
    Patience,
    Telling,
    conditions,
    due,
    ends_silently,
    is_a_hint,
    tickets_of,
)
from kitchen_printer.decisions.messenger import messenger
from kitchen_printer.decisions.notice import AllClear
from kitchen_printer.decisions.sight import Sight
from kitchen_printer.service.facts import AlarmOver, AlarmTold, Fact, WentElsewhereTold
from kitchen_printer.service.kitchen import Kitchen


class Alarms:
    """The task that looks; any number of replicas may run it. ``told`` is called when there is something to send.

    It looks when it is woken: whoever watches the record wakes it as long as something may concern people.
    """

    def __init__(self, kitchen: Kitchen, told: Callable[[], None]) -> None:
        self._kitchen = kitchen
        self._told = told
        self._woken = asyncio.Event()
        settings = kitchen.settings
        self._patience = Patience(
            alarm_seconds=settings.alarm_seconds,
            late_seconds=settings.late_seconds,
            repeat_seconds=settings.alarm_repeat_seconds,
        )

    def wake(self) -> None:
        """Look now."""
        self._woken.set()

    async def run(self) -> None:
        """Look for ever. Raises ``DatabaseLostError``; the supervisor starts it again."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            facts = await self._look()
            for fact in facts:  # They are on record only now.
                self._kitchen.announce(fact)
            if facts:
                self._told()

    async def _look(self) -> list[Fact]:
        async with self._kitchen.database.transaction() as connection:
            book = AlarmBook(connection)
            if not await book.is_ours():
                return []
            facts = await self._tell_what_went_elsewhere(connection)
            sight, on_record = await book.sight(), await book.on_record()
            found = {each.key: each for each in conditions(sight, self._patience, on_record)}
            told = {key: each.told for key, each in on_record.items()}
            to_tell = list(due(found.values(), told, sight.now, self._patience))
            facts += [await self._tell(each, book, sight, on_record) for each in to_tell]
            await self._find_messengers(book, sight, found, await book.on_record() if to_tell else on_record)
            return facts

    async def _tell_what_went_elsewhere(self, connection: Connection) -> list[Fact]:
        returned = await find_returned(connection)
        return [
            WentElsewhereTold(each.address, each.printed)
            for each in returned
            if await tell_returned(connection, each)
        ]

    async def _tell(
        self, news: Due, book: AlarmBook, sight: Sight, on_record: Mapping[str, OnRecord]
    ) -> Fact:
        now, zone = sight.now, self._kitchen.looks.of_the_service.zone
        if news.condition is None:
            return await self._all_clear(news.key, book, sight, on_record[news.key])
        is_repeated = news.telling is Telling.REPEATED
        before = on_record.get(news.key)
        if before is not None and before.slip_job is not None and before.is_slip_waiting:
            # The new one says more, and tickets must not wait behind both.
            await book.withdraw_slip(before.slip_job)
        alarm = worded(news.condition, now, zone, is_repeated=is_repeated)
        await book.tell(
            news.key,
            None if is_a_hint(news.key) else alarm,
            title=alarm.headline,
            body=as_text(alarm, now, zone),
            tickets=tickets_of(news.condition),
        )
        return AlarmTold(news.key, news.telling, alarm.headline)

    async def _all_clear(self, key: str, book: AlarmBook, sight: Sight, alarm: OnRecord) -> Fact:
        """Say that it is over, on paper only if the alarm came to paper: nobody needs the end of an unknown story."""
        headline = over(alarm.headline, alarm.raised_at, sight.now)
        is_unread = alarm.slip_job is None or (
            alarm.is_slip_waiting and await book.withdraw_slip(alarm.slip_job)
        )
        is_kept_silent = is_unread or ends_silently(key)
        printer_id = None if is_kept_silent else messenger(None, sight.printers, alarm.slip_printer)
        if printer_id is not None:
            await book.place_all_clear(alarm, AllClear(headline=headline), printer_id)
        await book.clear(key, title=headline, body="", is_told=not ends_silently(key))
        return AlarmOver(key, headline)

    async def _find_messengers(
        self, book: AlarmBook, sight: Sight, found: Mapping[str, Condition], on_record: Mapping[str, OnRecord]
    ) -> None:
        """Give each slip that has no living printer one, as soon as there is one."""
        for key, alarm in on_record.items():
            if key not in found:
                continue
            printer_id = messenger(found[key], sight.printers, None)
            if printer_id is None:
                continue
            if alarm.slip is not None:
                await book.place_slip(key, alarm, alarm.slip, printer_id)
            elif alarm.slip_job is not None and alarm.is_slip_waiting and _is_lost(alarm, sight):
                await book.move_slip(alarm.slip_job, printer_id)


def _is_lost(alarm: OnRecord, sight: Sight) -> bool:
    """Whether a slip waits for a printer that cannot print it."""
    at = next((each for each in sight.printers if each.printer_id == alarm.slip_printer), None)
    return at is None or at.is_down or at.is_parked or not at.is_served
