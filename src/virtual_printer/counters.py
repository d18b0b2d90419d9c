"""Maintenance counters: kept in RAM, saved every two minutes, so that pulling the plug rolls them back.

`GS g 2` reads them. Numbers from 128 up are cumulative; the same counter minus 128 can be reset to zero.
"""

from dataclasses import dataclass, replace
from typing import Final

SAVE_EVERY_S: Final = 120.0
DOTS_PER_COUNTED_LINE: Final = 30
CUMULATIVE: Final = 128


@dataclass(slots=True, kw_only=True)
class Counts:
    """Sums since the printer was made."""

    dots_fed: int = 0
    strokes: int = 0
    cuts: int = 0
    seconds_on: float = 0.0

    def value(self, number: int) -> int | None:
        """The cumulative counter of that number (128 and up), `None` if there is none."""
        match number:
            case 148:
                return self.dots_fed // DOTS_PER_COUNTED_LINE
            case 149:
                return self.strokes
            case 178:
                return self.cuts
            case 198:
                return int(self.seconds_on // 3600)
            case _:
                return None


class Counters:
    """Every method takes the printer's clock (seconds, monotonic), so that saving happens in its time."""

    def __init__(self, now: float, counts: Counts | None = None) -> None:
        self._counts = replace(counts) if counts is not None else Counts()
        self._bases: dict[int, int] = {}
        self._seen = self._saved_at = now
        self._saved = (replace(self._counts), dict(self._bases))

    def read(self, number: int, now: float) -> int | None:
        """The counter's value, `None` for a number this printer does not have."""
        self._advance(now)
        value = self._counts.value(number | CUMULATIVE)
        if value is None or number & CUMULATIVE:
            return value
        return value - self._bases.get(number, 0)

    def reset(self, number: int, now: float) -> None:
        """`GS g 0`: a resettable counter starts again at zero."""
        self._advance(now)
        value = self._counts.value(number | CUMULATIVE)
        if value is not None and not number & CUMULATIVE:
            self._bases[number] = value

    def add(self, now: float, *, dots_fed: int = 0, strokes: int = 0, cuts: int = 0) -> None:
        if now - self._saved_at >= SAVE_EVERY_S:
            self._advance(now)
        counts = self._counts
        counts.dots_fed += dots_fed
        counts.strokes += strokes
        counts.cuts += cuts

    def power_lost(self, now: float) -> None:
        """Fall back to what was last saved."""
        self._advance(now)
        counts, bases = self._saved
        self._counts, self._bases = replace(counts), dict(bases)

    def powered_on(self, now: float) -> None:
        self._seen = self._saved_at = now

    def _advance(self, now: float) -> None:
        """Save as of the last two-minute mark. Nothing was counted between the last call and now."""
        if now - self._saved_at < SAVE_EVERY_S:
            self._count_time(now)
            return
        last_mark = self._saved_at + (now - self._saved_at) // SAVE_EVERY_S * SAVE_EVERY_S
        self._count_time(last_mark)
        self._saved, self._saved_at = (replace(self._counts), dict(self._bases)), last_mark
        self._count_time(now)

    def _count_time(self, until: float) -> None:
        self._counts.seconds_on += until - self._seen
        self._seen = until
