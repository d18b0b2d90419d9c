"""The rows of the model's tables, with the columns that decide something."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from kitchen_printer.database.routing import Printer
from kitchen_printer.decisions.outcome import Outcome
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import JobKind

ENDED: Final = frozenset({JobState.PRINTED, JobState.FAILED, JobState.CANCELLED})


@dataclass(slots=True)
class TicketRow:
    id: int
    bill_id: int
    station: str
    created_at: float
    is_void: bool = False
    is_expanded: bool = False
    status: str = "NEW"
    jobs: "list[JobRow]" = field(default_factory=list["JobRow"])


@dataclass(slots=True)
class JobRow:
    id: int
    kind: JobKind
    ticket: TicketRow | None
    copy_no: int
    station: str
    printer_id: int
    created_at: float
    state: JobState = JobState.WAITING
    attempts: int = 0
    spent: int = 0
    maybe_on_paper: bool = False
    waited_seconds: float = 0.0
    diverted_from: int | None = None
    diverted_for: str | None = None
    diverted_since: datetime | None = None
    failed_reason: Reason | None = None
    notice_key: str | None = None
    is_moved: bool = False
    settled_at: float | None = None


@dataclass(slots=True)
class AttemptRow:
    id: int
    job: JobRow
    attempt_no: int
    printer_id: int
    epoch: int
    owner: UUID
    marked: bool
    token_printed: str
    token_cut: str
    odometer: Odometer | None
    expected_cuts: int = 1
    outcome: str | None = None
    ended: Outcome | None = None
    settled_by: UUID | None = None
    began: float = 0.0
    ended_at: float | None = None
    """True times, whatever the database's clock said."""
    is_proved_late: bool = False


@dataclass(slots=True)
class PrinterRow:
    printer: Printer
    owner: UUID | None = None
    epoch: int = 0
    state: str = "unknown"
    state_epoch: int = 0
    passed_over_for: Reason | None = None
    passed_over_since: float = 0.0
