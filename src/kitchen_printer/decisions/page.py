"""A page: the rows of one paper, fitted to the paper's width. No bytes in here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from kitchen_printer.decisions.text import printable


class Size(StrEnum):
    """How large a row is printed: as is, twice as high, or twice as high and wide."""

    NORMAL = "normal"
    TALL = "tall"
    BIG = "big"


_COLUMNS_PER_CHARACTER = {Size.NORMAL: 1, Size.TALL: 1, Size.BIG: 2}
_MM_PER_ROW = {Size.NORMAL: 3.75, Size.TALL: 6.75, Size.BIG: 6.75}
"""Feed of one row at 203 dpi: 30 dots of line spacing, 24 more for double height."""

_MM_TO_THE_CUTTER = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; before it is fitted, ``text`` may be anything and of any length.

    A row that ``is_whole`` is printed narrower, if that keeps it in one piece.
    """

    text: str
    size: Size = Size.NORMAL
    bold: bool = False
    inverse: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All rows of one paper, top to bottom; the last one is the footer.

    Each row's text fits the paper at its size and holds printable characters only.
    """

    rows: tuple[Row, ...]

    @property
    def length_mm(self) -> float:
        """How much paper moves, the feed to the cutter included: an upper estimate."""
        return sum(_MM_PER_ROW[row.size] for row in self.rows) + _MM_TO_THE_CUTTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What the layout must know of a printer: characters per row in its normal font, and its code page."""

    columns: int
    codec: str


RULE = Row(text="\0")
"""Stands for a ruled row until the paper's width is known; NUL can come from no ticket."""


def banner(text: str) -> Row:
    """Return a row that nobody overlooks: large, white on black, in one piece if the paper allows it."""
    return Row(text=f" {text} ", size=Size.BIG, bold=True, inverse=True, is_whole=True)


def fitted(rows: Iterable[Row], paper: Paper) -> Page:
    """Fit rows to a paper: every text made printable, wrapped where it is too long."""
    return Page(tuple(_fitted(rows, paper)))


def _fitted(rows: Iterable[Row], paper: Paper) -> Iterator[Row]:
    for row in rows:
        if row is RULE:
            yield Row(text="-" * paper.columns)
            continue
        text = printable(row.text, paper.codec)
        is_narrowed = row.is_whole and len(text) > paper.columns // _COLUMNS_PER_CHARACTER[row.size]
        size = Size.TALL if is_narrowed else row.size
        for piece in _wrapped(text, paper.columns // _COLUMNS_PER_CHARACTER[size]):
            yield replace(row, text=piece, size=size, is_whole=False)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Break at spaces where there are some, inside words where there are none; every character stays,
    but for blanks that hang over the end.

    Continuation rows are indented as the first one is, two columns deeper.
    """
    indent = " " * min(len(text) - len(text.lstrip(" ")) + 2, width // 2)
    begin, end, lead = 0, len(text.rstrip(" ")), ""
    while end - begin > width - len(lead):
        room = begin + width - len(lead)
        first_word = begin + 1 if lead else len(indent)
        cut = text.rfind(" ", first_word, room + 1)
        broken_at = cut if cut > first_word - 1 else room
        yield lead + text[begin:broken_at]
        begin = broken_at + (1 if broken_at == cut else 0)
        lead = indent
    yield (lead + text[begin:])[:width]
