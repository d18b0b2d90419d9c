"""One printer's lane: what it prints on, whose it is, and how it stands. One ticket at a time."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import Final

from kitchen_printer.database.leases import Lease
from kitchen_printer.database.ledger import Settlement
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.database.routing import Printer
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.paper_test import PaperTested
from kitchen_printer.decisions.passed_over import DOUBTFUL_TICKETS_MAX, Condition, home_seconds
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.roll import Roll
from kitchen_printer.decisions.text import draws_nothing
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.printers.bands import Bands
from kitchen_printer.printers.connection import Line, PrinterConnection
from kitchen_printer.printers.encode import UnknownCodePageError, can_draw, codec_of
from kitchen_printer.service.facts import PrinterBack, PrinterDown, PrinterPaperLow, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What must be known of a printer to print on it."""

    level: Level
    paper: Paper
    code_page: str
    bands: Bands | None
    """The raster command it takes; None if it takes none."""


def device_of(printer: Printer) -> Device | Reason:
    """Return how to print on a configured printer, or why its configuration does not allow it."""
    if not printer.level.proves and printer.level_provenance != "pinned":
        return Reason.CANNOT_CONFIRM  # That a print is only assumed must be a person's decision.
    try:
        codec = codec_of(printer.code_page)
    except UnknownCodePageError:
        return Reason.MISCONFIGURED
    bands = None if printer.raster == "none" else printer.raster
    paper = Paper(columns=printer.columns, codec=codec, can_draw=can_draw if bands else draws_nothing)
    return Device(level=printer.level, paper=paper, code_page=printer.code_page, bands=bands)


PROBE_SECONDS_MAX = 30.0
"""From the end of a rest, the next probe of a lane with work has failed by then: connecting, asking, freeing."""

_WAS_AWAY = frozenset({Reason.UNREACHABLE, Reason.REFUSED, Reason.SILENT, Reason.CONNECTION_LOST})
"""After these another printer may stand at the address."""

_WAS_OFF = frozenset({Reason.UNREACHABLE, Reason.REFUSED})
"""After these somebody has switched it off and on: what it did before counts no more."""

_LEFT_UNPROVED = frozenset(
    {Reason.NO_CONFIRMATION, Reason.CONNECTION_LOST, Reason.POWER_LOST, Reason.PARTIAL, Reason.SILENT}
)
"""Doubts about which the printer said nothing itself."""

CRASHES_MAX: Final = 5
CRASHES_SECONDS: Final = 60.0
"""A lane that fails so often in so short a time by a mistake of ours is parked: a person must look."""


@dataclass(slots=True, kw_only=True)
class Lane:
    """What this process knows of one of its lanes. Times are monotonic seconds."""

    printer: Printer
    lease: Lease
    device: Device | Reason
    announce: Subscriber
    is_acquainted: bool = False
    """Whether the printer was asked who it is since it was last away."""

    is_new: bool = True
    """Whether we never looked at what waits for it."""

    returns_until: float = 0.0
    """Until when what waits for it counts as having waited for its return."""

    trouble: Reason | None = None
    since: float = 0.0
    """When its trouble began, or ended; when it was first seen, if it had none."""

    answers: int = 0
    """How often it was found able since then."""

    roll: Roll = field(default_factory=Roll)
    """What is known of its paper."""

    doubtful_tickets: list[int] = field(default_factory=list[int])
    """Different tickets in a row that it took without confirming."""

    doubted_at: float = 0.0
    passed_over_for: Reason | None = None
    """Why tickets go past this printer to the next; None while they go to it."""

    asks_again_at: float = 0.0
    """When a printer that is passed over and answered is to answer again."""

    waiting: int = 0
    """How many jobs waited for it at the last look."""

    job: Job | None = None
    """What is on its way to the printer now."""

    unrecorded: Job | None = None
    """A job whose attempt is on record and its outcome nowhere yet: it must end on record, whatever fails meanwhile."""

    recording: asyncio.Future[Settlement | None] | None = None
    """The outcome of the ticket before, handed in and on its way to the disk."""

    crashed_at: deque[float] = field(default_factory=lambda: deque[float](maxlen=CRASHES_MAX))
    is_tried: bool = False
    """Whether we have seen how the printer stands."""

    is_down_on_record: bool = False
    """Whether the record says, from before we looked, that it cannot print."""

    failures: int = 0
    rests_until: float = 0.0
    last_failure: float | None = None
    line: PrinterConnection | None = None
    kept_line: Line | None = None
    """The line of the ticket before, kept for one that follows at once."""

    line_until: float = 0.0
    """Until when tickets may follow each other on the line."""

    takes_more_on_a_line: bool = True
    """Whether the printer takes a second ticket on one line."""

    has_refused_to_follow: bool = False
    """Whether it did not say yes on the kept line; a new one tells whether that was the line's fault."""

    abandoned: list[Abandoned] = field(default_factory=list[Abandoned])
    """Attempts that an earlier owner of the lane left open: to be settled before anything is printed."""

    tested: tuple[int, PaperTested] | None = None
    """A paper test that has just ended, with its job: to be judged before anything else is printed."""

    late_tokens: list[str] = field(default_factory=list[str])
    """Echoes that came after their attempt had been decided: to be put on record."""

    is_hinted: bool = False
    """Work was seen for this lane since it last claimed."""

    @property
    def address(self) -> str:
        """Where the printer is, ``host:port``."""
        return self.printer.address

    def went_down(self, reason: Reason) -> None:
        """Note that the printer cannot print; people are told when that is news."""
        self.is_tried = True
        self.returns_until = inf
        if reason in _WAS_AWAY:
            self.is_acquainted = False
        if reason in _WAS_OFF:
            self.doubtful_tickets.clear()
        if self.trouble is reason:
            return
        if self.trouble is None:
            self.since = monotonic()
        self.trouble = reason
        self.announce(PrinterDown(self.address, reason))

    def came_back(self) -> None:
        """Note that the printer can print; people are told when it could not before."""
        if not self.is_tried:
            self.is_tried, self.since = True, monotonic()
        self.failures = 0
        self.last_failure = None
        if self.trouble is not None:
            self.trouble = None
            self.announce(PrinterBack(self.address, monotonic() - self.since))
            self.since, self.answers = monotonic(), 0
        self.answers += 1

    def looked_at_paper(self, is_near_end: bool | None) -> None:
        """Note what the sensor of the roll says; people are told once of a roll that is thin."""
        was_low, self.roll = self.roll.is_low, self.roll.looked_at(is_near_end)
        if self.roll.low is not None and not was_low:
            self.announce(PrinterPaperLow(self.address, self.roll.low.tickets_left))

    def resumed(self) -> None:
        """Begin anew after somebody parked the printer: nothing that was before counts."""
        self.trouble = self.passed_over_for = None
        self.is_tried = False
        self.rests_until = 0.0
        self.failures = 0
        self.doubtful_tickets.clear()
        self.crashed_at.clear()

    def left_in_doubt(self, ticket_id: int | None, reason: Reason) -> None:
        """Note that nobody knows whether a ticket came out of it."""
        if ticket_id is None or reason not in _LEFT_UNPROVED:
            return
        self.doubted_at = monotonic()
        if ticket_id not in self.doubtful_tickets:
            self.doubtful_tickets = [*self.doubtful_tickets, ticket_id][-DOUBTFUL_TICKETS_MAX:]

    def confirmed(self) -> None:
        """Note that it confirmed a ticket."""
        self.doubtful_tickets.clear()

    def crashed(self) -> bool:
        """Note a failure that is ours; return whether there were too many lately."""
        self.crashed_at.append(monotonic())
        return (
            len(self.crashed_at) == CRASHES_MAX and self.crashed_at[-1] - self.crashed_at[0] < CRASHES_SECONDS
        )

    @property
    def condition(self) -> Condition:
        """How the printer was found, for deciding whether tickets go to it."""
        return Condition(
            trouble=self.trouble,
            since=self.since,
            answers=self.answers,
            doubtful_tickets=len(self.doubtful_tickets),
            doubted_at=self.doubted_at,
        )

    def ask_again(self, failover_seconds: float) -> None:
        """Note that a printer which is passed over answered, and when it is to answer the next time."""
        self.asks_again_at = monotonic() + home_seconds(failover_seconds)

    @property
    def is_worth_asking(self) -> bool:
        """Whether to ask the printer how it is although nothing waits for it: else it would never come home."""
        if self.printer.parked:
            return False
        if self.is_down_on_record and not self.is_tried:
            return True  # Tickets go past it, and people are told that it is down, until somebody has seen better.
        is_due = self.passed_over_for is not None and monotonic() >= self.asks_again_at
        return self.trouble is not None or is_due

    def rest(self, seconds: float, *, poll_seconds: float) -> float:
        """Rest after a failure. Returns how long the lane was seen unable since the failure before.

        That is 0 after the first one, and 0 when nobody looked meanwhile because nothing was due or the database
        was away: only time that somebody watched may be held against a ticket.
        """
        now = monotonic()
        watched_until = self.rests_until + poll_seconds + PROBE_SECONDS_MAX
        is_watched = self.last_failure is not None and now <= watched_until
        unable = now - self.last_failure if self.last_failure is not None and is_watched else 0.0
        self.last_failure = now
        self.rests_until = now + seconds
        return unable

    def hang_up(self, reason: Reason) -> None:
        """End what is going on with the printer now; the attempt's outcome says how far it got."""
        if self.line is not None:
            self.line.hang_up(reason)

    async def recorded(self) -> None:
        """Return when the outcome of the ticket before is on record."""
        if self.recording is not None:
            await self.recording
            self.recording = None

    def revoke(self, reason: Reason | None = None) -> None:
        """Take the ticket back that a stopped printer has; the attempt's outcome says whether it gave it up."""
        if self.line is not None:
            self.line.revoke(reason)

    @property
    def is_resting(self) -> bool:
        """Whether the lane still rests after a failure."""
        return monotonic() < self.rests_until
