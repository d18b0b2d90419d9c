"""A set-up without a fault, to plant one in."""

from dataclasses import replace
from datetime import UTC, datetime

from kitchen_printer.decisions.observations import DatabaseFindings, PrinterRow, RouteRow, Surroundings

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)

PRINTER = PrinterRow(
    address="10.0.0.5:9100",
    level="A",
    level_provenance="proven on paper",
    parked=False,
    is_served=True,
    state="ready",
    state_reason=None,
)
ROUTE = RouteRow(station="BAR", printer_ip="10.0.0.5", copy_no=1, is_active=True)

WELL = DatabaseFindings(
    is_locked=False,
    schema_version=16,
    needed_version=16,
    missing_roles=(),
    login="kitchen",
    may_serve=True,
    pos_grants_missing=(),
    pos_tables_missing=(),
    ids_of_other_types={},
    synchronous_commit="on",
    fsync="on",
    loses_sessions=False,
    clock=NOON,
    free_bytes=2 * 1024**3,
    stations={"BAR": True},
    routes=(ROUTE,),
    printers=(PRINTER,),
)
AROUND = Surroundings(clock=NOON, own_health_port=frozenset(), answers={})


def a_route(station: str, printer_ip: str, *, is_active: bool = True) -> RouteRow:
    return replace(ROUTE, station=station, printer_ip=printer_ip, is_active=is_active)
