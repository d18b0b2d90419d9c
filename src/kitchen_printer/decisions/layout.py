"""What the cook reads: a ticket and the occasion of its paper become a page. No bytes in here."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import assert_never

from kitchen_printer.decisions.allergy import is_about_an_allergy, warnings
from kitchen_printer.decisions.banners import banners
from kitchen_printer.decisions.clock import WallClock
from kitchen_printer.decisions.dishes import allergy_box, dishes
from kitchen_printer.decisions.limits import FACT_MAX, NOTE_MAX, STATIONS_MAX
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import RULE, Direction, Page, Paper, Row, Size
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.decisions.sheets import Content, on_sheets
from kitchen_printer.decisions.style import PLAIN, Style
from kitchen_printer.decisions.text import capped
from kitchen_printer.decisions.ticket import Action, Job, Ticket, TicketKind
from kitchen_printer.decisions.words import Words


def lay_out(
    ticket: Ticket, job: Job, occasion: Occasion, paper: Paper, zone: tzinfo, *, style: Style = PLAIN
) -> Page:
    """Lay one copy of a ticket out for one attempt. Pure; times are shown in ``zone``."""
    clock = WallClock(occasion.now, zone, style)
    content = Content(
        banners=tuple(banners(ticket, job, occasion, clock)),
        title=tuple(_title(ticket, style)),
        facts=tuple(_facts(ticket, clock)),
        blocks=tuple(_blocks(ticket, occasion, style)),
        warnings=tuple(_warnings(ticket, style)),
        hints=tuple(_hints(occasion, style.words)),
        footer=Row(text=footer(job), direction=Direction.LTR),
    )
    return on_sheets(content, paper, style.words, rings=_rings(ticket, job, style))


def _hints(occasion: Occasion, words: Words) -> Iterator[Row]:
    """Say at the foot what the cook need not know in order to cook: it must not stand between the dishes."""
    if occasion.paper_low is not None:
        yield Row(text=_paper_low(occasion.paper_low, words), bold=True)


def _paper_low(low: PaperLow, words: Words) -> str:
    match low.tickets_left:
        case None:
            return words("PAPER LOW")
        case 0:
            return words("PAPER LOW: ends soon")
        case 1:
            return words("PAPER LOW: about 1 ticket left")
        case left:
            return words("PAPER LOW: about {count} tickets left", count=left)


def footer(job: Job) -> str:
    """Return the last line of the paper: what links it to the record. Other programs read it."""
    return f"#{named(job)}-{job.copy_no}/{job.attempt_no} {job.token_printed}"


def named(job: Job) -> str:
    """Return what a person finds a paper by: its ticket's id, or N and the job's id for a notice."""
    return f"N{job.id}" if job.ticket_id is None else str(job.ticket_id)


def _rings(ticket: Ticket, job: Job, style: Style) -> bool:
    match style.rings:
        case "all":
            return True
        case "never":
            return False
        case "alarms":
            voids = any(line.action is not Action.ADD for line in ticket.lines)
            return voids or job.marked or ticket.kind is not TicketKind.ORDER
        case _:
            assert_never(style.rings)


def _title(ticket: Ticket, style: Style) -> Iterator[Row]:
    number = "" if ticket.station_seq is None else f" {ticket.station_seq:03d}"
    yield Row(text=f"{ticket.station}{number}", size=Size.BIG, bold=True)
    if ticket.table_label:
        yield Row(text=_table(capped(ticket.table_label, FACT_MAX), style.words("TABLE")), size=Size.BIG)


def _table(label: str, word: str) -> str:
    """Say TABLE once, also when the label says it itself."""
    return label if label.lower().startswith(("table", word.lower())) else f"{word} {label}"


def _facts(ticket: Ticket, clock: WallClock) -> Iterator[Row]:
    words = clock.style.words
    if ticket.order_type:
        yield Row(text=capped(ticket.order_type, FACT_MAX), size=Size.TALL, bold=True)
    yield Row(text=" / ".join(_bill_facts(ticket, clock)))
    if ticket.parts > 1:
        part = words("Part {part} of {parts}", part=ticket.part, parts=ticket.parts)
        others = _other_stations(ticket)
        yield Row(text=f"{part}: {others}" if others else part)
    if ticket.note and is_about_an_allergy(ticket.note):
        yield allergy_box(ticket.note, words)


def _other_stations(ticket: Ticket) -> str:
    """Name who else cooks for this table, so that plates can leave together."""
    others = [each for each in ticket.part_stations if each != ticket.station]
    named = ", ".join(capped(each, FACT_MAX) for each in others[:STATIONS_MAX])
    return f"{named} …(+{len(others) - STATIONS_MAX})" if len(others) > STATIONS_MAX else named


def _bill_facts(ticket: Ticket, clock: WallClock) -> Iterator[str]:
    words = clock.style.words
    yield clock.shows(ticket.created_at)
    if ticket.bill_number:
        yield words("Bill {number}", number=capped(ticket.bill_number, FACT_MAX))
    server = [capped(ticket.server_name, FACT_MAX)] if ticket.server_name else []
    guests = [] if ticket.guests is None else [_guests(ticket.guests, words)]
    # After a Latin name a number would be read as a part of it, where lines run from right to left.
    yield from (*guests, *server) if words.is_rtl else (*server, *guests)


def _guests(count: int, words: Words) -> str:
    return words("1 guest") if count == 1 else words("{count} guests", count=count)


def _blocks(ticket: Ticket, occasion: Occasion, style: Style) -> Iterator[tuple[Row, ...]]:
    match ticket.kind:
        case TicketKind.MESSAGE:
            yield (Row(text=capped(ticket.message or "", NOTE_MAX), size=Size.BIG, bold=True),)
        case TicketKind.ORDER | TicketKind.VOID:
            yield from dishes(ticket.lines, occasion, style)
        case _:
            assert_never(ticket.kind)
    if ticket.note and not is_about_an_allergy(ticket.note):
        yield RULE, Row(text=f" {capped(ticket.note, NOTE_MAX)} ", size=Size.TALL, bold=True, inverse=True)


def _warnings(ticket: Ticket, style: Style) -> Iterator[Row]:
    for text in warnings(ticket):
        yield allergy_box(text, style.words)
