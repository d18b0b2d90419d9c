"""Sees to it that nothing is printed from a record that may lack its newest part, before that is known to all."""

from collections.abc import Callable

from kitchen_printer.database.connection import DatabaseLostError, DatabaseTrouble
from kitchen_printer.database.history import HistorySight, adopt_history, note_replication
from kitchen_printer.decisions.history import Change, judge
from kitchen_printer.service.facts import HistoryChanged
from kitchen_printer.service.kitchen import Kitchen


class Historian:
    """Compares, at each look, the history that the database tells with the one on record.

    ``changed`` is called when it is another one than at the look before, whoever judged it. The claim compares too, in
    its own statement: between a standby's taking over and our judgement nothing is claimed.
    """

    def __init__(self, kitchen: Kitchen, changed: Callable[[], None]) -> None:
        self._database = kitchen.database
        self._caution_seconds = kitchen.settings.caution_seconds
        self._announce = kitchen.announce
        self._changed = changed
        self._saw_it_alone = False
        """Whether commits of the history on record did not wait for a standby when we last looked."""

    async def follow(self, sight: HistorySight) -> None:
        """Go on with the history that was seen. Raises :class:`DatabaseLostError` when it is one of the past."""
        await self._refuse_the_past(sight)
        change = judge(
            sight.on_record,
            sight.found,
            caution_seconds=self._caution_seconds,
            saw_it_alone=self._saw_it_alone,
        )
        if change is Change.NONE:
            if sight.is_replicated != sight.on_record.is_replicated:
                await note_replication(self._database, sight.found, is_replicated=sight.is_replicated)
        else:
            copies = await adopt_history(self._database, sight, change, self._caution_seconds)
            if copies is not None:
                before = sight.on_record.history.timeline
                self._announce(HistoryChanged(change, before, sight.found.timeline, copies))
        if self._database.servers.newest not in (None, sight.found):
            self._changed()
        self._database.servers.saw(sight.found)
        self._saw_it_alone = not sight.is_replicated

    async def _refuse_the_past(self, sight: HistorySight) -> None:
        newest = self._database.servers.newest
        if newest is not None and sight.found.is_older_than(newest):
            await self._database.reconnect()
            raise DatabaseLostError(
                f"this server is on timeline {sight.found.timeline}, and {newest.timeline} has been seen: an old"
                " primary is back and takes writes; shut it down, and let it follow the new one",
                DatabaseTrouble.REFUSES,
            )
