"""Which printer tells of an alarm."""

from collections.abc import Sequence
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
from kitchen_printer.decisions.sight import PrinterSight


def messenger(
    condition: Condition | None, printers: Sequence[PrinterSight], before: int | None
) -> int | None:
    """Choose the printer that tells: one that lives, near to who must act; None when there is none.

    The all-clear comes where the alarm came, ``before``, if that one lives. A printer that nobody tried yet is
    better than none.
    """
    wanted = _stations_of(condition) if condition else frozenset[str]()
    silent = condition.printer.printer_id if isinstance(condition, PrinterDown) else None
    living = [
        each
        for each in printers
        if each.is_served and not each.is_parked and not each.is_down and each.printer_id != silent
    ]
    return min(
        (each.printer_id for each in living),
        key=_ranks(living, wanted, before).__getitem__,
        default=None,
    )


def _ranks(
    printers: Sequence[PrinterSight], wanted: frozenset[str], before: int | None
) -> dict[int, tuple[bool, bool, bool, int, int]]:
    return {
        each.printer_id: (
            each.printer_id != before,
            not each.is_ready,
            wanted.isdisjoint(each.stations),
            each.waiting,
            each.printer_id,
        )
        for each in printers
    }


def _stations_of(condition: Condition) -> frozenset[str]:
    match condition:
        case PrinterDown(printer) | PaperIsLow(printer):
            return frozenset(printer.stations)
        case TicketsFailed(tickets) | TicketsHeld(tickets):
            return frozenset(each.listed.station for each in tickets)
        case NoRoute() | StationSilent() | RecordIsBroken():
            return frozenset()
        case _:
            assert_never(condition)
