"""Every fact we log: its words and its level, in one place."""

import logging
import sys
from typing import Any, assert_never

import structlog

from kitchen_printer.config import Settings
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.service.facts import (
    AttemptEnded,
    AttemptRescued,
    DatabaseBack,
    DatabaseLost,
    DoubtRaised,
    Fact,
    GaveUp,
    LanesChanged,
    LateProof,
    LayoutRefused,
    OutcomeRecorded,
    PrinterBack,
    PrinterDown,
    PrinterProbed,
    PrinterReady,
    RecordRefused,
    RouteRefused,
    ServiceStarted,
    ServiceStopped,
    ServiceStopping,
    SettingRefused,
    StationWithoutRoute,
    Subscriber,
    TaskCrashed,
    TicketClaimed,
    TicketHandedOver,
    TicketsExpanded,
)


def open_log(settings: Settings) -> Subscriber:
    """Return the subscriber that writes facts to standard error."""
    # The pool warns at each try to connect; that the database is lost is told once, by a fact.
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level.upper()]
        ),
    )

    def write(fact: Fact) -> None:
        level, event, details = worded(fact)
        log.log(logging.getLevelNamesMapping()[level], event, **details)

    return write


Worded = tuple[str, str, dict[str, Any]]


def worded(fact: Fact) -> Worded:  # noqa: PLR0912  # one branch per fact is the point
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
        case PrinterProbed(address, level):
            return "INFO", "printer_probed", {"printer": address, "proof_level": level}
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
        case GaveUp(address, tickets, reason):
            return "ERROR", "gave_up", {"printer": address, "tickets": tickets} | _because(reason)
        case TaskCrashed(task, error):
            return "ERROR", "task_crashed", {"task": task, "error": error}
        case _:
            assert_never(fact)


def _recorded(job: Job, outcome: Outcome, state: JobState) -> Worded:
    what = "notice" if job.ticket_id is None else "ticket"
    match outcome:
        case Confirmed(evidence, is_cut):
            return "INFO", f"{what}_printed", _ids(job) | {"evidence": evidence, "is_cut": is_cut}
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
