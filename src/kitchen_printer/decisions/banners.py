"""What stands above a ticket, so that nobody cooks twice, too late, or what was taken back."""

from collections.abc import Iterator
from typing import assert_never

from kitchen_printer.decisions.clock import WallClock
from kitchen_printer.decisions.limits import FACT_MAX, NOTE_MAX
from kitchen_printer.decisions.occasion import Backup, Occasion
from kitchen_printer.decisions.page import Direction, Row, Size, banner
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.text import capped
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket, TicketKind
from kitchen_printer.decisions.words import Words

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


def banners(ticket: Ticket, job: Job, occasion: Occasion, clock: WallClock) -> Iterator[Row]:
    """Say everything about this paper that a cook must know before reading it."""
    words = clock.style.words
    if job.kind is JobKind.REPRINT:
        yield from contract_banner("REPRINT", words)
        yield from _who_asked(occasion)
    if job.marked:
        yield from contract_banner("POSSIBLE DUPLICATE", words)
    if occasion.backup:
        yield from _backup(ticket.station, occasion.backup, clock)
    if job.station != ticket.station:
        yield banner(words("NO ROUTE FOR {station}", station=ticket.station))
    if occasion.is_late:
        yield from _late(ticket, clock)
    yield from _kind(ticket, words)


def briefly(reason: Reason) -> str:
    """Say in a few English words what stops a printer."""
    return _BRIEFLY.get(reason, "printer cannot print")


def contract_banner(english: str, words: Words) -> Iterator[Row]:
    """Say words that other programs read on paper in English, and below in the kitchen's language."""
    yield banner(english, Direction.LTR)
    translated = words(english)
    if translated != english:
        yield banner(translated)


def _who_asked(occasion: Occasion) -> Iterator[Row]:
    asked = occasion.reprint
    if asked is None:
        return
    said = [capped(asked.requested_by or "", FACT_MAX), capped(asked.reason or "", NOTE_MAX)]
    if any(said):
        yield _explained(": ".join(part for part in said if part))


def _backup(station: str, backup: Backup, clock: WallClock) -> Iterator[Row]:
    words = clock.style.words
    why = words(briefly(backup.reason))
    since = clock.shows(backup.since)
    yield banner(words("BACKUP"))
    yield _explained(words("FOR {station} - {why} since {since}", station=station, why=why, since=since))


def _late(ticket: Ticket, clock: WallClock) -> Iterator[Row]:
    words = clock.style.words
    ordered, printed = clock.shows(ticket.created_at), clock.shows(clock.now)
    yield banner(words("LATE"))
    yield _explained(words("ordered {ordered}, printed {printed}", ordered=ordered, printed=printed))


def _kind(ticket: Ticket, words: Words) -> Iterator[Row]:
    match ticket.kind:
        case TicketKind.VOID:
            yield banner(words("VOID"))
        case TicketKind.MESSAGE:
            yield banner(words("MESSAGE"))
        case TicketKind.ORDER:
            if ticket.round_no is not None and ticket.round_no > 1:
                yield banner(words("ADD-ON {round}", round=ticket.round_no))
        case _:
            assert_never(ticket.kind)


def _explained(text: str) -> Row:
    return Row(text=f" {text} ", size=Size.TALL, bold=True, inverse=True)
