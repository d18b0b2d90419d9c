"""Looks at the kitchen as a whole every two seconds, beside the work: nobody who asks waits for the database.

One statement serves all: metrics and ``/health`` answer from what was seen, and the alarms ask only when it shows
something that may concern people.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from time import monotonic
from typing import Final

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.standing import PrinterStanding, Standing, read_standing

OBSERVE_SECONDS: Final = 2.0
"""Metrics are at most this much, and the time of one query, behind the record."""

OBSERVES_EVERY_POLLS: Final = 2
"""People are not in such a hurry as tickets, but whoever wants those sooner wants alarms sooner too."""


@dataclass(frozen=True)
class Seen:
    """One reading and when it was begun; ``clock_offset`` is how far our wall clock is ahead of the database's."""

    standing: Standing
    taken_at: float
    clock_offset: float

    @property
    def age_seconds(self) -> float:
        """How old the reading is."""
        return monotonic() - self.taken_at

    @cached_property
    def printers(self) -> dict[int, PrinterStanding]:
        """What waits for each printer that has something waiting, by its id."""
        return {each.printer_id: each for each in self.standing.printers}

    def age_now(self, age_then: float) -> float:
        """How old something is that had that age when it was seen."""
        return age_then + self.age_seconds


class Observer:
    """Keeps the latest reading. ``concerned`` is called after each one that may concern people."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        concerned: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.seen: Seen | None = None
        self._database = database
        self._alarm_seconds = settings.alarm_seconds
        self._pause_seconds = min(OBSERVE_SECONDS, OBSERVES_EVERY_POLLS * settings.poll_seconds)
        self._concerned = concerned
        self._clock = clock

    async def run(self) -> None:
        """Look for ever. Raises ``DatabaseLostError``; the supervisor starts it again."""
        while True:
            # From before the question: an age that is shown is never younger than the truth.
            before, wall = monotonic(), self._clock()
            standing = await read_standing(self._database, self._alarm_seconds)
            middle = wall + (monotonic() - before) / 2
            self.seen = Seen(standing, before, middle - standing.epoch_seconds)
            if standing.may_concern_people:
                self._concerned()
            await asyncio.sleep(self._pause_seconds)
