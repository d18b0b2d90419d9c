"""One printer's lane: what it prints on, whose it is, and how it stands. One ticket at a time."""

from dataclasses import dataclass, field
from time import monotonic

from kitchen_printer.database.leases import Lease
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.database.routing import Printer
from kitchen_printer.decisions.delivery_table import Level
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import PrinterConnection
from kitchen_printer.printers.encode import UnknownCodePageError, codec_of
from kitchen_printer.service.facts import PrinterBack, PrinterDown, Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What must be known of a printer to print on it."""

    level: Level
    paper: Paper
    code_page: str


def device_of(printer: Printer) -> Device | Reason:
    """Return how to print on a configured printer, or why its configuration does not allow it."""
    if printer.level not in [*Level]:
        return Reason.CANNOT_CONFIRM
    try:
        paper = Paper(columns=printer.columns, codec=codec_of(printer.code_page))
    except UnknownCodePageError:
        return Reason.MISCONFIGURED
    return Device(level=Level(printer.level), paper=paper, code_page=printer.code_page)


PROBE_SECONDS_MAX = 30.0
"""From the end of a rest, the next probe of a lane with work has failed by then: connecting, asking, freeing."""

_WAS_AWAY = frozenset({Reason.UNREACHABLE, Reason.REFUSED, Reason.SILENT, Reason.CONNECTION_LOST})
"""After these another printer may stand at the address."""


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
    is_returning: bool = False
    """Whether we never looked at what waits for it, and whether it was down since we last did."""

    trouble: Reason | None = None
    trouble_since: float = 0.0
    is_tried: bool = False
    failures: int = 0
    rests_until: float = 0.0
    last_failure: float | None = None
    line: PrinterConnection | None = None
    abandoned: list[Abandoned] = field(default_factory=list[Abandoned])
    """Attempts that an earlier owner of the lane left open: to be settled before anything is printed."""

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
        self.is_tried = self.is_returning = True
        if reason in _WAS_AWAY:
            self.is_acquainted = False
        if self.trouble is reason:
            return
        if self.trouble is None:
            self.trouble_since = monotonic()
        self.trouble = reason
        self.announce(PrinterDown(self.address, reason))

    def came_back(self) -> None:
        """Note that the printer can print; people are told when it could not before."""
        self.is_tried = True
        self.failures = 0
        self.last_failure = None
        if self.trouble is not None:
            self.trouble = None
            self.announce(PrinterBack(self.address, monotonic() - self.trouble_since))

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

    def revoke(self, reason: Reason | None = None) -> None:
        """Take the ticket back that a stopped printer has; the attempt's outcome says whether it gave it up."""
        if self.line is not None:
            self.line.revoke(reason)

    @property
    def is_resting(self) -> bool:
        """Whether the lane still rests after a failure."""
        return monotonic() < self.rests_until
