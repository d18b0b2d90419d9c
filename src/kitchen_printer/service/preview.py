"""What a ticket would look like on paper now: laid out and encoded as for its printer, and not sent to it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from kitchen_printer.config import Settings
from kitchen_printer.database.preview import StoredTicket, read_stored_ticket
from kitchen_printer.database.routing import StationSettings
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import CUT, Direction, Page, Paper, Row, Size
from kitchen_printer.decisions.text import columns_of, draws_nothing
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket, read_ticket
from kitchen_printer.printers.encode import can_draw, codec_of, encode
from kitchen_printer.service.facts import Fact, SettingRefused
from kitchen_printer.service.looks import Looks, zone_of

WIDTHS: Final = {58: 32, 80: 48}
"""Columns of a printer's normal letters, by the width of its paper in millimetres."""

_NOT_SENT: Final = "----"
"""Stands where a paper has its token."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A ticket as it would be printed: what the cook reads, the bytes, and the columns they are made for."""

    page: Page
    body: bytes
    columns: int
    problems: tuple[str, ...]
    """What of the station's wishes could not be read."""


def preview(settings: Settings, ticket_id: int, width_mm: int | None = None) -> Preview:
    """Lay a stored ticket out and encode it.

    Raises ``RequestRefusedError``, ``MalformedTicketError`` and ``UnknownCodePageError``, each in words.
    """
    stored = read_stored_ticket(settings.dsn, ticket_id)
    if width_mm is not None:
        stored = replace(stored, columns=WIDTHS[width_mm])
    problems: list[str] = []
    station = StationSettings(code=stored.station, language=stored.language, options=stored.options)

    def note(fact: Fact) -> None:
        if isinstance(fact, SettingRefused):
            problems.append(fact.problem)

    look = Looks(settings, zone_of(stored.time_zone, note), [station], note).of(stored.station)
    ticket = read_ticket(stored.content)
    occasion = Occasion(now=datetime.now(UTC))
    page = lay_out(ticket, _first_job(ticket), occasion, _paper(stored), look.zone, style=look.style)
    bands = None if stored.raster == "none" else stored.raster
    body = encode(page, stored.code_page, columns=stored.columns, bands=bands, style=look.style)
    return Preview(page, body, stored.columns, tuple(problems))


def drawn_as_text(page: Page, columns: int) -> str:
    """Return a page for a terminal: looks are marked at the left, what begins at the right stands there."""
    return "\n".join(_drawn(row, columns) for row in page.rows)


def _drawn(row: Row, columns: int) -> str:
    if row is CUT:
        return "- " * (columns // 2) + "8<"
    size = {Size.NORMAL: " ", Size.TALL: "T", Size.BIG: "B"}[row.size]
    look = "#" if row.inverse else "-" if row.struck else "!" if row.bold else " "
    room = columns // (2 if row.size is Size.BIG else 1) - columns_of(row.text)
    return f"{size}{look} {' ' * room if row.direction is Direction.RTL else ''}{row.text}"


def _paper(stored: StoredTicket) -> Paper:
    draws = draws_nothing if stored.raster == "none" else can_draw
    return Paper(columns=stored.columns, codec=codec_of(stored.code_page), can_draw=draws)


def _first_job(ticket: Ticket) -> Job:
    return Job(
        id=0,
        kind=JobKind.TICKET,
        ticket_id=ticket.id,
        copy_no=1,
        station=ticket.station,
        spent=0,
        maybe_on_paper=False,
        waited_seconds=0.0,
        attempt_id=0,
        attempt_no=0,
        printer_id=0,
        marked=False,
        token_printed=_NOT_SENT,
        token_cut=_NOT_SENT,
    )
