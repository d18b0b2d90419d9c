"""The dashboard, as Grafana imports it: the question of the evening first, its causes below."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

DASHBOARD: Final = "deploy/grafana/kitchen-printer.json"
_WIDTH: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel: a question, and the queries that answer it, each with the words of its legend."""

    title: str
    kind: Literal["stat", "timeseries", "table"]
    queries: dict[str, str]
    width: int
    unit: str = "short"
    help: str = ""
    bad_from: float | None = None


PANELS: Final = (
    Panel(title="Is every ticket getting to paper?", kind="stat", width=6, queries={"": "min(kitchen_up)"},
          help="2: yes. 1: people should look at something. 0: nothing can print."),
    Panel(title="Oldest ticket that is not on paper", kind="stat", width=6, unit="s", bad_from=60,
          queries={"": "max(kitchen_oldest_unprinted_seconds)"}),
    Panel(title="Given up", kind="stat", width=4, bad_from=1,
          queries={"": 'max(kitchen_tickets{state="FAILED"})'}),
    Panel(title="Held for a person", kind="stat", width=4, bad_from=1,
          queries={"": "sum(max by (station) (kitchen_station_held))"}),
    Panel(title="Without a route", kind="stat", width=4, bad_from=1,
          queries={"": "max(kitchen_tickets_without_route)"}),
    Panel(title="Printers that cannot print, and why", kind="table", width=12,
          queries={"": "max by (printer, reason) (kitchen_printer_trouble) == 1"}),
    Panel(title="Oldest unprinted ticket by station", kind="timeseries", width=12, unit="s",
          queries={"{{station}}": "max by (station) (kitchen_station_oldest_seconds)"}),
    Panel(title="Waiting by station", kind="timeseries", width=12,
          queries={"{{station}}": "max by (station) (kitchen_station_waiting)"}),
    Panel(title="Waiting by printer", kind="timeseries", width=12,
          queries={"{{printer}}": "max by (printer) (kitchen_printer_waiting)"}),
    Panel(title="From order to paper", kind="timeseries", width=12, unit="s", queries={
        "half of them": "histogram_quantile(0.5, sum by (le) (rate(kitchen_delivery_seconds_bucket[5m])))",
        "19 of 20": "histogram_quantile(0.95, sum by (le) (rate(kitchen_delivery_seconds_bucket[5m])))"}),
    Panel(title="Tickets a minute", kind="timeseries", width=12, queries={
        "claimed": "60 * sum(rate(kitchen_claims_total[5m]))",
        "proved": '60 * sum(rate(kitchen_attempts_total{outcome="CONFIRMED"}[5m]))'}),
    Panel(title="Attempts that did not print for certain", kind="timeseries", width=12,
          queries={"{{outcome}} {{reason}}":
                   'sum by (outcome, reason) (increase(kitchen_attempts_total{outcome!="CONFIRMED"}[15m]))'}),
    Panel(title="Proved by", kind="timeseries", width=12, queries={
        "{{evidence}}": 'sum by (evidence) (increase(kitchen_attempts_total{outcome="CONFIRMED"}[15m]))'}),
    Panel(title="Papers with a mark", kind="timeseries", width=12, queries={
        "{{mark}}": 'sum by (mark) (increase(kitchen_papers_sent_total{mark!=""}[15m]))'}),
    Panel(title="Troubles of printers", kind="timeseries", width=12, queries={
        "{{reason}}": "sum by (reason) (increase(kitchen_printer_troubles_total[15m]))",
        "passed over: {{reason}}": "sum by (reason) (increase(kitchen_printers_passed_over_total[15m]))",
        "tickets moved: {{reason}}": "sum by (reason) (increase(kitchen_tickets_redirected_total[15m]))"}),
    Panel(title="Database", kind="timeseries", width=8, queries={
        "up": "max(kitchen_database_up)", "losses": "sum(increase(kitchen_database_losses_total[15m]))"}),
    Panel(title="Age of these figures", kind="timeseries", width=8, unit="s", queries={
        "{{instance}}": "kitchen_snapshot_age_seconds"}),
    Panel(title="Replicas and printers", kind="timeseries", width=8, queries={
        "replicas": "max(kitchen_replicas)", "printers of {{instance}}": "kitchen_lanes",
        "changes": "sum(increase(kitchen_lease_changes_total[15m]))"}),
    Panel(title="Event loop", kind="timeseries", width=8, unit="s", queries={
        "{{instance}}": "kitchen_loop_lag_seconds",
        "stalls, {{instance}}": "increase(kitchen_loop_stalls_total[15m])"}),
    Panel(title="Memory", kind="timeseries", width=8, unit="bytes", queries={
        "{{instance}}": "process_resident_memory_bytes and on (job, instance) kitchen_up"}),
    Panel(title="Descriptors", kind="timeseries", width=8, queries={
        "{{instance}}": "process_open_fds and on (job, instance) kitchen_up"}),
    Panel(title="Mistakes of the program", kind="timeseries", width=8, queries={
        "refused outcomes": "sum(increase(kitchen_invariant_violations_total[15m]))",
        "parts started again": "sum(increase(kitchen_task_crashes_total[15m]))",
        "tickets not laid out": "sum(increase(kitchen_layouts_refused_total[15m]))"}),
    Panel(title="Alarms", kind="timeseries", width=8, queries={
        "told": "sum(increase(kitchen_alarms_told_total[15m]))",
        "sent beside paper": "sum(increase(kitchen_alerts_sent_total[15m]))",
        "not sent": "sum(increase(kitchen_alerts_lost_total[15m]))"}),
    Panel(title="Clocks", kind="timeseries", width=8, unit="s", queries={
        "ahead of the database, {{instance}}": "kitchen_database_clock_offset_seconds"}),
    Panel(title="Strangers on the health port, a second", kind="timeseries", width=8, queries={
        "{{why}}": "sum by (why) (rate(kitchen_health_closed_total[5m]))"}),
)  # fmt: skip


def dashboard() -> str:
    """Return the file that Grafana imports or is given; its data source is a variable, Prometheus' by default."""
    source = {"name": "DS_PROMETHEUS", "label": "Data source", "type": "datasource", "query": "prometheus"}
    content: dict[str, Any] = {
        "title": "Kitchen printers",
        "uid": "kitchen-printers",
        "tags": ["kitchen"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [source]},
        "annotations": {"list": []},
        "panels": list(_placed()),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _placed() -> Iterator[dict[str, Any]]:
    x = y = row_height = 0
    for number, panel in enumerate(PANELS, start=1):
        height = 4 if panel.kind == "stat" else 8
        if x + panel.width > _WIDTH:
            x, y, row_height = 0, y + row_height, 0
        yield _as_json(panel, number, {"x": x, "y": y, "w": panel.width, "h": height})
        x, row_height = x + panel.width, max(row_height, height)


def _as_json(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.bad_from is not None:
        steps.append({"color": "red", "value": panel.bad_from})
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.help,
        "datasource": source,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "options": {},
        "targets": [
            {
                "refId": chr(ord("A") + at),
                "datasource": source,
                "expr": query,
                "legendFormat": legend,
                "instant": panel.kind != "timeseries",
                "format": "table" if panel.kind == "table" else "time_series",
            }
            for at, (legend, query) in enumerate(panel.queries.items())
        ],
    }
