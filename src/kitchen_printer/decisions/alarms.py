"""Which alarms are due: what stands in the way of the kitchen, and when it is told again."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, assert_never

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.sight import BrokenRecord, PrinterSight, Sight, StationSight, Troubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """After how many seconds a condition is worth an alarm, from which age a ticket presses, and how soon what
    presses is told again."""

    alarm_seconds: float
    late_seconds: float
    repeat_seconds: float


@dataclass(frozen=True, slots=True)
class PrinterDown:
    """A printer cannot print."""

    printer: PrinterSight
    reason: Reason

    @property
    def key(self) -> str:
        return f"printer {self.printer.printer_id}"


@dataclass(frozen=True, slots=True)
class NoRoute:
    """A station's tickets have no way to paper."""

    station: StationSight

    @property
    def key(self) -> str:
        return f"no route for {self.station.station}"


@dataclass(frozen=True, slots=True)
class StationSilent:
    """A station has orders and prints nothing, though no printer of its says why."""

    station: StationSight

    @property
    def key(self) -> str:
        return f"{self.station.station} is silent"


@dataclass(frozen=True, slots=True)
class TicketsFailed:
    """Tickets were given up: nobody will see them on paper unless a person acts."""

    tickets: tuple[Troubled, ...]

    @property
    def key(self) -> str:
        return "failed tickets"


@dataclass(frozen=True, slots=True)
class TicketsHeld:
    """Tickets that may or may not be on paper wait for a person to look."""

    tickets: tuple[Troubled, ...]

    @property
    def key(self) -> str:
        return "held tickets"


_PAPER_LOW: Final = "paper low, printer "


@dataclass(frozen=True, slots=True)
class PaperIsLow:
    """A printer's roll is thin. It prints on: this is a hint by message, never a slip, never told again or over."""

    printer: PrinterSight

    @property
    def key(self) -> str:
        return f"{_PAPER_LOW}{self.printer.printer_id}"


_RECORD_BROKEN: Final = "record broken "


@dataclass(frozen=True, slots=True)
class RecordIsBroken:
    """Orders of the last moments may be lost, and only people can find out which. Told once, and never over."""

    record: BrokenRecord

    @property
    def key(self) -> str:
        return f"{_RECORD_BROKEN}{self.record.at.isoformat()}"


Condition = PrinterDown | NoRoute | StationSilent | TicketsFailed | TicketsHeld | PaperIsLow | RecordIsBroken


def is_a_hint(key: str) -> bool:
    """Whether a condition of this key is told by message only, and once."""
    return key.startswith(_PAPER_LOW)


def ends_silently(key: str) -> bool:
    """Whether the end of a condition of this key is no news to anybody."""
    return is_a_hint(key) or key.startswith(_RECORD_BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alarm that is on, as it is on record: when it was told last, how often, and of which tickets."""

    told_at: datetime
    tellings: int
    tickets: frozenset[int]


class Telling(StrEnum):
    """What is said of a condition: that it is there, that it is still there, that it is over."""

    RAISED = "raised"
    REPEATED = "repeated"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell; ``condition`` is None when it is over."""

    key: str
    telling: Telling
    condition: Condition | None


def conditions(sight: Sight, patience: Patience, told: Container[str] = ()) -> Iterator[Condition]:
    """Return everything that people should act on; ``told`` are the keys of alarms that are on.

    A silence begins when somebody listens: after a night without power nothing is told of what the night made old.
    """
    for printer in sight.printers:
        if (
            printer.is_down
            and not printer.is_parked
            and (printer.stations or printer.waiting)  # One that was replaced is missed by nobody.
            and _lasts(printer.since, sight.now, patience.alarm_seconds)
        ):
            alarm = PrinterDown(printer, printer.reason or Reason.OFFLINE)
            if alarm.key in told or not _only_waits_to_come_home(printer):
                yield alarm
        if (
            printer.stations
            and printer.paper_low_since
            and _lasts(printer.paper_low_since, sight.now, patience.alarm_seconds)
        ):
            yield PaperIsLow(printer)
    if sight.broken:
        yield RecordIsBroken(sight.broken)
    down = frozenset(each.printer_id for each in sight.printers if each.is_down)
    for station in sight.stations:
        if not station.is_routed:
            if _lasts(station.oldest, sight.now, patience.alarm_seconds):
                yield NoRoute(station)
        elif _is_silent(station, down, sight.now, patience.late_seconds):
            silence = StationSilent(station)
            if silence.key in told or _lasts(sight.watched_since, sight.now, patience.late_seconds):
                yield silence
    failed, held = (
        tuple(each for each in some if _lasts(each.since, sight.now, patience.alarm_seconds))
        for some in (sight.failed, sight.held)
    )
    if failed:
        yield TicketsFailed(failed)
    if held:
        yield TicketsHeld(held)


def due(
    found: Iterable[Condition], told: Mapping[str, Told], now: datetime, patience: Patience
) -> Iterator[Due]:
    """Return what is to be told now: once when it begins, again while it presses, once when it is over."""
    present = {each.key: each for each in found}
    for key, condition in present.items():
        before = told.get(key)
        if before is None:
            yield Due(key, Telling.RAISED, condition)
        elif _is_worth_repeating(condition, before, now, patience):
            yield Due(key, Telling.REPEATED, condition)
    for key in told:
        if key not in present:
            yield Due(key, Telling.OVER, None)


def _is_worth_repeating(condition: Condition, before: Told, now: datetime, patience: Patience) -> bool:
    """Judge an alarm that is on. Of further tickets people hear in batches: fifty that fail are not fifty papers."""
    is_news = bool(tickets_of(condition) - before.tickets)
    if is_news and _lasts(before.told_at, now, patience.alarm_seconds):
        return True
    interval = repeat_after(before.tellings, patience.repeat_seconds)
    return _presses(condition, now, patience.late_seconds) and _lasts(before.told_at, now, interval)


REPEAT_FACTOR_MAX = 8
"""An alarm that nobody answers is told again after 1, 2, 4 and then every 8 times the interval."""


def repeat_after(tellings: int, repeat_seconds: float) -> float:
    """Return how long after its last telling an alarm that was told so often is told again."""
    return repeat_seconds * min(REPEAT_FACTOR_MAX, 1 << min(tellings - 1, 10))


def tickets_of(condition: Condition) -> frozenset[int]:
    """The tickets an alarm names one by one: a further one is news."""
    match condition:
        case TicketsFailed(tickets) | TicketsHeld(tickets):
            return frozenset(each.ticket_id for each in tickets)
        case PrinterDown() | NoRoute() | StationSilent() | PaperIsLow() | RecordIsBroken():
            return frozenset()
        case _:
            assert_never(condition)


def _is_silent(station: StationSight, down: frozenset[int], now: datetime, late_seconds: float) -> bool:
    """Judge whether nothing comes out though it should: a printer that is down has an alarm of its own."""
    return (
        _lasts(station.oldest, now, late_seconds)
        and (station.last_printed is None or _lasts(station.last_printed, now, late_seconds))
        and station.printers.isdisjoint(down)
    )


def _presses(condition: Condition, now: datetime, late_seconds: float) -> bool:
    match condition:
        case PrinterDown(printer):
            is_late = printer.oldest is not None and _lasts(printer.oldest, now, late_seconds)
            return is_late and not _only_waits_to_come_home(printer)
        case NoRoute(station):
            return _lasts(station.oldest, now, late_seconds)
        case PaperIsLow() | RecordIsBroken():
            return False
        case StationSilent() | TicketsFailed() | TicketsHeld():
            return True
        case _:
            assert_never(condition)


_HAD_BY_WHO_ANSWERS: Final = frozenset({None, Reason.DOES_NOT_CONFIRM, Reason.INTERNAL_ERROR})
"""What a printer can have although it answers. None is a reason that we do not know: it may be one of these."""


def _only_waits_to_come_home(printer: PrinterSight) -> bool:
    """Whether a printer that was down is mended: there is nothing left for anybody to do about it."""
    return printer.answers and printer.reason not in _HAD_BY_WHO_ANSWERS


def _lasts(since: datetime, now: datetime, seconds: float) -> bool:
    return now - since >= timedelta(seconds=seconds)
