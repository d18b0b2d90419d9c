"""What alarms are judged by: the kitchen at one moment, as the record has it."""

from dataclasses import dataclass
from datetime import datetime

from kitchen_printer.decisions.notice import Listed
from kitchen_printer.decisions.reason import Reason

STATIONS_NAMED_MAX = 3
"""A printer of more stations than this is called by its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterSight:
    """One printer as the record has it: ``reason`` and ``since`` tell why it is down, ``answers`` whether it was
    found able when somebody last looked, ``oldest`` since when a ticket waits for it, ``is_served`` whether a living
    service looks after it, ``paper_low_since`` since when its roll is thin and ``paper_low_tickets`` for about how many
    tickets it lasts. A printer that was down and answers is down until its tickets come to it again."""

    printer_id: int
    address: str
    stations: tuple[str, ...]
    is_ready: bool
    is_down: bool
    answers: bool
    is_served: bool
    is_parked: bool
    reason: Reason | None
    since: datetime
    waiting: int
    oldest: datetime | None
    paper_low_since: datetime | None = None
    paper_low_tickets: int | None = None

    @property
    def name(self) -> str:
        """What people call it: the stations it serves, where these are few."""
        return "/".join(self.stations) if 0 < len(self.stations) <= STATIONS_NAMED_MAX else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSight:
    """One station with tickets that are not on paper: since when the oldest waits, and when one was printed last.

    ``is_routed`` says that its tickets have a way to paper, ``printers`` which printers they wait for.
    """

    station: str
    is_routed: bool
    waiting: int
    oldest: datetime
    last_printed: datetime | None
    printers: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """One ticket that waits for a person since a moment: it failed, or it is held."""

    ticket_id: int
    since: datetime
    listed: Listed
    reason: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRecord:
    """When the database was last replaced by one that may lack its newest part, and how many copies that left open."""

    at: datetime
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The kitchen at one moment; ``watched_since`` is how long a service has been looking after it."""

    now: datetime
    watched_since: datetime
    printers: tuple[PrinterSight, ...]
    stations: tuple[StationSight, ...]
    failed: tuple[Troubled, ...]
    held: tuple[Troubled, ...]
    broken: BrokenRecord | None = None
