"""What came out: an append-only journal of printed lines and images, with views of it.

All positions are in dots (8 per millimetre), `y` counted from the beginning of the roll, downwards in
reading direction. `offset` is the number of bytes the printer had consumed when it printed the entry.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from virtual_printer.style import Style

SHEETS_KEPT: Final = 10_000  # the oldest pieces of paper are thrown away beyond this


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style side by side, `width` dots in all."""

    x: int
    text: str
    style: Style
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """A line of characters; `shift` is what alignment and margin added to the runs' positions."""

    runs: tuple[Run, ...]
    shift: int
    y: int
    height: int
    offset: int

    @property
    def text(self) -> str:
        """The characters in the order they were sent, gaps between them as spaces."""
        text, reached = "", 0
        for run in self.runs:
            if run.x > reached:
                text += " " * max(1, round((run.x - reached) / _COLUMN_DOTS))
            text += run.text
            reached = run.x + run.width
        return text.rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedImage:
    """Dots: `rows` holds one packed row after the other, most significant bit left, 1 is black."""

    x: int
    y: int
    width: int
    height: int
    rows: bytes
    label: str
    offset: int

    @property
    def text(self) -> str:
        return f"[{self.label}]"


Entry = PrintedLine | PrintedImage
_COLUMN_DOTS: Final = 12


class Cut(StrEnum):
    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A piece of paper from `top` to `bottom`; `cut` is None while it still hangs in the printer."""

    entries: tuple[Entry, ...]
    top: int
    bottom: int
    cut: Cut | None

    @property
    def complete(self) -> bool:
        return self.cut is not None

    @property
    def lines(self) -> tuple[str, ...]:
        """What a cook reads, line by line, without blank lines at the beginning and end."""
        lines = [entry.text for entry in self.entries]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        return tuple(lines)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Paper:
    """The roll. Written by the machine only; a power cycle leaves it as it is."""

    def __init__(self, cutter_gap: int) -> None:
        """`cutter_gap`: dots of paper between the print head and the cutter."""
        self._cutter_gap = cutter_gap
        self._sheets: deque[Sheet] = deque(maxlen=SHEETS_KEPT)
        self._entries: list[Entry] = []
        self._top = 0
        self.y = 0
        self.lines_printed = 0
        self.cuts = 0
        self.sheets_cut = 0

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(self._sheets)

    @property
    def rest(self) -> Sheet:
        """The piece that still hangs in the printer."""
        return Sheet(entries=tuple(self._entries), top=self._top, bottom=max(self.y, self._top), cut=None)

    def add(self, entry: Entry, feed: int) -> None:
        """Print an entry at the head's position and feed the paper by `feed` dots."""
        self._entries.append(entry)
        self.y += feed

    def feed(self, dots: int) -> None:
        self.y += dots

    def cut(self, kind: Cut) -> Sheet | None:
        """Cut where the cutter stands. What lies between cutter and head stays in the printer."""
        self.cuts += 1
        position = self.y - self._cutter_gap
        if position <= self._top:
            return None
        above = [entry for entry in self._entries if entry.y + entry.height // 2 < position]
        sheet = Sheet(entries=tuple(above), top=self._top, bottom=position, cut=kind)
        self._entries = [entry for entry in self._entries if entry.y + entry.height // 2 >= position]
        self._top = position
        self._sheets.append(sheet)
        self.sheets_cut += 1
        return sheet

    def dots_to_cutter(self) -> int:
        """How far to feed so that a cut falls just below what was printed last."""
        return self._cutter_gap

    def tear_off(self) -> None:
        """A person tears the rest off by hand and throws it away."""
        self._entries.clear()
        self._top = self.y
