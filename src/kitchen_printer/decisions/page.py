"""A page: the rows of one paper, fitted to the paper's width. No bytes in here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kitchen_printer.decisions.bidi import is_rtl
from kitchen_printer.decisions.text import CanDraw, columns_of, draws_nothing, printable
from kitchen_printer.decisions.words import ENGLISH, Words
from kitchen_printer.decisions.wrapping import wrapped


class Size(StrEnum):
    """How large a row is printed: as is, twice as high, or twice as high and wide."""

    NORMAL = "normal"
    TALL = "tall"
    BIG = "big"


class Direction(StrEnum):
    """Where a row begins: at the left, at the right, or where its language and its own first letter say."""

    AUTO = "auto"
    LTR = "left to right"
    RTL = "right to left"


COLUMNS_PER_CHARACTER: Final = {Size.NORMAL: 1, Size.TALL: 1, Size.BIG: 2}
_MM_PER_ROW: Final = {Size.NORMAL: 4.0, Size.TALL: 8.0, Size.BIG: 8.0}
"""Feed of one row at 203 dpi: 30 dots of line spacing, 24 more for double height; at most 32 and 64 if drawn."""

_MM_TO_THE_CUTTER: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; before it is fitted, ``text`` may be anything and of any length.

    A row that ``is_whole`` is printed narrower, if that keeps it in one piece. Boxed rows that follow each
    other share one box. A struck row has a line through it.
    """

    text: str
    size: Size = Size.NORMAL
    bold: bool = False
    inverse: bool = False
    is_whole: bool = False
    struck: bool = False
    boxed: bool = False
    direction: Direction = Direction.AUTO


RULE: Final = Row(text="\0")
"""Stands for a ruled row until the paper's width is known; NUL can come from no ticket."""

CUT: Final = Row(text="\f")
"""Stands for a cut inside a page: what follows is its next sheet. A form feed can come from no ticket."""


@dataclass(frozen=True, slots=True)
class Page:
    """All rows of one paper, top to bottom; the last one of every sheet is the footer.

    Each row's text fits the paper at its size and holds printable characters only, but for :data:`CUT`.
    A page that ``rings`` wants to be heard.
    """

    rows: tuple[Row, ...]
    rings: bool = False

    @property
    def length_mm(self) -> float:
        """How much paper moves, the feed to the cutter included: an upper estimate."""
        return self.printed_mm + _MM_TO_THE_CUTTER

    @property
    def printed_mm(self) -> float:
        """How much paper moves until the last row is printed: an upper estimate."""
        return sum(mm_of(row) for row in self.rows)

    @property
    def sheets(self) -> int:
        """How many pieces of paper it is: as many as there are cuts, the last one included."""
        return 1 + sum(row is CUT for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the layout must know of a printer: characters per row in its normal font, its code page, and of which
    characters beyond that it can be given a picture."""

    columns: int
    codec: str
    can_draw: CanDraw = draws_nothing


def mm_of(row: Row) -> float:
    """Return how much paper a row takes: an upper estimate."""
    return _MM_TO_THE_CUTTER if row is CUT else _MM_PER_ROW[row.size]


def banner(text: str, direction: Direction = Direction.AUTO) -> Row:
    """Return a row that nobody overlooks: large, white on black, in one piece if the paper allows it."""
    return Row(text=f" {text} ", size=Size.BIG, bold=True, inverse=True, is_whole=True, direction=direction)


def fitted(rows: Iterable[Row], paper: Paper, words: Words = ENGLISH, *, rings: bool = False) -> Page:
    """Fit rows to a paper: every text made printable, wrapped where it is too long."""
    return Page(tuple(fitted_rows(rows, paper, words)), rings)


def fitted_rows(rows: Iterable[Row], paper: Paper, words: Words = ENGLISH) -> Iterator[Row]:
    """Do the same for a part of a page."""
    is_in_box = False
    for row in rows:
        if row.boxed != is_in_box:
            yield _border(paper)
            is_in_box = row.boxed
        if row is RULE:
            yield Row(text="-" * paper.columns, direction=Direction.LTR)
        elif row is CUT:
            yield row
        else:
            yield from _fitted(row, paper, words)
    if is_in_box:
        yield _border(paper)


def _fitted(row: Row, paper: Paper, words: Words) -> Iterator[Row]:
    text = printable(row.text, paper.codec, paper.can_draw)
    is_narrowed = row.is_whole and columns_of(text) > _width(row.size, paper)
    size = Size.TALL if is_narrowed else row.size
    width = _width(size, paper) - (_BOX_COLUMNS if row.boxed else 0)
    direction = _direction(row, text, words)
    for piece in wrapped(text, max(1, width)):
        content = f"| {piece}{' ' * (width - columns_of(piece))} |" if row.boxed else piece
        yield Row(
            text=content,
            size=size,
            bold=row.bold,
            inverse=row.inverse,
            struck=row.struck,
            boxed=row.boxed,
            direction=direction,
        )


_BOX_COLUMNS: Final = 4


def _border(paper: Paper) -> Row:
    """A black bar from edge to edge: seen from where the stove is."""
    return Row(text=" " * paper.columns, direction=Direction.LTR, inverse=True)


def _width(size: Size, paper: Paper) -> int:
    return max(1, paper.columns // COLUMNS_PER_CHARACTER[size])


def _direction(row: Row, text: str, words: Words) -> Direction:
    if row.direction is not Direction.AUTO:
        return row.direction
    return Direction.RTL if words.is_rtl or is_rtl(text) else Direction.LTR
