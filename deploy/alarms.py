"""The alarms: when each fires, and samples on which it must and must not. The runbook has a section for each."""

from dataclasses import dataclass, field
from typing import Final, Literal

RUNBOOK: Final = "docs/runbook.md"

Severity = Literal["page", "ticket"]
"""``page``: tickets do not reach paper, somebody must act now. ``ticket``: look at it before the next service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. ``fires`` and ``quiet`` hold the series of its tests, in promtool's notation, a value a minute."""

    name: str
    expression: str
    holds: str
    severity: Severity
    summary: str
    action: str
    fires: dict[str, str]
    quiet: dict[str, str]
    labels: dict[str, str] = field(default_factory=dict[str, str])
    """The labels that the alarm of the test carries, beside its severity."""


OURS: Final = " and on (job, instance) kitchen_up"
"""Figures that every program has are ours only where this one is."""

_PROCESS: Final = '{job="kitchen",instance="edge:9100"}'

ALARMS: Final = (
    Alarm(
        name="KitchenServiceGone",
        expression="absent(kitchen_up)",
        holds="1m",
        severity="page",
        summary="No Kitchen Printer Service answers.",
        action="Start it; look at the end of its log.",
        fires={"other": "1x10"},
        quiet={"kitchen_up": "2x10"},
    ),
    Alarm(
        name="KitchenDatabaseLost",
        expression="max(kitchen_database_up) == 0",
        holds="30s",
        severity="page",
        summary="The service has no database: nothing prints.",
        action="See that PostgreSQL runs and has disk space; the service goes on by itself.",
        fires={"kitchen_database_up": "1 0x10"},
        quiet={'kitchen_database_up{instance="a"}': "0x10", 'kitchen_database_up{instance="b"}': "1x10"},
    ),
    Alarm(
        name="KitchenRecordInDoubt",
        expression='sum(increase(kitchen_history_changes_total{change=~"doubtful|restored"}[15m])) > 0'
        " or sum(increase(kitchen_attempts_vanished_total[15m])) > 0",
        holds="0s",
        severity="page",
        summary="The database was replaced by one that may lack what was committed last.",
        action="Compare what tables ordered in the last minutes with the kitchen; open tickets print marked.",
        fires={'kitchen_history_changes_total{change="doubtful"}': "0 0 1x10"},
        quiet={'kitchen_history_changes_total{change="complete"}': "0 0 1x10"},
    ),
    Alarm(
        name="KitchenMonitoringStale",
        expression="kitchen_snapshot_age_seconds > 15 and kitchen_database_up == 1",
        holds="1m",
        severity="page",
        summary="The service shows old figures: nobody knows whether tickets print.",
        action="Look at its log; restart it if /livez answers 503.",
        fires={"kitchen_snapshot_age_seconds": "0+30x10", "kitchen_database_up": "1x10"},
        quiet={"kitchen_snapshot_age_seconds": "1x10", "kitchen_database_up": "1x10"},
    ),
    Alarm(
        name="KitchenTicketLate",
        expression="max by (station) (kitchen_station_oldest_seconds) > 120",
        holds="30s",
        severity="page",
        summary="A ticket for {{ $labels.station }} has not been on paper for more than two minutes.",
        action="Tell the station by voice; kitchen-printer tickets says why.",
        fires={'kitchen_station_oldest_seconds{station="BAR"}': "0+60x10"},
        quiet={'kitchen_station_oldest_seconds{station="BAR"}': "5x10"},
        labels={"station": "BAR"},
    ),
    Alarm(
        name="KitchenTicketsFailed",
        expression='max(kitchen_tickets{state="FAILED"}) > 0',
        holds="0s",
        severity="page",
        summary="Tickets were given up and are on no paper for certain.",
        action="kitchen-printer tickets --status failed; then kitchen-printer reprint each that is still wanted.",
        fires={'kitchen_tickets{state="FAILED"}': "0 1x10"},
        quiet={'kitchen_tickets{state="FAILED"}': "0x10", 'kitchen_tickets{state="NEW"}': "3x10"},
    ),
    Alarm(
        name="KitchenTicketHeld",
        expression="max by (station) (kitchen_station_held) > 0",
        holds="1m",
        severity="page",
        summary="A ticket of {{ $labels.station }} waits for a person to say whether it printed.",
        action="Look for the paper; then kitchen-printer confirm TICKET --printed or --not-printed.",
        fires={'kitchen_station_held{station="BAR"}': "1x10"},
        quiet={'kitchen_station_held{station="BAR"}': "0x10"},
        labels={"station": "BAR"},
    ),
    Alarm(
        name="KitchenPrinterDown",
        expression="max by (printer, reason) (kitchen_printer_trouble) == 1",
        holds="1m",
        severity="page",
        summary="Printer {{ $labels.printer }} cannot print: {{ $labels.reason }}.",
        action="The runbook has a section for the reason.",
        fires={'kitchen_printer_trouble{printer="10.0.0.5:9100",reason="paper_out"}': "1x10"},
        quiet={'kitchen_printer_up{printer="10.0.0.5:9100"}': "1x10"},
        labels={"printer": "10.0.0.5:9100", "reason": "paper_out"},
    ),
    Alarm(
        name="KitchenNoRoute",
        expression="max(kitchen_tickets_without_route) > 0",
        holds="30s",
        severity="page",
        summary="Tickets wait for a station that has no printer.",
        action="kitchen-printer check names it; give it a row in station_printers.",
        fires={"kitchen_tickets_without_route": "2x10"},
        quiet={"kitchen_tickets_without_route": "0x10"},
    ),
    Alarm(
        name="KitchenRouteRefused",
        expression="max(kitchen_routes_refused) > 0",
        holds="1m",
        severity="ticket",
        summary="A row of station_printers cannot be used.",
        action="kitchen-printer check names it.",
        fires={"kitchen_routes_refused": "1x10"},
        quiet={"kitchen_routes_refused": "0x10"},
    ),
    Alarm(
        name="KitchenManyInDoubt",
        expression='sum(increase(kitchen_attempts_total{outcome="UNCERTAIN"}[15m])) > 3',
        holds="0s",
        severity="page",
        summary="Many prints end in doubt: cooks get papers marked POSSIBLE DUPLICATE.",
        action="kitchen-printer tickets shows which printer; look at its cable and at who else prints on it.",
        fires={'kitchen_attempts_total{outcome="UNCERTAIN",evidence="",reason="no_confirmation"}': "0+2x10"},
        quiet={'kitchen_attempts_total{outcome="CONFIRMED",evidence="token",reason=""}': "0+60x10"},
    ),
    Alarm(
        name="KitchenSlow",
        expression="histogram_quantile(0.95, sum by (le) (rate(kitchen_delivery_seconds_bucket[10m]))) > 10",
        holds="2m",
        severity="ticket",
        summary="One ticket in twenty takes more than ten seconds from order to paper.",
        action="Look for a slow printer or a slow database on the dashboard.",
        fires={
            'kitchen_delivery_seconds_bucket{le="10"}': "0+1x10",
            'kitchen_delivery_seconds_bucket{le="20"}': "0+30x10",
            'kitchen_delivery_seconds_bucket{le="+Inf"}': "0+30x10",
        },
        quiet={
            'kitchen_delivery_seconds_bucket{le="1"}': "0+30x10",
            'kitchen_delivery_seconds_bucket{le="+Inf"}': "0+30x10",
        },
    ),
    Alarm(
        name="KitchenTicketUnprintable",
        expression="sum(increase(kitchen_layouts_refused_total[15m])) > 0",
        holds="0s",
        severity="page",
        summary="A ticket's content cannot be laid out.",
        action="Tell the station by voice; kitchen-printer tickets --status failed names it. Show it to support.",
        fires={"kitchen_layouts_refused_total": "0 0 1x10"},
        quiet={"kitchen_layouts_refused_total": "1x10"},
    ),
    Alarm(
        name="KitchenInvariantViolated",
        expression="sum(increase(kitchen_invariant_violations_total[1h])) > 0",
        holds="0s",
        severity="page",
        summary="The database refused an outcome: a mistake in the program.",
        action="Look after its ticket, which is shown as FAILED; show the log to support.",
        fires={"kitchen_invariant_violations_total": "0 0 1x10"},
        quiet={"kitchen_invariant_violations_total": "1x10"},
    ),
    Alarm(
        name="KitchenTaskCrashed",
        expression="sum(increase(kitchen_task_crashes_total[15m])) > 0",
        holds="0s",
        severity="ticket",
        summary="A part of the service failed and was started again.",
        action="Show the log to support.",
        fires={"kitchen_task_crashes_total": "0 0 1x10"},
        quiet={"kitchen_task_crashes_total": "3x10"},
    ),
    Alarm(
        name="KitchenLaneParked",
        expression="sum(increase(kitchen_lanes_parked_total[1h])) > 0",
        holds="0s",
        severity="page",
        summary="A printer was parked because its lane failed again and again.",
        action="kitchen-printer printers names it; keep the log for support, then let it print again.",
        fires={"kitchen_lanes_parked_total": "0 0 1x10"},
        quiet={"kitchen_lanes_parked_total": "1x10"},
    ),
    Alarm(
        name="KitchenLoopStalled",
        expression="max by (instance) (kitchen_loop_lag_seconds) > 1",
        holds="0s",
        severity="ticket",
        summary="Nothing in the service moved for more than a second.",
        action="Look for a machine without breath: processor, swapping, a disk that hangs. The log names the place.",
        fires={"kitchen_loop_lag_seconds": "3x10"},
        quiet={"kitchen_loop_lag_seconds": "0.01x10"},
    ),
    Alarm(
        name="KitchenClockJumped",
        expression="sum(increase(kitchen_clock_jumps_total[15m])) > 0",
        holds="0s",
        severity="ticket",
        summary="The service's machine had its clock set, or slept.",
        action="Let NTP keep its time; forbid it to sleep.",
        fires={"kitchen_clock_jumps_total": "0 0 1x10"},
        quiet={"kitchen_clock_jumps_total": "1x10"},
    ),
    Alarm(
        name="KitchenClockOff",
        expression="max(abs(kitchen_database_clock_offset_seconds)) > 5",
        holds="2m",
        severity="ticket",
        summary="The clocks of the service and of the database differ.",
        action="Let both keep time by NTP.",
        fires={"kitchen_database_clock_offset_seconds": "-3600x10"},
        quiet={"kitchen_database_clock_offset_seconds": "-0.2x10"},
    ),
    Alarm(
        name="KitchenLeasesMove",
        expression="sum(increase(kitchen_lease_changes_total[10m])) > 10",
        holds="0s",
        severity="ticket",
        summary="Printers keep changing hands between replicas.",
        action="Look for a replica that starts again and again, or a database that answers slowly.",
        fires={"kitchen_lease_changes_total": "0+3x10"},
        quiet={"kitchen_lease_changes_total": "0 2x10"},
    ),
    Alarm(
        name="KitchenLogIncomplete",
        expression="sum(increase(kitchen_log_lines_dropped_total[15m])) > 0",
        holds="0s",
        severity="ticket",
        summary="Log lines are missing: whoever reads the log is too slow.",
        action="Look at what collects the log. No ticket is delayed by it.",
        fires={"kitchen_log_lines_dropped_total": "0 0 500x10"},
        quiet={"kitchen_log_lines_dropped_total": "0x10"},
    ),
    Alarm(
        name="KitchenAlertsLost",
        expression="sum(increase(kitchen_alerts_lost_total[1h])) > 0",
        holds="0s",
        severity="ticket",
        summary="An alarm could not be sent to an address of KITCHEN_ALERT_URLS.",
        action="kitchen-printer alert-test tries each address; the log names the one by its place in the list.",
        fires={"kitchen_alerts_lost_total": "0 0 1x10"},
        quiet={"kitchen_alerts_lost_total": "1x10"},
    ),
    Alarm(
        name="KitchenStrangers",
        expression='sum(rate(kitchen_health_closed_total{why=~"not_ours|too_many"}[5m])) > 1',
        holds="2m",
        severity="ticket",
        summary="Something keeps trying the health port that is no client of it.",
        action="Find it on the network; bind the port to the loopback interface if nobody needs it from outside.",
        fires={'kitchen_health_closed_total{why="not_ours"}': "0+600x10"},
        quiet={'kitchen_health_closed_total{why="lost"}': "0+600x10"},
    ),
    Alarm(
        name="KitchenDescriptorsScarce",
        expression=f"process_open_fds / process_max_fds > 0.8{OURS}",
        holds="1m",
        severity="ticket",
        summary="The service is about to run out of descriptors.",
        action="Raise the limit of the service; show the figure to support.",
        fires={f"{name}{_PROCESS}": f"{value}x10" for name, value in
               (("process_open_fds", 900), ("process_max_fds", 1024), ("kitchen_up", 2))},
        quiet={'process_open_fds{job="other"}': "900x10", 'process_max_fds{job="other"}': "1000x10"},
        labels={"job": "kitchen", "instance": "edge:9100"},
    ),
    Alarm(
        name="KitchenMemoryGrows",
        expression=f"process_resident_memory_bytes > 512e6{OURS}",
        holds="5m",
        severity="ticket",
        summary="The service takes more memory than it ever should.",
        action="Restart it in a quiet minute; show the figure to support.",
        fires={f"process_resident_memory_bytes{_PROCESS}": "600000000x10", f"kitchen_up{_PROCESS}": "2x10"},
        quiet={'process_resident_memory_bytes{job="other"}': "900000000x10"},
        labels={"job": "kitchen", "instance": "edge:9100"},
    ),
)  # fmt: skip
