"""The routes as they stand now: read from the configuration tables, checked, with every printer known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kitchen_printer.database.connection import Database
from kitchen_printer.database.routing import Configuration, Printer, add_printers, read_configuration
from kitchen_printer.decisions.address import BadAddressError, canonical
from kitchen_printer.decisions.routing import Destination, Route, Target, choose, destinations
from kitchen_printer.service.facts import RouteRefused, SettingRefused, Subscriber

IS_OUR_HEALTH_PORT: Final = (
    "is no printer but this service's own health port:"
    " write the printer's address, or move KITCHEN_HEALTH_PORT"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteBook:
    """Everything needed to send a ticket its way."""

    version: int
    zone: tzinfo
    default_station: str | None
    chosen: dict[Target, int]
    destinations: dict[str, Destination]
    printers: dict[int, Printer]
    refused: tuple[RouteRefused, ...] = ()
    """Rows of ``station_printers`` that name no printer."""

    @property
    def takes_any_station(self) -> bool:
        """Whether a ticket for a station without routes has somewhere to go."""
        return self.default_station in self.destinations


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
    chosen = choose(routes, frozenset(printer.id for printer in configuration.printers if printer.parked))
    return RouteBook(
        version=configuration.version,
        zone=_zone(configuration.time_zone, announce),
        default_station=configuration.default_station,
        chosen=chosen,
        destinations=destinations(chosen, configuration.closed_stations, configuration.default_station),
        printers={printer.id: printer for printer in configuration.printers},
        refused=refused,
    )


def _zone(name: str, announce: Subscriber) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        announce(SettingRefused(f"kitchen_settings.time_zone {name!r} is unknown here: papers show UTC"))
        return UTC
