"""What happens in the service, as named values.

Every step tells a fact. One subscriber words them as log lines; tests subscribe to wait for a step instead of
sleeping, and to crash the process exactly there.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kitchen_printer.decisions.alarms import Telling
from kitchen_printer.decisions.history import Change
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Outcome
from kitchen_printer.decisions.paper_test import Finding
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.ticket import Job


@dataclass(frozen=True, slots=True)
class ServiceStarted:
    """The service runs; ``owner`` names this process in the database."""

    owner: str
    health_address: str


@dataclass(frozen=True, slots=True)
class ServiceStopping:
    """The service was asked to stop and finishes what is in flight."""

    tickets_in_flight: int


@dataclass(frozen=True, slots=True)
class ServiceStopped:
    """Everything is finished and handed back."""


@dataclass(frozen=True, slots=True)
class DatabaseLost:
    """The database does not answer; told once until it is back."""

    problem: str


@dataclass(frozen=True, slots=True)
class DatabaseBack:
    """The database answers again."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """Another database server, or a backup, has taken the place of the one before; so many open copies are in doubt.

    What was committed last may be missing where the change is doubtful or restored: these copies print marked.
    """

    change: Change
    timeline_before: int
    timeline: int
    copies_in_doubt: int


@dataclass(frozen=True, slots=True)
class AttemptVanished:
    """An attempt that was on record is there no more: the database lost it. This is how it ended."""

    attempt_id: int
    ticket_id: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class LanesChanged:
    """The printers that this replica serves are now these."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteRefused:
    """A row of ``station_printers`` cannot be used; the others are."""

    station: str
    problem: str


@dataclass(frozen=True, slots=True)
class SettingRefused:
    """A row of ``kitchen_settings``, ``stations`` or ``printers`` holds a value that cannot be used."""

    problem: str


@dataclass(frozen=True, slots=True)
class StationWithoutRoute:
    """Tickets for this station wait: no printer is configured for it, nor a default station."""

    station: str


@dataclass(frozen=True, slots=True)
class TicketsExpanded:
    """New tickets got their numbers and jobs."""

    tickets: int


@dataclass(frozen=True, slots=True)
class PrinterDown:
    """A printer cannot print now."""

    address: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class PrinterBack:
    """A printer can print again."""

    address: str
    after_seconds: float


@dataclass(frozen=True, slots=True)
class PrinterPaperLow:
    """A printer's sensor says that its roll is thin, told once per roll; it lasts for about so many tickets."""

    address: str
    tickets_left: int | None


@dataclass(frozen=True, slots=True)
class PrinterPassedOver:
    """A printer could not print for so long that its tickets go to the next one of their station, if there is one."""

    address: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class PrinterCameHome:
    """A printer that was passed over has been well for long enough: its tickets go to it again."""

    address: str


@dataclass(frozen=True, slots=True)
class TicketsRedirected:
    """Waiting tickets were moved to another printer; ``reason`` is a code, or came_home, or route_changed."""

    from_address: str
    to_address: str
    tickets: int
    reason: str


@dataclass(frozen=True, slots=True)
class LaneParked:
    """A lane failed again and again by a mistake of ours: its printer is parked until a person resumes it."""

    address: str
    problem: str


@dataclass(frozen=True, slots=True)
class PrinterProbed:
    """A printer was asked what it can prove; this is its level now."""

    address: str
    level: Level


@dataclass(frozen=True, slots=True)
class PrinterTested:
    """A test paper showed something about a printer; this is the level it earned."""

    address: str
    finding: Finding
    level: Level


@dataclass(frozen=True, slots=True)
class PrinterReady:
    """A printer passed every question of the preflight."""

    address: str


@dataclass(frozen=True, slots=True)
class TicketClaimed:
    """An attempt is on record; nothing of it was sent yet."""

    job: Job


@dataclass(frozen=True, slots=True)
class LayoutRefused:
    """The stored ticket cannot be laid out; ``error`` is the kind of error, never the content."""

    job: Job
    error: str


@dataclass(frozen=True, slots=True)
class TicketHandedOver:
    """The payload was given to the connection; from here on paper may come."""

    job: Job
    payload_bytes: int


@dataclass(frozen=True, slots=True)
class DoubtRaised:
    """Nobody knows whether the attempt printed; the printer is asked now."""

    job: Job
    reason: Reason


@dataclass(frozen=True, slots=True)
class LateProof:
    """The printer proved an attempt after it had been decided without proof."""

    address: str
    attempts: int


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """The attempt is over; nothing of its end is on record yet."""

    job: Job
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class OutcomeRecorded:
    """What became of the attempt and of its job is committed."""

    job: Job
    outcome: Outcome
    job_state: JobState


@dataclass(frozen=True, slots=True)
class RecordRefused:
    """The database refuses to store an outcome: a mistake of ours that must be seen."""

    attempt_id: int
    problem: str


@dataclass(frozen=True, slots=True)
class AttemptRescued:
    """An attempt that a vanished owner left open has an outcome now."""

    attempt_id: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class BacklogListed:
    """A printer that prints again prints a list first: so many tickets waited for it."""

    address: str
    waiting: int


@dataclass(frozen=True, slots=True)
class AlarmTold:
    """People are told that something stands in the kitchen's way, or still does."""

    condition: str
    telling: Telling
    headline: str


@dataclass(frozen=True, slots=True)
class AlarmOver:
    """People are told that something stands in the kitchen's way no more."""

    condition: str
    headline: str


@dataclass(frozen=True, slots=True)
class WentElsewhereTold:
    """A printer that is back prints what other printers made meanwhile: so many tickets."""

    address: str
    printed: int


@dataclass(frozen=True, slots=True)
class AlertSent:
    """An alarm went out to the address of that place in the configuration, ``service`` is its kind."""

    service: str
    place: int


@dataclass(frozen=True, slots=True)
class AlertNotSent:
    """An alarm could not be sent to an address; ``tries`` counts how often it was tried."""

    service: str
    place: int
    tries: int
    is_given_up: bool


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Tickets failed because their printer could not print for too long."""

    address: str
    tickets: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class TaskCrashed:
    """A part of the service failed in a way nobody foresaw; it is started again."""

    task: str
    error: str


@dataclass(frozen=True, slots=True)
class LoopStalled:
    """Nothing in this process moved for a while; ``where`` is the code it was in, when that was seen."""

    seconds: float
    where: str


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """This machine's wall clock was set, forwards or backwards, or the machine was asleep."""

    seconds: float


@dataclass(frozen=True, slots=True)
class LogLinesDropped:
    """Log lines are missing here: whoever reads the log was too slow."""

    lines: int


@dataclass(frozen=True, slots=True)
class LibraryWarned:
    """A library that we use, or Python itself, complains."""

    library: str
    message: str


Fact = (
    ServiceStarted
    | ServiceStopping
    | ServiceStopped
    | DatabaseLost
    | DatabaseBack
    | HistoryChanged
    | AttemptVanished
    | LanesChanged
    | RouteRefused
    | SettingRefused
    | StationWithoutRoute
    | TicketsExpanded
    | PrinterDown
    | PrinterBack
    | PrinterPaperLow
    | PrinterPassedOver
    | PrinterCameHome
    | TicketsRedirected
    | LaneParked
    | PrinterProbed
    | PrinterTested
    | PrinterReady
    | TicketClaimed
    | LayoutRefused
    | TicketHandedOver
    | DoubtRaised
    | LateProof
    | AttemptEnded
    | OutcomeRecorded
    | RecordRefused
    | AttemptRescued
    | BacklogListed
    | AlarmTold
    | AlarmOver
    | WentElsewhereTold
    | AlertSent
    | AlertNotSent
    | GaveUp
    | TaskCrashed
    | LoopStalled
    | ClockJumped
    | LogLinesDropped
    | LibraryWarned
)

Subscriber = Callable[[Fact], None]


class Announcer:
    """Tells each fact to every subscriber, in order, at once.

    A subscriber that fails is a mistake of ours and is shown, but costs no ticket anything.
    """

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self._subscribers = tuple(subscribers)

    def __call__(self, fact: Fact) -> None:
        for subscriber in self._subscribers:
            try:
                subscriber(fact)
            except Exception:  # printing goes on when telling about it does not
                logging.getLogger(__name__).exception("telling %s failed", type(fact).__name__)
