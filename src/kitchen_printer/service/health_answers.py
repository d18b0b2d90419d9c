"""What the health port says, path by path, from what was seen last."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from kitchen_printer.service.health import Answer
from kitchen_printer.service.observer import Seen
from kitchen_printer.service.snapshot import Overall, Snapshot

REACHED_SECONDS_MAX: Final = 15.0
"""A service that has not seen its database for so long is not ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers to the four paths. Nothing here waits, and nothing asks the database."""

    snapshot: Callable[[], Snapshot]
    seen: Callable[[], Seen | None]
    is_alive: Callable[[], bool]
    is_stopping: Callable[[], bool]
    metrics: Callable[[], bytes]
    metrics_type: str

    def __call__(self, path: str) -> Answer:
        """Answer one of the known paths."""
        match path:
            case "/livez":
                return _json(self.is_alive(), {"alive": self.is_alive()})
            case "/readyz":
                return self._readiness()
            case "/metrics":
                return Answer(HTTPStatus.OK, self.metrics_type, self.metrics())
            case _:
                return self._health()

    def _readiness(self) -> Answer:
        snapshot, seen = self.snapshot(), self.seen()
        if self.is_stopping():
            why = "the service stops"
        elif snapshot.database_problem is not None:
            why = snapshot.database_words.sentence
        elif seen is None or seen.age_seconds > REACHED_SECONDS_MAX:
            why = f"the database has not been seen for {REACHED_SECONDS_MAX:.0f} s"
        else:
            return _json(True, {"ready": True})
        return _json(False, {"ready": False, "reason": why})

    def _health(self) -> Answer:
        snapshot, seen = self.snapshot(), self.seen()
        works = snapshot.overall is not Overall.FAILING
        return _json(works, snapshot.as_json(seen))


def _json(is_well: bool, body: dict[str, Any]) -> Answer:
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status, "application/json", json.dumps(body).encode() + b"\n")
