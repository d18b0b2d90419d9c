"""How things stand, as of the last look: what ``/health`` shows without asking the database again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from time import monotonic
from typing import Any, Final

from kitchen_printer.database.jobs import Surroundings
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.service.facts import RouteRefused
from kitchen_printer.service.lane import Lane

STALE_SECONDS_MIN: Final = 15.0
"""Looking around takes at most two database deadlines; an older look means that nobody looks any more."""


class Overall(StrEnum):
    """The one word: all is well, people should look at something, or the service cannot work."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterView:
    """One printer of ours: how it stands and what waits for it."""

    address: str
    is_tried: bool
    trouble: Reason | None
    waiting: int
    oldest: datetime | None

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return what ``/health`` says of this printer."""
        words = WORDS[self.trouble] if self.trouble else None
        return {
            "address": self.address,
            "state": "down" if self.trouble else "ok" if self.is_tried else "unknown",
            "reason": self.trouble,
            "problem": words.sentence if words else None,
            "advice": words.advice if words else None,
            "waiting": self.waiting,
            "oldest_seconds": round((now - self.oldest).total_seconds(), 1) if self.oldest else None,
        }


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """One look's findings. Before the first look it says that nothing is known yet."""

    taken_at: float | None = None
    printers: tuple[PrinterView, ...] = ()
    tickets_failed: int = 0
    tickets_without_route: int = 0
    refused_routes: tuple[RouteRefused, ...] = ()
    database_problem: str | None = "not asked yet"
    good_for_seconds: float = STALE_SECONDS_MIN
    """How old it may get before it says nothing any more about how things stand."""

    @classmethod
    def of(
        cls,
        seen: Surroundings,
        lanes: Mapping[int, Lane],
        refused: tuple[RouteRefused, ...],
        *,
        taken_at: float,
        poll_seconds: float,
    ) -> "Snapshot":
        """Put a look at the database and what the lanes know together."""
        backlogs = {each.printer_id: each for each in seen.backlogs}
        views: list[PrinterView] = []
        for printer_id, lane in lanes.items():
            backlog = backlogs.get(printer_id)
            views.append(
                PrinterView(
                    address=lane.address,
                    is_tried=lane.is_tried,
                    trouble=lane.trouble,
                    waiting=backlog.open if backlog else 0,
                    oldest=backlog.oldest if backlog else None,
                )
            )
        return cls(
            taken_at=taken_at,
            printers=tuple(sorted(views, key=lambda each: each.address)),
            tickets_failed=seen.tickets_failed,
            tickets_without_route=seen.tickets_without_route,
            refused_routes=refused,
            database_problem=None,
            good_for_seconds=max(STALE_SECONDS_MIN, 3 * poll_seconds),
        )

    @property
    def age_seconds(self) -> float | None:
        """How long ago the look was; None before the first."""
        return None if self.taken_at is None else monotonic() - self.taken_at

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

    def as_json(self) -> dict[str, Any]:
        """Return the body of ``/health``."""
        now = datetime.now(UTC)
        return {
            "overall": self.overall,
            "age_seconds": None if self.age_seconds is None else round(self.age_seconds, 1),
            "database": {
                "state": "lost" if self.database_problem else "ok",
                "problem": self.database_problem,
            },
            "tickets_failed": self.tickets_failed,
            "tickets_without_route": self.tickets_without_route,
            "refused_routes": [
                {"station": each.station, "problem": each.problem} for each in self.refused_routes
            ],
            "printers": [each.as_json(now) for each in self.printers],
        }
