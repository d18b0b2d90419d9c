"""What the cook reads: a ticket, the paper's width and the occasion become a page. No bytes in here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from kitchen_printer.decisions.text import printable
from kitchen_printer.decisions.ticket import Action, Job, JobKind, Line, Ticket, TicketKind


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
    """One row of paper; ``text`` fits the paper at this size and holds printable characters only.

    A row that ``is_whole`` is printed narrower, if that keeps it in one piece.
    """

    text: str
    size: Size = Size.NORMAL
    bold: bool = False
    inverse: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """All rows of one paper, top to bottom; the last one is the footer."""

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


def lay_out(ticket: Ticket, job: Job, paper: Paper, zone: tzinfo) -> Page:
    """Lay one copy of a ticket out for one attempt. Pure; times are shown in ``zone``."""
    return Page(tuple(_fitted(_rows(ticket, job, zone), paper)))


def footer(job: Job) -> str:
    """Return the last line of the paper: what links it to the record. Other programs read it."""
    return f"#{job.ticket_id}-{job.copy_no}/{job.attempt_no} {job.token_printed}"


def _rows(ticket: Ticket, job: Job, zone: tzinfo) -> Iterator[Row]:
    yield from _banners(ticket, job)
    yield from _head(ticket, zone)
    yield _RULE
    match ticket.kind:
        case TicketKind.MESSAGE:
            yield Row(text=ticket.message or "", size=Size.BIG, bold=True)
        case TicketKind.ORDER | TicketKind.VOID:
            for line in ticket.lines:
                yield from _line(line)
        case _:
            assert_never(ticket.kind)
    if ticket.note:
        yield _RULE
        yield Row(text=ticket.note, bold=True, inverse=True)
    yield _RULE
    yield Row(text=footer(job))


def _banners(ticket: Ticket, job: Job) -> Iterator[Row]:
    if job.kind is JobKind.REPRINT:
        yield _banner("REPRINT")
    if job.marked:
        yield _banner("POSSIBLE DUPLICATE")
    if job.station != ticket.station:
        yield _banner(f"NO ROUTE FOR {ticket.station}")
    match ticket.kind:
        case TicketKind.VOID:
            yield _banner("VOID")
        case TicketKind.MESSAGE:
            yield _banner("MESSAGE")
        case TicketKind.ORDER:
            if ticket.round_no is not None and ticket.round_no > 1:
                yield _banner(f"ADD-ON {ticket.round_no}")
        case _:
            assert_never(ticket.kind)


def _head(ticket: Ticket, zone: tzinfo) -> Iterator[Row]:
    number = "" if ticket.station_seq is None else f" {ticket.station_seq:03d}"
    yield Row(text=f"{ticket.station}{number}", size=Size.BIG, bold=True)
    if ticket.table_label:
        yield Row(text=_table(ticket.table_label), size=Size.BIG)
    if ticket.order_type:
        yield Row(text=ticket.order_type, size=Size.TALL, bold=True)
    yield Row(text=_joined(_bill_facts(ticket, ticket.created_at.astimezone(zone))))
    if ticket.parts > 1:
        yield Row(text=f"Part {ticket.part} of {ticket.parts}: {', '.join(ticket.part_stations)}")


def _table(label: str) -> str:
    """Say TABLE once, also when the label says it itself."""
    return label if label.lower().startswith("table") else f"TABLE {label}"


def _bill_facts(ticket: Ticket, ordered_at: datetime) -> Iterator[str]:
    yield f"{ordered_at:%H:%M}"
    if ticket.bill_number:
        yield f"Bill {ticket.bill_number}"
    if ticket.server_name:
        yield ticket.server_name
    if ticket.guests is not None:
        yield f"{ticket.guests} guests" if ticket.guests != 1 else "1 guest"


def _line(line: Line) -> Iterator[Row]:
    dish = f"{_quantity(line.qty)} x {line.name}"
    match line.action:
        case Action.ADD:
            yield Row(text=dish, size=Size.BIG, bold=True)
        case Action.VOID:
            yield Row(text=f"VOID {dish}", size=Size.BIG, bold=True, inverse=True)
        case Action.CHANGE:
            yield Row(text=f"CHANGE {dish}", size=Size.BIG, bold=True)
        case _:
            assert_never(line.action)
    yield from _place(line.seat, line.course)
    for modifier in line.modifiers:
        yield Row(text=f"   + {modifier}", size=Size.TALL)
    if line.note:
        yield Row(text=f" {line.note} ", size=Size.TALL, bold=True, inverse=True)
    if line.action is Action.CHANGE:
        yield Row(text=f"   was: {_was(line)}")


def _place(seat: str | None, course: str | None) -> Iterator[Row]:
    facts = [f"Course {course}"] if course else []
    facts += [f"Seat {seat}"] if seat else []
    if facts:
        yield Row(text=f"   {_joined(facts)}")


def _was(line: Line) -> str:
    facts = [*line.old_modifiers]
    facts += [line.old_note] if line.old_note else []
    facts += [f"Course {line.old_course}"] if line.old_course else []
    facts += [f"Seat {line.old_seat}"] if line.old_seat else []
    return _joined(facts) or "as on the menu"


def _quantity(quantity: Decimal) -> str:
    text = f"{quantity:f}"  # Not normalize(): that would round what has more than 28 digits.
    return text.rstrip("0").rstrip(".") if "." in text else text


def _joined(facts: Iterator[str] | list[str]) -> str:
    return " / ".join(facts)


def _banner(text: str) -> Row:
    return Row(text=f" {text} ", size=Size.BIG, bold=True, inverse=True, is_whole=True)


_RULE = Row(text="\0")
"""Stands for a ruled row until the paper's width is known; NUL can come from no ticket."""


def _fitted(rows: Iterator[Row], paper: Paper) -> Iterator[Row]:
    for row in rows:
        if row is _RULE:
            yield Row(text="-" * paper.columns)
            continue
        text = printable(row.text, paper.codec)
        is_narrowed = row.is_whole and len(text) > paper.columns // _COLUMNS_PER_CHARACTER[row.size]
        size = Size.TALL if is_narrowed else row.size
        for piece in _wrapped(text, paper.columns // _COLUMNS_PER_CHARACTER[size]):
            yield Row(text=piece, size=size, bold=row.bold, inverse=row.inverse)


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
