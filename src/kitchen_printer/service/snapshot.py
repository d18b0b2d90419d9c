"""How things stand, as of the last look: what ``/health`` shows without asking the database again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Any, Final

from kitchen_printer.database.connection import DatabaseTrouble
from kitchen_printer.database.history import LastChange
from kitchen_printer.database.standing import StationStanding
from kitchen_printer.database.surroundings import Surroundings
from kitchen_printer.decisions.level import Level, Provenance, standing
from kitchen_printer.decisions.reason import WORDS, Reason, Words
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.service.facts import RouteRefused
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.observer import Seen

STALE_SECONDS_MIN: Final = 15.0
"""Looking around takes at most two database deadlines; an older look means that nobody looks any more."""


class Overall(StrEnum):
    """The one word: all is well, people should look at something, or the service cannot work."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterView:
    """One printer of ours and how it stands."""

    id: int
    address: str
    is_in_use: bool
    """Whether a route names it or something waits for it; what is wrong with others concerns nobody."""

    is_tried: bool
    trouble: Reason | None
    is_down: bool
    is_passed_over: bool
    level: Level
    level_provenance: Provenance
    paper_low: PaperLow | None

    def backlog(self, seen: Seen | None) -> tuple[int, float | None]:
        """Return how many jobs wait for it, and the age of the oldest."""
        each = seen.printers.get(self.id) if seen else None
        if seen and each:
            return each.waiting, round(seen.age_now(each.oldest_seconds), 1)
        return 0, None

    def as_json(self, seen: Seen | None) -> dict[str, Any]:
        """Return what ``/health`` says of this printer."""
        words = WORDS[self.trouble] if self.trouble else None
        waiting, oldest = self.backlog(seen)
        return {
            "address": self.address,
            "state": self._state,
            "is_passed_over": self.is_passed_over,
            "reason": self.trouble,
            "problem": words.sentence if words else None,
            "advice": words.advice if words else None,
            "level": self.level,
            "proof": standing(self.level, self.level_provenance),
            "is_paper_low": self.paper_low is not None,
            "tickets_left": self.paper_low.tickets_left if self.paper_low else None,
            "waiting": waiting,
            "oldest_seconds": oldest,
        }

    @property
    def _state(self) -> str:
        if not self.is_in_use:
            return "unused"
        if self.trouble is Reason.PARKED:
            return "parked"
        if self.is_down:
            return "down"
        if self.is_passed_over:
            return "passed over"  # It answers again; its tickets come home when that lasts.
        return "ok" if self.is_tried else "unknown"


DATABASE_WORDS: Final = {
    DatabaseTrouble.AWAY: Words(
        "The database does not answer.",
        "See that PostgreSQL runs and that this machine reaches it; the service goes on by itself.",
    ),
    DatabaseTrouble.REFUSES: Words(
        "The database refuses the service.",
        "The log has the database's own words: check the login, the database's name and its number of connections.",
    ),
    DatabaseTrouble.NOT_MIGRATED: Words(
        "The database lacks tables or rights that this version needs: run kitchen-printer migrate.",
        "Then give the service's login the role kitchen_service; kitchen-printer check names what is missing.",
    ),
    DatabaseTrouble.LOSES_SESSIONS: Words(
        "Between the service and PostgreSQL is a pooler that changes the session after each transaction.",
        "Connect to PostgreSQL itself, or set the pooler to session mode for this login.",
    ),
}
"""What anybody may read of a lost database: the driver's words, with hosts and users in them, are for the log."""

NOT_ASKED: Final = Words("not asked yet", "Wait a second.")


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """One look's findings. Before the first look it says that nothing is known yet."""

    taken_at: float | None = None
    printers: tuple[PrinterView, ...] = ()
    tickets_failed: int = 0
    tickets_without_route: int = 0
    refused_routes: tuple[RouteRefused, ...] = ()
    database_problem: str | None = NOT_ASKED.sentence
    database_trouble: DatabaseTrouble | None = None
    last_change: LastChange | None = None
    """When another database server, or a backup, last took the place of the one before."""

    good_for_seconds: float = STALE_SECONDS_MIN
    """How old it may get before it says nothing any more about how things stand."""

    @classmethod
    def of(
        cls,
        seen: Surroundings,
        lanes: Mapping[int, Lane],
        routed: Collection[int],
        refused: tuple[RouteRefused, ...],
        *,
        taken_at: float,
        poll_seconds: float,
    ) -> "Snapshot":
        """Put a look at the database and what the lanes know together; ``routed`` are the printers that routes name."""
        views = [
            _view(lane, is_in_use=printer_id in routed or lane.waiting > 0)
            for printer_id, lane in lanes.items()
        ]
        return cls(
            taken_at=taken_at,
            printers=tuple(sorted(views, key=lambda each: each.address)),
            tickets_failed=seen.tickets_failed,
            tickets_without_route=seen.tickets_without_route,
            refused_routes=refused,
            database_problem=None,
            last_change=seen.history.last_change,
            good_for_seconds=max(STALE_SECONDS_MIN, 3 * poll_seconds),
        )

    @property
    def age_seconds(self) -> float | None:
        """How long ago the look was; None before the first."""
        return None if self.taken_at is None else monotonic() - self.taken_at

    def age_with(self, seen: Seen | None) -> float | None:
        """The age of the older of both looks, this one and that at the kitchen as a whole; None before both."""
        if self.age_seconds is None or seen is None:
            return None
        return max(self.age_seconds, seen.age_seconds)

    @property
    def database_words(self) -> Words:
        """What to say of a database that does not do what is asked."""
        return DATABASE_WORDS[self.database_trouble] if self.database_trouble else NOT_ASKED

    @property
    def overall(self) -> Overall:
        """Judge: a lost database or no fresh look stops everything; printers and stranded tickets need people."""
        is_stale = self.age_seconds is None or self.age_seconds > self.good_for_seconds
        if self.database_problem is not None or is_stale:
            return Overall.FAILING
        needs_people = self.tickets_failed or self.tickets_without_route or self.refused_routes
        if needs_people or any(each.trouble for each in self.printers):
            return Overall.DEGRADED
        return Overall.OK

    def as_json(self, seen: Seen | None) -> dict[str, Any]:
        """Return the body of ``/health``; ``seen`` is the last look at the kitchen as a whole."""
        standing = seen.standing if seen else None
        age = self.age_with(seen)
        return {
            "overall": self.overall,
            "age_seconds": None if age is None else round(age, 1),
            "database": {
                "state": "lost" if self.database_problem else "ok",
                "problem": self.database_words.sentence if self.database_problem else None,
                "advice": self.database_words.advice if self.database_problem else None,
                "schema_version": standing.schema_version if standing else None,
                "last_change": _change(self.last_change) if self.last_change else None,
            },
            "tickets_waiting": standing.tickets_new + standing.tickets_printing if standing else None,
            "tickets_failed": self.tickets_failed,
            "tickets_without_route": self.tickets_without_route,
            "stations": [_station(each, seen) for each in standing.stations] if seen and standing else [],
            "refused_routes": [
                {"station": each.station, "problem": each.problem} for each in self.refused_routes
            ],
            "printers": [each.as_json(seen) for each in self.printers],
        }


def _view(lane: Lane, *, is_in_use: bool) -> PrinterView:
    trouble = Reason.PARKED if lane.printer.parked else lane.trouble or lane.passed_over_for
    return PrinterView(
        id=lane.printer.id,
        address=lane.address,
        is_in_use=is_in_use,
        is_tried=lane.is_tried,
        trouble=trouble if is_in_use else None,
        is_down=lane.trouble is not None,
        is_passed_over=lane.passed_over_for is not None,
        level=lane.printer.level,
        level_provenance=lane.printer.level_provenance,
        paper_low=lane.roll.low,
    )


def _change(last: LastChange) -> dict[str, Any]:
    return {"at": last.at.isoformat(), "change": last.change, "copies_in_doubt": last.copies_in_doubt}


def _station(each: StationStanding, seen: Seen) -> dict[str, Any]:
    return {
        "station": each.station,
        "waiting": each.waiting,
        "held": each.held,
        "oldest_seconds": round(seen.age_now(each.oldest_seconds), 1) if each.waiting else None,
    }
