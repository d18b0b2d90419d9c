"""What the print head left on paper, as values: lines, images and pages, in the order they were printed.

All positions are in dots (8 per millimetre), `y` counted from the beginning of the roll, downwards in
reading direction. `offset` is the number of bytes the printer had consumed when it printed the entry.

What a ticket has many of are named tuples, which are made several times as fast as frozen dataclasses.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from virtual_printer.style import Style

_COLUMN_DOTS: Final = 12  # a gap between runs reads as one space per column of font A


class Run(NamedTuple):
    """Characters of one style side by side, `width` dots in all."""

    x: int
    text: str
    style: Style
    width: int


class Strip(NamedTuple):
    """A column image inside a line of text; `rows` as in `PrintedImage`."""

    x: int
    width: int
    height: int
    rows: bytes


class PrintedLine(NamedTuple):
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
