"""What came out: an append-only journal of printed lines and images, with views of it.

All positions are in dots (8 per millimetre), `y` counted from the beginning of the roll, downwards in
reading direction. `offset` is the number of bytes the printer had consumed when it printed the entry.
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from virtual_printer.style import Style

if TYPE_CHECKING:
    from PIL import Image

SHEETS_KEPT: Final = 10_000  # the oldest pieces of paper are thrown away beyond this


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style side by side, `width` dots in all."""

    x: int
    text: str
    style: Style
    width: int


@dataclass(frozen=True, slots=True)
class Strip:
    """A column image inside a line of text; `rows` as in `PrintedImage`."""

    x: int
    width: int
    height: int
    rows: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """A line of characters; `shift` is what alignment and margin added to the runs' positions."""

    runs: tuple[Run | Strip, ...]
    shift: int
    y: int
    height: int
    offset: int

    @property
    def text(self) -> str:
        """The characters in the order they were sent, gaps between them as spaces."""
        text, reached = "", 0
        for run in self.runs:
            if isinstance(run, Strip):
                continue
            if run.x > reached:
                text += " " * max(1, round((run.x - reached) / _COLUMN_DOTS))
            text += run.text
            reached = run.x + run.width
        strips = [run for run in self.runs if isinstance(run, Strip)]
        if strips and not text.strip():
            return f"[image {max(strip.x + strip.width for strip in strips)}x{self.height}]"
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


class Direction(IntEnum):
    """`ESC T`: where in the print area a page's text begins and which way it runs."""

    LEFT_TO_RIGHT = 0
    BOTTOM_TO_TOP = 1
    RIGHT_TO_LEFT = 2
    TOP_TO_BOTTOM = 3

    @property
    def sideways(self) -> bool:
        return self in (Direction.BOTTOM_TO_TOP, Direction.TOP_TO_BOTTOM)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageArea:
    """A rectangle of a page and what was printed into it, in the coordinates of its own direction."""

    x: int
    y: int
    width: int
    height: int
    direction: Direction
    entries: tuple[PrintedLine | PrintedImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedPage:
    """Everything one FF printed in page mode; the areas' positions count from the page's corner."""

    y: int
    height: int
    areas: tuple[PageArea, ...]
    offset: int

    @property
    def text(self) -> str:
        return "\n".join(entry.text for area in self.areas for entry in area.entries)


Entry = PrintedLine | PrintedImage | PrintedPage
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

    def picture(self) -> "Image.Image":
        """The piece as an image of 203 dpi, black on white."""
        from virtual_printer.picture import draw

        return draw(self)

    def png(self) -> bytes:
        """The picture as the bytes of a PNG file."""
        from virtual_printer.picture import png_of

        return png_of(self)


class Paper:
    """The roll. Written by the machine only; a power cycle leaves it as it is."""

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
