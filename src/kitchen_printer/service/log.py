"""Every fact we log: its words and its level, in one place."""

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from kitchen_printer.config import Settings
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.service.facts import (
    AlarmOver,
    AlarmTold,
    AlertNotSent,
    AlertSent,
    AttemptEnded,
    AttemptRescued,
    AttemptVanished,
    BacklogListed,
    ClockJumped,
    DatabaseBack,
    DatabaseLost,
    DoubtRaised,
    Fact,
    GaveUp,
    HistoryChanged,
    LaneParked,
    LanesChanged,
    LateProof,
    LayoutRefused,
    LibraryWarned,
    LogLinesDropped,
    LoopStalled,
    OutcomeRecorded,
    PrinterBack,
    PrinterCameHome,
    PrinterDown,
    PrinterPaperLow,
    PrinterPassedOver,
    PrinterProbed,
    PrinterReady,
    PrinterTested,
    RecordRefused,
    RouteRefused,
    ServiceStarted,
    ServiceStopped,
    ServiceStopping,
    SettingRefused,
    StationWithoutRoute,
    TaskCrashed,
    TicketClaimed,
    TicketHandedOver,
    TicketsExpanded,
    TicketsRedirected,
    WentElsewhereTold,
)
from kitchen_printer.service.log_lines import LogLines

STANDARD_ERROR: Final = 2

_LEVELS: Final = logging.getLevelNamesMapping()


class Log:
    """The subscriber that writes facts down, and whatever libraries complain about. Nobody waits for a reader."""

    def __init__(self, settings: Settings, descriptor: int = STANDARD_ERROR) -> None:
        self._level = _LEVELS[settings.log_level.upper()]
        self._render = (
            _rendered_as_json if settings.log_format == "json" else _for_people(os.isatty(descriptor))
        )
        self._lines = LogLines(descriptor, lambda lines: self._rendered(LogLinesDropped(lines)))
        self._libraries = _Libraries(self)
        logging.getLogger().addHandler(self._libraries)
        # The pool warns at each try to connect; that the database is lost is told once, by a fact.
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)

    @property
    def dropped(self) -> int:
        """How many lines nobody took in time."""
        return self._lines.dropped

    def __call__(self, fact: Fact) -> None:
        """Hand a fact's line over if it is severe enough; may be called from any thread."""
        level, event, details = worded(fact)
        if _LEVELS[level] >= self._level:
            self._lines.put(self._render(level, event, details))

    def close(self) -> None:
        """Write what is left, as far as somebody reads it."""
        logging.getLogger().removeHandler(self._libraries)
        self._lines.close()

    def _rendered(self, fact: Fact) -> str:
        return self._render(*worded(fact))


class _Libraries(logging.Handler):
    """What goes through Python's own logging becomes a fact like any other."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        message = logging.Formatter().format(record)
        self._log(LibraryWarned(record.name, message))


def _rendered_as_json(level: str, event: str, details: dict[str, Any]) -> str:
    return json.dumps({"event": event, **details, "level": level.lower(), "timestamp": _stamp()})


def _for_people(is_terminal: bool) -> Callable[[str, str, dict[str, Any]], str]:
    import structlog  # Only here: it brings all that colours need, and a service writes JSON.

    console = structlog.dev.ConsoleRenderer(colors=is_terminal)

    def render(level: str, event: str, details: dict[str, Any]) -> str:
        name = level.lower()
        return str(console(None, name, {"event": event, **details, "level": name, "timestamp": _stamp()}))

    return render


def _stamp() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


Worded = tuple[str, str, dict[str, Any]]


def worded(fact: Fact) -> Worded:  # noqa: PLR0912, PLR0915  # one branch per fact is the point
    """Return a fact's level, its event name and its details: ids, numbers and fixed words only."""
    match fact:
        case ServiceStarted(owner, address):
            return "INFO", "service_started", {"owner": owner, "health": address}
        case ServiceStopping(tickets):
            return "INFO", "service_stopping", {"tickets_in_flight": tickets}
        case ServiceStopped():
            return "INFO", "service_stopped", {}
        case DatabaseLost(problem):
            return "ERROR", "database_lost", {"problem": problem}
        case DatabaseBack(seconds):
            return "WARNING", "database_back", {"after_seconds": round(seconds, 1)}
        case HistoryChanged(change, before, timeline, copies):
            details: dict[str, Any] = {"change": change, "timeline_before": before, "timeline": timeline}
            details |= {"copies_in_doubt": copies}
            if change.is_doubtful:
                return "ERROR", "history_changed", details
            return "WARNING", "history_changed", details
        case AttemptVanished(attempt_id, ticket_id, outcome):
            lost: dict[str, Any] = {"attempt_id": attempt_id, "ticket_id": ticket_id}
            return "ERROR", "attempt_vanished", lost | {"outcome": type(outcome).__name__}
        case LanesChanged(addresses):
            return "INFO", "lanes_changed", {"printers": list(addresses)}
        case RouteRefused(station, problem):
            return "ERROR", "route_refused", {"station": station, "problem": problem}
        case SettingRefused(problem):
            return "ERROR", "setting_refused", {"problem": problem}
        case StationWithoutRoute(station):
            return "ERROR", "station_without_route", {"station": station}
        case TicketsExpanded(tickets):
            return "DEBUG", "tickets_expanded", {"tickets": tickets}
        case PrinterDown(address, reason):
            return "WARNING", "printer_down", {"printer": address} | _because(reason)
        case PrinterBack(address, seconds):
            return "WARNING", "printer_back", {"printer": address, "after_seconds": round(seconds, 1)}
        case PrinterPaperLow(address, left):
            return "WARNING", "printer_paper_low", {"printer": address, "tickets_left": left}
        case PrinterPassedOver(address, reason):
            return "WARNING", "printer_passed_over", {"printer": address} | _because(reason)
        case PrinterCameHome(address):
            return "WARNING", "printer_came_home", {"printer": address}
        case TicketsRedirected(old, new, tickets, why):
            return (
                "WARNING",
                "tickets_redirected",
                {"from": old, "to": new, "tickets": tickets, "reason": why},
            )
        case LaneParked(address, problem):
            return "ERROR", "lane_parked", {"printer": address, "problem": problem} | _because(Reason.PARKED)
        case PrinterProbed(address, level):
            return "INFO", "printer_probed", {"printer": address, "proof_level": level}
        case PrinterTested(address, finding, level):
            return "INFO", "printer_tested", {"printer": address, "finding": finding, "proof_level": level}
        case PrinterReady(address):
            return "DEBUG", "printer_ready", {"printer": address}
        case TicketClaimed(job):
            return "DEBUG", "ticket_claimed", _ids(job)
        case LayoutRefused(job, error):
            return "ERROR", "layout_refused", _ids(job) | {"error": error}
        case TicketHandedOver(job, size):
            return "DEBUG", "ticket_handed_over", _ids(job) | {"payload_bytes": size}
        case DoubtRaised(job, reason):
            return "WARNING", "doubt_raised", _ids(job) | _because(reason)
        case LateProof(address, attempts):
            return "WARNING", "late_proof", {"printer": address, "attempts": attempts}
        case AttemptEnded(job, outcome):
            return "DEBUG", "attempt_ended", _ids(job) | {"outcome": type(outcome).__name__}
        case OutcomeRecorded(job, outcome, state):
            return _recorded(job, outcome, state)
        case RecordRefused(attempt_id, problem):
            return "ERROR", "record_refused", {"attempt_id": attempt_id, "problem": problem}
        case AttemptRescued(attempt_id, outcome):
            return "WARNING", "attempt_rescued", {"attempt_id": attempt_id, "outcome": type(outcome).__name__}
        case BacklogListed(address, waiting):
            return "WARNING", "backlog_listed", {"printer": address, "waiting": waiting}
        case AlarmTold(condition, telling, headline):
            return "ERROR", "alarm_told", {"condition": condition, "telling": telling, "says": headline}
        case AlarmOver(condition, headline):
            return "WARNING", "alarm_over", {"condition": condition, "says": headline}
        case WentElsewhereTold(address, printed):
            return "WARNING", "went_elsewhere_told", {"printer": address, "printed": printed}
        case AlertSent(service, place):
            return "INFO", "alert_sent", {"service": service, "place": place}
        case AlertNotSent(service, place, tries, is_given_up):
            failed: dict[str, Any] = {"service": service, "place": place, "tries": tries}
            return "ERROR", "alert_failed", failed | {"is_given_up": is_given_up}
        case GaveUp(address, tickets, reason):
            return "ERROR", "gave_up", {"printer": address, "tickets": tickets} | _because(reason)
        case TaskCrashed(task, error):
            return "ERROR", "task_crashed", {"task": task, "error": error}
        case LoopStalled(seconds, where):
            return "WARNING", "loop_stalled", {"seconds": round(seconds, 1), "where": where}
        case ClockJumped(seconds):
            return "WARNING", "clock_jumped", {"seconds": round(seconds, 1)}
        case LogLinesDropped(lines):
            return "WARNING", "log_lines_dropped", {"lines": lines}
        case LibraryWarned(library, message):
            return "WARNING", "library_warned", {"library": library, "message": message}
        case _:
            assert_never(fact)


def _recorded(job: Job, outcome: Outcome, state: JobState) -> Worded:
    what = "notice" if job.ticket_id is None else "ticket"
    match outcome:
        case Confirmed(evidence, is_cut):
            return "INFO", f"{what}_printed", _ids(job) | {"evidence": evidence, "is_cut": is_cut}
        case Unconfirmed(evidence):
            return "INFO", f"{what}_sent_unconfirmed", _ids(job) | {"evidence": evidence}
        case NotSent(reason):
            return "WARNING", f"{what}_not_sent", _ids(job) | {"job_state": state} | _because(reason)
        case Uncertain(reason):
            return "ERROR", f"{what}_uncertain", _ids(job) | {"job_state": state} | _because(reason)
        case _:
            assert_never(outcome)


def _ids(job: Job) -> dict[str, Any]:
    subject = {"ticket_id": job.ticket_id} if job.ticket_id is not None else {"notice_job_id": job.id}
    return subject | {
        "copy_no": job.copy_no,
        "station": job.station,
        "attempt_no": job.attempt_no,
        "attempt_id": job.attempt_id,
        "marked": job.marked,
    }


def _because(reason: Reason) -> dict[str, Any]:
    return {"reason": reason, "advice": WORDS[reason].advice}
