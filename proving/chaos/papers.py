"""Paper as a cook finds it: what hangs together is read line by line, and nothing is believed but what stands there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from virtual_printer import Sheet

MARK: Final = "POSSIBLE DUPLICATE"
REPRINT: Final = "REPRINT"
VOID: Final = "INCOMPLETE - THROW AWAY"
_FOOTER: Final = re.compile(r"#(N?)(\d+)-(\d+)/(\d+) (\S{4})")
_TITLE: Final = re.compile(r"(?!TABLE)[A-Z]{3,} \d{3,}")
"""The station and its number: the first line of a paper below its banners."""

_TAG: Final = re.compile(r"\bT\d{6}x\b")
_BODY: Final = re.compile(rf"{_TITLE.pattern}|TABLE .*|.*T\d{{6}}x.*|[-=_─]+|\d\d:\d\d /.*|#.*")
"""Lines that stand below a title: whatever hangs above one of these belongs to another paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What the last line of a paper says; ``number`` is a ticket's, or a notice's job."""

    is_notice: bool
    number: int
    copy_no: int
    attempt_no: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What was printed up to a footer, or, without one, up to where the paper was cut or torn."""

    footer: Footer | None
    lines: tuple[str, ...]
    is_void: bool

    @property
    def is_paper(self) -> bool:
        """Whether somebody would cook from it: it has its footer, and does not tell to throw it away."""
        return self.footer is not None and not self.is_void

    @property
    def own_lines(self) -> tuple[str, ...]:
        """Its lines without what hangs above: the beginning of a paper that was never finished."""
        titles = [at for at, line in enumerate(self.lines) if _TITLE.fullmatch(line.strip())]
        begins = titles[-1] if titles else 0
        while begins > 0 and not _BODY.fullmatch(self.lines[begins - 1].strip()):
            begins -= 1
        return self.lines[begins:]

    @property
    def is_marked(self) -> bool:
        """Whether it says that it may be the second one."""
        return any(MARK in line for line in self.own_lines)

    @property
    def is_reprint(self) -> bool:
        """Whether a person asked for it again."""
        return any(REPRINT in line for line in self.own_lines)

    @property
    def tags(self) -> tuple[str, ...]:
        """The load's own names of dishes, as they stand on it."""
        return tuple(tag for line in self.own_lines for tag in _TAG.findall(line))

    @property
    def is_hostile_text_shown(self) -> bool:
        """Whether a control character of an order is shown as what it is."""
        return any("[U+00" in line for line in self.lines)


def footer_in(line: str) -> Footer | None:
    """Read a footer; None when the line is none."""
    found = _FOOTER.fullmatch(line.strip())
    if found is None:
        return None
    return Footer(
        is_notice=bool(found[1]),
        number=int(found[2]),
        copy_no=int(found[3]),
        attempt_no=int(found[4]),
        token=found[5],
    )


def pieces(sheets: Iterable[Sheet]) -> Iterator[Piece]:
    """Take one printer's paper apart, oldest first.

    A sheet holds several papers where nobody cut between them, and a paper lies on two sheets where a broken cut
    command let the knife fall into it: its second half is known by its lack of a title.
    """
    torn: tuple[str, ...] = ()
    for sheet in sheets:
        found, rest = _on_one(sheet)
        if torn and found and not _has_title(found[0]):
            found[0] = replace(found[0], lines=(*torn, *found[0].lines))
        elif torn:
            yield Piece(footer=None, lines=torn, is_void=False)
        torn = rest
        yield from found
    if torn:
        yield Piece(footer=None, lines=torn, is_void=False)


def _on_one(sheet: Sheet) -> tuple[list[Piece], tuple[str, ...]]:
    """Return the papers of a sheet, and the lines below the last one."""
    lines: list[str] = []
    found: list[Piece] = []
    for line in sheet.lines:
        if found and not lines and line == found[-1].lines[-1]:
            continue  # Some printers print the line again at which the paper ended.
        lines.append(line)
        footer = footer_in(line)
        if footer is not None:
            found.append(Piece(footer=footer, lines=tuple(lines), is_void=False))
            lines = []
    if found and lines and any(VOID in line for line in lines[:2]):
        found[-1] = replace(found[-1], lines=(*found[-1].lines, *lines), is_void=True)
        lines = []
    elif lines and VOID in lines[-1]:
        found.append(Piece(footer=None, lines=tuple(lines), is_void=True))
        lines = []
    return found, tuple(lines)


def _has_title(piece: Piece) -> bool:
    return any(_TITLE.fullmatch(line.strip()) for line in piece.lines)
