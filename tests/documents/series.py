"""Every metric that exists, as Prometheus sees it, from a service's own registry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kitchen_printer.service.gauges import COUNTERS, GAUGES, Sources
from kitchen_printer.service.health import Answer, Health
from kitchen_printer.service.metrics import Metrics
from kitchen_printer.service.snapshot import Snapshot

PROCESS: Final = {
    "process_cpu_seconds_total": "Processor time.",
    "process_open_fds": "Open descriptors.",
    "process_max_fds": "How many may be open.",
    "process_resident_memory_bytes": "Memory in use.",
    "process_virtual_memory_bytes": "Memory reserved.",
    "process_start_time_seconds": "When the process started.",
}
"""What the client library adds by itself; these names are the same for every program."""


@dataclass(frozen=True, slots=True)
class Series:
    """One metric by the name that a query uses, without the suffixes of a histogram."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def queried_as(self) -> tuple[str, ...]:
        """The names that a query may use."""
        if self.kind == "histogram":
            return tuple(f"{self.name}_{suffix}" for suffix in ("bucket", "count", "sum"))
        return (self.name,)


def nothing_seen() -> Metrics:
    """Metrics of a service that has seen nothing yet."""

    def answer(_: str) -> Answer:
        raise AssertionError("nobody asks")

    return Metrics(
        Sources(
            snapshot=Snapshot,
            seen=lambda: None,
            lag_seconds=float,
            health=lambda: Health(answer, []),
            log_lines_dropped=int,
            started_at=0.0,
        )
    )


def every_series() -> list[Series]:
    """Return every metric, by name."""
    return sorted(_collected(), key=lambda each: each.name)


def _collected() -> Iterator[Series]:
    metrics = nothing_seen()
    labels = {**{name: each[1] for name, each in (GAUGES | COUNTERS).items()}, **metrics.labels}
    for family in metrics.registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        meaning = PROCESS.get(name, family.documentation)
        yield Series(name, family.type, labels.get(family.name, ()), meaning)
