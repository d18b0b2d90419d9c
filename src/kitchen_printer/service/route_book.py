"""The routes as they stand now: read from the configuration tables, checked, with every printer known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Final

from kitchen_printer.database.assignments import Move
from kitchen_printer.database.connection import Database
from kitchen_printer.database.routing import (
    Configuration,
    Printer,
    StationSettings,
    add_printers,
    read_configuration,
)
from kitchen_printer.database.surroundings import Queue
from kitchen_printer.database.tickets import Way, as_json
from kitchen_printer.decisions.address import BadAddressError, canonical
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.routing import (
    Absence,
    Choice,
    Destination,
    Route,
    Routing,
    Target,
    destination_of,
    destinations,
)
from kitchen_printer.service.facts import RouteRefused, Subscriber
from kitchen_printer.service.looks import zone_of

IS_OUR_HEALTH_PORT: Final = (
    "is no printer but this service's own health port:"
    " write the printer's address, or move KITCHEN_HEALTH_PORT"
)

_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when a printer is parked that was parked by hand in its row, without a time."""


@dataclass(frozen=True, kw_only=True)
class RouteBook:
    """Everything needed to send a ticket its way. It never changes; :meth:`given` makes the next one."""

    version: int
    zone: tzinfo
    stations: tuple[StationSettings, ...]
    default_station: str | None
    closed_stations: frozenset[str]
    routing: Routing
    printers: Mapping[int, Printer]
    passed_over: Mapping[int, Absence] = field(default_factory=dict[int, Absence])
    """The printers that their lanes pass over, as of the last look."""

    refused: tuple[RouteRefused, ...] = ()
    """Rows of ``station_printers`` that name no printer."""

    @cached_property
    def chosen(self) -> dict[Target, Choice]:
        """The printer for every copy of every station."""
        return self.routing.chosen()

    @cached_property
    def destinations(self) -> dict[str, Destination]:
        """Where the tickets of every station go that can take any."""
        return destinations(self.chosen, self.closed_stations, self.default_station)

    @cached_property
    def ways(self) -> str:
        """The ways of all stations' tickets, as expanding them takes it."""
        stations: list[str | None] = [*self.destinations]
        if self.takes_any_station:
            stations.append(None)
        return as_json(
            Way(of_station=each, station=destination.station, copy_no=copy_no, choice=choice)
            for each in stations
            if (destination := destination_of(each or "", self.destinations, self.default_station))
            is not None
            for copy_no, choice in sorted(destination.printers.items())
        )

    @property
    def takes_any_station(self) -> bool:
        """Whether a ticket for a station without routes has somewhere to go."""
        return self.default_station in self.destinations

    def address_of(self, printer_id: int) -> str:
        """Return where a printer is, for telling people."""
        return self.printers[printer_id].address if printer_id in self.printers else f"printer {printer_id}"

    def given(self, passed_over: Mapping[int, Absence]) -> "RouteBook":
        """Return the book as it is when these printers are passed over."""
        if passed_over == self.passed_over:
            return self
        absences = {**passed_over, **parked(self.printers.values())}
        return replace(self, passed_over=passed_over, routing=replace(self.routing, absences=absences))

    def moves(self, queues: Iterable[Queue]) -> list[Move]:
        """Return which waiting jobs are at another printer than the one that is chosen for them now."""
        found: list[Move] = []
        for queue in queues:
            if queue.station is None or not queue.waiting:
                continue
            target = Target(queue.station, queue.copy_no)
            choice = self.chosen.get(target)  # None: its routes are gone; it stays where it is.
            if choice is not None and choice.printer_id != queue.printer_id:
                found.append(Move(from_printer_id=queue.printer_id, target=target, choice=choice))
        return found


async def read_route_book(
    database: Database, announce: Subscriber, is_our_health_port: Callable[[str], bool] = lambda _: False
) -> RouteBook:
    """Read the routes and make rows for printers that are new. One bad row costs only its own route."""
    while True:
        configuration = await read_configuration(database)
        addresses, refused = _addresses(configuration, is_our_health_port)
        missing = set(addresses.values()) - {printer.address for printer in configuration.printers}
        if not missing:
            return _book(configuration, addresses, refused, announce)
        await add_printers(database, missing)  # And read again: another route may have come meanwhile.


def _addresses(
    configuration: Configuration, is_our_health_port: Callable[[str], bool]
) -> tuple[dict[str, str], tuple[RouteRefused, ...]]:
    found: dict[str, str] = {}
    refused: list[RouteRefused] = []
    for row in configuration.station_printers:
        try:
            address = canonical(row.printer_ip)
        except BadAddressError as error:
            refused.append(RouteRefused(row.station, str(error)))
            continue
        if is_our_health_port(address):
            refused.append(RouteRefused(row.station, f"{row.printer_ip!r} {IS_OUR_HEALTH_PORT}"))
        else:
            found[row.printer_ip] = address
    return found, tuple(refused)


def _book(
    configuration: Configuration,
    addresses: dict[str, str],
    refused: tuple[RouteRefused, ...],
    announce: Subscriber,
) -> RouteBook:
    ids = {printer.address: printer.id for printer in configuration.printers}
    routes = [
        Route(
            station=row.station,
            copy_no=row.copy_no,
            printer_id=ids[addresses[row.printer_ip]],
            priority=row.priority,
        )
        for row in configuration.station_printers
        if row.printer_ip in addresses
    ]
    routing = Routing(
        routes=tuple(routes), redirects=configuration.redirects, absences=parked(configuration.printers)
    )
    return RouteBook(
        version=configuration.version,
        zone=zone_of(configuration.time_zone, announce),
        stations=configuration.stations,
        default_station=configuration.default_station,
        closed_stations=configuration.closed_stations,
        routing=routing,
        printers={printer.id: printer for printer in configuration.printers},
        refused=refused,
    )


def parked(printers: Iterable[Printer]) -> dict[int, Absence]:
    """Return the printers that a person, or the service itself, has parked."""
    return {
        printer.id: Absence(reason=Reason.PARKED, since=printer.parked_at or _LONG_AGO)
        for printer in printers
        if printer.parked
    }
