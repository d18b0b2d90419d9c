"""What an alarm says: the same words on a slip and in a message to a phone. No bill, no guest, no note."""

from datetime import datetime, tzinfo
from typing import assert_never

from kitchen_printer.decisions.alarms import (
    Condition,
    NoRoute,
    PaperIsLow,
    PrinterDown,
    RecordIsBroken,
    StationSilent,
    TicketsFailed,
    TicketsHeld,
)
from kitchen_printer.decisions.banners import briefly
from kitchen_printer.decisions.clock import clock
from kitchen_printer.decisions.notice import LISTED_MAX, Alarm, counted, lasted, listed
from kitchen_printer.decisions.reason import WORDS
from kitchen_printer.decisions.roll import how_long
from kitchen_printer.decisions.sight import PrinterSight, StationSight, Troubled


def worded(condition: Condition, now: datetime, zone: tzinfo, *, is_repeated: bool) -> Alarm:
    """Say what is the matter and what to do about it."""
    alarm = _worded(condition, now, zone)
    return alarm.model_copy(update={"headline": f"STILL: {alarm.headline}"}) if is_repeated else alarm


def as_text(alarm: Alarm, now: datetime, zone: tzinfo) -> str:
    """Return an alarm as the body of a message; its headline is the title."""
    tickets = [listed(each, now, zone) for each in alarm.tickets[:LISTED_MAX]]
    more = len(alarm.tickets) - LISTED_MAX
    rest = [f"... and {more} more"] if more > 0 else []
    return "\n".join([*alarm.details, *([alarm.advice] if alarm.advice else []), *tickets, *rest])


def over(headline: str, raised_at: datetime, now: datetime) -> str:
    """Say that what an alarm said is over."""
    return f"Over after {lasted(raised_at, now)}: {headline}"


def _worded(condition: Condition, now: datetime, zone: tzinfo) -> Alarm:
    match condition:
        case PrinterDown(printer, reason):
            return Alarm(
                headline=f"{printer.name}: {briefly(reason)} since {clock(printer.since, now, zone)}",
                details=_waiting(printer, now),
                advice=WORDS[reason].advice,
            )
        case NoRoute(station):
            return Alarm(
                headline=f"{station.station} has no printer",
                details=_waiting(station, now),
                advice="Name a printer for it in station_printers, or a default station in kitchen_settings.",
            )
        case StationSilent(station):
            printed = f", last paper {clock(station.last_printed, now, zone)}" if station.last_printed else ""
            return Alarm(
                headline=f"{station.station} prints nothing{printed}",
                details=_waiting(station, now),
                advice="Tell the kitchen by voice, and see kitchen-printer printers.",
            )
        case TicketsFailed(tickets):
            return Alarm(
                headline=f"{counted(len(tickets))} FAILED and will not print",
                details=_why(tickets),
                advice="Tell the kitchen by voice, then: kitchen-printer retry or reprint.",
                tickets=tuple(each.listed for each in tickets),
            )
        case TicketsHeld(tickets):
            return Alarm(
                headline=f"{counted(len(tickets))} held: on paper or not?",
                details=_why(tickets),
                advice="Look for the paper, then: kitchen-printer confirm.",
                tickets=tuple(each.listed for each in tickets),
            )
        case PaperIsLow(printer):
            return Alarm(
                headline=f"{printer.name}: {how_long(printer.paper_low_tickets)}",
                details=("It still prints.",),
                advice="Have a new roll ready.",
            )
        case RecordIsBroken(record):
            marked = f"{counted(record.copies)} will say POSSIBLE DUPLICATE." if record.copies else ""
            return Alarm(
                headline=f"Orders before {clock(record.at, now, zone)} may be lost",
                details=("The database was replaced.", *([marked] if marked else [])),
                advice="Ask which tables ordered just then, and look for their papers.",
            )
        case _:
            assert_never(condition)


def _waiting(what: PrinterSight | StationSight, now: datetime) -> tuple[str, ...]:
    if what.oldest is None:
        return ("No ticket waits for it.",)
    return (f"{counted(what.waiting)} waiting, oldest {lasted(what.oldest, now)}",)


def _why(tickets: tuple[Troubled, ...]) -> tuple[str, ...]:
    reasons = dict.fromkeys(each.reason for each in tickets if each.reason is not None)
    return tuple(WORDS[each].sentence for each in reasons)
