"""What the cook reads: a ticket and the occasion of its paper become a page. No bytes in here."""

from collections.abc import Iterator
from datetime import tzinfo
from decimal import Decimal
from typing import assert_never

from kitchen_printer.decisions.banners import banners, clock
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import RULE, Page, Paper, Row, Size, fitted
from kitchen_printer.decisions.ticket import Action, Job, Line, Ticket, TicketKind


def lay_out(ticket: Ticket, job: Job, occasion: Occasion, paper: Paper, zone: tzinfo) -> Page:
    """Lay one copy of a ticket out for one attempt. Pure; times are shown in ``zone``."""
    return fitted(_rows(ticket, job, occasion, zone), paper)


def footer(job: Job) -> str:
    """Return the last line of the paper: what links it to the record. Other programs read it."""
    return f"#{named(job)}-{job.copy_no}/{job.attempt_no} {job.token_printed}"


def named(job: Job) -> str:
    """Return what a person finds a paper by: its ticket's id, or N and the job's id for a notice."""
    return f"N{job.id}" if job.ticket_id is None else str(job.ticket_id)


def _rows(ticket: Ticket, job: Job, occasion: Occasion, zone: tzinfo) -> Iterator[Row]:
    yield from banners(ticket, job, occasion, zone)
    yield from _head(ticket, occasion, zone)
    yield RULE
    match ticket.kind:
        case TicketKind.MESSAGE:
            yield Row(text=ticket.message or "", size=Size.BIG, bold=True)
        case TicketKind.ORDER | TicketKind.VOID:
            for line in ticket.lines:
                yield from _line(line, occasion)
        case _:
            assert_never(ticket.kind)
    if ticket.note:
        yield RULE
        yield Row(text=ticket.note, bold=True, inverse=True)
    yield RULE
    yield Row(text=footer(job))


def _head(ticket: Ticket, occasion: Occasion, zone: tzinfo) -> Iterator[Row]:
    number = "" if ticket.station_seq is None else f" {ticket.station_seq:03d}"
    yield Row(text=f"{ticket.station}{number}", size=Size.BIG, bold=True)
    if ticket.table_label:
        yield Row(text=_table(ticket.table_label), size=Size.BIG)
    if ticket.order_type:
        yield Row(text=ticket.order_type, size=Size.TALL, bold=True)
    yield Row(text=_joined(_bill_facts(ticket, clock(ticket.created_at, occasion.now, zone))))
    if ticket.parts > 1:
        yield Row(text=f"Part {ticket.part} of {ticket.parts}: {', '.join(ticket.part_stations)}")


def _table(label: str) -> str:
    """Say TABLE once, also when the label says it itself."""
    return label if label.lower().startswith("table") else f"TABLE {label}"


def _bill_facts(ticket: Ticket, ordered_at: str) -> Iterator[str]:
    yield ordered_at
    if ticket.bill_number:
        yield f"Bill {ticket.bill_number}"
    if ticket.server_name:
        yield ticket.server_name
    if ticket.guests is not None:
        yield f"{ticket.guests} guests" if ticket.guests != 1 else "1 guest"


def _line(line: Line, occasion: Occasion) -> Iterator[Row]:
    voided = _voided_since(line, occasion)
    if voided >= line.qty:
        yield Row(text="VOIDED, DO NOT MAKE:", size=Size.TALL, bold=True, inverse=True)
    elif voided:
        left = _quantity(line.qty - voided)
        yield Row(
            text=f"{_quantity(voided)} VOIDED, MAKE {left} OF:", size=Size.TALL, bold=True, inverse=True
        )
    yield from _said(line)
    numbers = occasion.ordered_on.get(line.order_item_id or 0, ()) if line.action is not Action.ADD else ()
    if numbers:
        yield Row(text=f"   ordered on {', '.join(f'{number:03d}' for number in numbers)}")


def _voided_since(line: Line, occasion: Occasion) -> Decimal:
    if line.action is Action.VOID or line.order_item_id is None:
        return Decimal(0)
    return occasion.voided.get(line.order_item_id, Decimal(0))


def _said(line: Line) -> Iterator[Row]:
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
