"""The roll of paper: what is printed on it, and the sheets that the cutter makes of it."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PIL import Image

from virtual_printer.paper import Entry, PrintedLine
from virtual_printer.picture import draw, png_of

SHEETS_KEPT: Final = 10_000  # the oldest pieces of paper are thrown away beyond this


class Cut(StrEnum):
    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A piece of paper from `top` to `bottom`; `cut` is None while it still hangs in the printer."""

    entries: tuple[Entry, ...]
    top: int
    bottom: int
    width: int
    cut: Cut | None

    @property
    def complete(self) -> bool:
        return self.cut is not None

    @property
    def lines(self) -> tuple[str, ...]:
        """What a cook reads, line by line, without blank lines at the beginning and end."""
        lines = [line for entry in self.entries for line in entry.text.split("\n")]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        return tuple(lines)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def picture(self) -> Image.Image:
        """The piece as an image of 203 dpi, black on white."""
        return draw(self.entries, top=self.top, bottom=self.bottom, width=self.width)

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        return png_of(self.picture())


class Roll:
    """Written by the machine only; a power cycle leaves it as it is."""

    def __init__(self, *, width: int, cutter_gap: int) -> None:
        """`width`: printable dots of a row; `cutter_gap`: dots of paper between print head and cutter."""
        self._width = width
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
    def sheet_count(self) -> int:
        return len(self._sheets)

    @property
    def last_sheet(self) -> Sheet:
        """The sheet cut last; `IndexError` when there is none."""
        return self._sheets[-1]

    @property
    def rest(self) -> Sheet:
        """The piece that still hangs in the printer."""
        return self._sheet(self._entries, bottom=max(self.y, self._top), cut=None)

    def add(self, entry: Entry, feed: int) -> None:
        """Print an entry at the head's position and feed the paper by `feed` dots."""
        self._entries.append(entry)
        self.y += feed

    def last_line(self) -> PrintedLine | None:
        """The last line of characters on the uncut piece."""
        lines = [entry for entry in self._entries if isinstance(entry, PrintedLine) and entry.runs]
        return lines[-1] if lines else None

    def feed(self, dots: int) -> None:
        self.y += dots

    def cut(self, kind: Cut) -> Sheet | None:
        """Cut where the cutter stands. What lies between cutter and head stays in the printer."""
        self.cuts += 1
        position = self.y - self._cutter_gap
        if position <= self._top:
            return None
        above = [entry for entry in self._entries if entry.y + entry.height // 2 < position]
        sheet = self._sheet(above, bottom=position, cut=kind)
        self._entries = [entry for entry in self._entries if entry.y + entry.height // 2 >= position]
        self._top = position
        self._sheets.append(sheet)
        self.sheets_cut += 1
        return sheet

    def _sheet(self, entries: list[Entry], *, bottom: int, cut: Cut | None) -> Sheet:
        return Sheet(entries=tuple(entries), top=self._top, bottom=bottom, width=self._width, cut=cut)

    def take_away(self) -> None:
        """Cut pieces and the rest are gone; the roll goes on where it is."""
        self._sheets.clear()
        self._entries.clear()
        self._top = self.y

    def dots_to_cutter(self) -> int:
        """How far to feed so that a cut falls just below what was printed last."""
        return self._cutter_gap
