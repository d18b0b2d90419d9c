"""The metrics that are read when they are asked for: from the last look, never from the database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Final

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from kitchen_printer.service.health import Health
from kitchen_printer.service.observer import Seen
from kitchen_printer.service.snapshot import Overall, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the values come from. Nothing here waits."""

    snapshot: Callable[[], Snapshot]
    seen: Callable[[], Seen | None]
    lag_seconds: Callable[[], float]
    health: Callable[[], Health]
    log_lines_dropped: Callable[[], int]
    started_at: float


GAUGES: Final = {
    "kitchen_up": ("2 when all is well, 1 when people should look at something, 0 when nothing can print.", ()),
    "kitchen_snapshot_age_seconds": ("How old what is shown here is; it grows while the database is away.", ()),
    "kitchen_database_up": ("Whether the database does what it is asked.", ()),
    "kitchen_database_clock_offset_seconds": (
        "How far this machine's clock is ahead of the database's.",
        (),
    ),
    "kitchen_schema_version": ("The version of the contract in the database.", ()),
    "kitchen_replicas": ("Services that gave a sign of life lately.", ()),
    "kitchen_lanes": ("Printers that this replica serves.", ()),
    "kitchen_tickets": (
        "Tickets that are not proved on paper, by state; FAILED ones stay until reprinted or pruned.",
        ("state",),
    ),
    "kitchen_oldest_unprinted_seconds": ("The age of the oldest ticket that is neither printed nor failed.", ()),
    "kitchen_tickets_without_route": ("Tickets that wait because their station has no printer.", ()),
    "kitchen_routes_refused": ("Rows of station_printers that cannot be used.", ()),
    "kitchen_station_waiting": ("Tickets of a station that are neither printed nor failed.", ("station",)),
    "kitchen_station_oldest_seconds": ("The age of a station's oldest such ticket, 0 if none.", ("station",)),
    "kitchen_station_held": ("Copies that wait for a person to say whether they printed.", ("station",)),
    "kitchen_printer_up": ("1 if the printer can print, 0 if not; unknown and unused ones are absent.", ("printer",)),
    "kitchen_printer_trouble": ("1 for the reason why a printer cannot print.", ("printer", "reason")),
    "kitchen_printer_waiting": ("Jobs that wait for a printer.", ("printer",)),
    "kitchen_printer_oldest_seconds": ("The age of a printer's oldest such job, 0 if none.", ("printer",)),
    "kitchen_loop_lag_seconds": ("By how much the event loop was late at worst in the last 15 to 30 s.", ()),
}  # fmt: skip
"""Every gauge: its meaning and its labels."""

COUNTERS: Final = {
    "kitchen_health_answers": ("Requests on the health port that were answered.", ("status",)),
    "kitchen_health_closed": ("Connections to the health port that got no answer.", ("why",)),
    "kitchen_log_lines_dropped": ("Log lines that nobody took in time.", ()),
}
"""Counters that others keep."""


class Gauges:
    """Writes down what is known at the moment it is asked."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def described(self) -> Iterator[Metric]:
        """Return every metric without a value."""
        for name, (meaning, labels) in GAUGES.items():
            yield GaugeMetricFamily(name, meaning, labels=labels)
        for name, (meaning, labels) in COUNTERS.items():
            yield CounterMetricFamily(name, meaning, labels=labels)

    def collect(self) -> Iterator[Metric]:
        """Return every metric with what is known now; what is not known yet has no value."""
        metrics = {each.name: each for each in self.described()}
        for name, labels, value in self._values():
            metric = metrics[name]
            label_names = GAUGES.get(name, COUNTERS.get(name, ("", ())))[1]
            suffix = "_total" if name in COUNTERS else ""
            metric.add_sample(name + suffix, dict(zip(label_names, labels, strict=True)), value)
        yield from metrics.values()

    def _values(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        snapshot, seen, health = self._sources.snapshot(), self._sources.seen(), self._sources.health()
        yield from _of_snapshot(snapshot, seen)
        age = snapshot.age_with(seen)
        never = monotonic() - self._sources.started_at
        yield "kitchen_snapshot_age_seconds", (), never if age is None else age
        yield "kitchen_loop_lag_seconds", (), self._sources.lag_seconds()
        yield "kitchen_log_lines_dropped", (), self._sources.log_lines_dropped()
        for status, times in health.answered.copy().items():
            yield "kitchen_health_answers", (str(int(status)),), times
        for why, times in health.closed.copy().items():
            yield "kitchen_health_closed", (why,), times
        if seen is not None:
            yield from _of_kitchen(seen)


def _of_snapshot(snapshot: Snapshot, seen: Seen | None) -> Iterator[tuple[str, tuple[str, ...], float]]:
    yield "kitchen_up", (), {Overall.OK: 2, Overall.DEGRADED: 1, Overall.FAILING: 0}[snapshot.overall]
    yield "kitchen_database_up", (), snapshot.database_problem is None
    yield "kitchen_lanes", (), len(snapshot.printers)
    yield "kitchen_tickets_without_route", (), snapshot.tickets_without_route
    yield "kitchen_routes_refused", (), len(snapshot.refused_routes)
    for view in snapshot.printers:
        waiting, oldest = view.backlog(seen)
        yield "kitchen_printer_waiting", (view.address,), waiting
        yield "kitchen_printer_oldest_seconds", (view.address,), oldest or 0
        if view.is_tried and view.is_in_use:
            yield "kitchen_printer_up", (view.address,), view.trouble is None
        if view.trouble is not None:
            yield "kitchen_printer_trouble", (view.address, view.trouble), 1


def _of_kitchen(seen: Seen) -> Iterator[tuple[str, tuple[str, ...], float]]:
    standing = seen.standing
    yield "kitchen_database_clock_offset_seconds", (), seen.clock_offset
    yield "kitchen_schema_version", (), standing.schema_version
    yield "kitchen_replicas", (), standing.replicas
    yield "kitchen_tickets", ("NEW",), standing.tickets_new
    yield "kitchen_tickets", ("PRINTING",), standing.tickets_printing
    yield "kitchen_tickets", ("FAILED",), standing.tickets_failed
    has_unprinted = standing.tickets_new + standing.tickets_printing
    yield (
        "kitchen_oldest_unprinted_seconds",
        (),
        seen.age_now(standing.oldest_seconds) if has_unprinted else 0,
    )
    for each in standing.stations:
        yield "kitchen_station_waiting", (each.station,), each.waiting
        oldest = seen.age_now(each.oldest_seconds) if each.waiting else 0
        yield "kitchen_station_oldest_seconds", (each.station,), oldest
        yield "kitchen_station_held", (each.station,), each.held
