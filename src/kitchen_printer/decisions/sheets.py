"""One paper, or several numbered ones when a ticket is longer than anybody can hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kitchen_printer.decisions.limits import SHEET_MM, SHEETS_MAX
from kitchen_printer.decisions.page import CUT, RULE, Page, Paper, Row, banner, fitted_rows, mm_of
from kitchen_printer.decisions.words import Words

Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The parts of a ticket. Banners, title and footer are on every sheet, hints at the foot of the last one; a block
    stays in one piece if it can."""

    banners: Rows
    title: Rows
    facts: Rows
    blocks: tuple[Rows, ...]
    warnings: Rows
    hints: Rows
    footer: Row


def on_sheets(content: Content, paper: Paper, words: Words, *, rings: bool) -> Page:
    """Put a ticket's content on as many sheets as it needs, up to a limit; what is beyond it is counted."""
    blocks = [tuple(fitted_rows(block, paper, words)) for block in content.blocks]
    warnings = tuple(fitted_rows(content.warnings, paper, words))
    first = _head(content, paper, words)
    room = SHEET_MM - _length(first) - _length(warnings)
    sheets = list(_poured(blocks, max(room, SHEET_MM / 4)))
    if len(sheets) > SHEETS_MAX:
        left_out = sum(len(sheet) for sheet in sheets[SHEETS_MAX:])
        more = words("{count} more rows", count=left_out)
        sheets = [
            *sheets[: SHEETS_MAX - 1],
            (*sheets[SHEETS_MAX - 1], *fitted_rows([banner(f"…(+{more})")], paper)),
        ]
    rows: list[Row] = []
    for number, sheet in enumerate(sheets, start=1):
        rows += [CUT] if rows else []
        rows += first if len(sheets) == 1 else _head(content, paper, words, (number, len(sheets)))
        rows += sheet
        rows += fitted_rows([RULE], paper) if warnings else []
        rows += warnings
        hints = content.hints if number == len(sheets) else ()
        rows += fitted_rows([RULE, *hints, content.footer], paper, words)
    return Page(tuple(rows), rings)


def _head(content: Content, paper: Paper, words: Words, count: tuple[int, int] = (1, 1)) -> Rows:
    number, sheets = count
    numbered = (
        (banner(words("SHEET {number} of {sheets}", number=number, sheets=sheets)),) if sheets > 1 else ()
    )
    facts = content.facts if number == 1 else ()
    return tuple(fitted_rows((*content.banners, *content.title, *numbered, *facts, RULE), paper, words))


def _poured(blocks: Sequence[Rows], room: float) -> Iterator[Rows]:
    """Fill sheets with blocks; one that fits no sheet goes on over the next."""
    sheet: list[Row] = []
    used = 0.0
    for block in blocks:
        length = _length(block)
        if sheet and used + length > room and length <= room:
            yield tuple(sheet)
            sheet, used = [], 0.0
        for row in block:
            if sheet and used + mm_of(row) > room:
                yield tuple(sheet)
                sheet, used = [], 0.0
            sheet.append(row)
            used += mm_of(row)
    yield tuple(sheet)


def _length(rows: Rows) -> float:
    return sum(mm_of(row) for row in rows)
