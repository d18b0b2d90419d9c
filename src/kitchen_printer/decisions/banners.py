"""What stands above a ticket, so that nobody cooks twice, too late, or what was taken back."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import assert_never

from kitchen_printer.decisions.occasion import Backup, Occasion
from kitchen_printer.decisions.page import Row, Size, banner
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket, TicketKind

_BRIEFLY = {
    Reason.UNREACHABLE: "printer not on the network",
    Reason.REFUSED: "printer refuses to connect",
    Reason.SILENT: "printer does not answer",
    Reason.OFFLINE: "printer offline",
    Reason.COVER_OPEN: "printer cover open",
    Reason.PAPER_OUT: "printer out of paper",
    Reason.CUTTER: "printer cutter stuck",
    Reason.PRINTER_ERROR: "printer fault",
    Reason.BUSY: "printer busy",
    Reason.CONNECTION_LOST: "printer lost",
    Reason.NO_CONFIRMATION: "printer does not confirm",
    Reason.CANNOT_CONFIRM: "printer cannot confirm",
    Reason.DOES_NOT_CONFIRM: "printer does not confirm",
    Reason.POWER_LOST: "printer without power",
    Reason.PARKED: "printer parked",
    Reason.REDIRECTED: "printer redirected by hand",
    Reason.MISCONFIGURED: "printer not set up",
}
"""What stops a printer, in the few words that fit beside the dishes of another station."""


def banners(ticket: Ticket, job: Job, occasion: Occasion, zone: tzinfo) -> Iterator[Row]:
    """Say everything about this paper that a cook must know before reading it."""
    if job.kind is JobKind.REPRINT:
        yield from _reprint(occasion)
    if job.marked:
        yield banner("POSSIBLE DUPLICATE")
    if occasion.backup:
        yield from _backup(ticket.station, occasion.backup, occasion.now, zone)
    if job.station != ticket.station:
        yield banner(f"NO ROUTE FOR {ticket.station}")
    if occasion.is_late:
        ordered, printed = (
            clock(ticket.created_at, occasion.now, zone),
            clock(occasion.now, occasion.now, zone),
        )
        yield banner("LATE")
        yield _explained(f"ordered {ordered}, printed {printed}")
    yield from _kind(ticket)


def clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return the time of day, with its date when that is not today's."""
    local = moment.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if is_today else f"{local:%d %b %H:%M}"


def _reprint(occasion: Occasion) -> Iterator[Row]:
    yield banner("REPRINT")
    asked = occasion.reprint
    said = ": ".join(part for part in (asked.requested_by, asked.reason) if part) if asked else ""
    if said:
        yield _explained(said)


def _backup(station: str, backup: Backup, now: datetime, zone: tzinfo) -> Iterator[Row]:
    yield banner("BACKUP")
    why = _BRIEFLY.get(backup.reason, "printer cannot print")
    yield _explained(f"FOR {station} - {why} since {clock(backup.since, now, zone)}")


def _kind(ticket: Ticket) -> Iterator[Row]:
    match ticket.kind:
        case TicketKind.VOID:
            yield banner("VOID")
        case TicketKind.MESSAGE:
            yield banner("MESSAGE")
        case TicketKind.ORDER:
            if ticket.round_no is not None and ticket.round_no > 1:
                yield banner(f"ADD-ON {ticket.round_no}")
        case _:
            assert_never(ticket.kind)


def _explained(text: str) -> Row:
    return Row(text=f" {text} ", size=Size.TALL, bold=True, inverse=True)
