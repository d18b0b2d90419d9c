"""The check-up of stations, routes and printers: does every ticket have a way to paper, and a printer at its end?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kitchen_printer.decisions.address import BadAddressError, canonical
from kitchen_printer.decisions.observations import (
    DatabaseFindings,
    Finding,
    PrinterRow,
    RouteRow,
    Surroundings,
    problem,
    warning,
)
from kitchen_printer.decisions.reason import WORDS, Reason


def of_routes(database: DatabaseFindings, around: Surroundings) -> Iterator[Finding]:
    """Judge the rows of ``stations`` and ``station_printers``."""
    active = [each for each in database.routes if each.is_active]
    parked = {each.address for each in database.printers if each.parked}
    for row in active:
        try:
            address = canonical(row.printer_ip)
        except BadAddressError as error:
            yield problem(
                "route_address", f"A route of {row.station} cannot be used: {error}.", "Correct it."
            )
            continue
        if address in around.own_health_port:
            yield problem(
                "route_to_ourselves",
                f"The route of {row.station} to {row.printer_ip} leads to this service's own health port.",
                "Write the printer's address into station_printers, or move KITCHEN_HEALTH_PORT.",
            )
        if address in parked:
            yield warning(
                "route_parked",
                f"A route of {row.station} leads to {address}, which a person has parked.",
                "Take it back into service, or route the station elsewhere.",
            )
    yield from _doubled(active)
    yield from _without_route(database, {each.station for each in active})


def _doubled(active: Iterable[RouteRow]) -> Iterator[Finding]:
    spellings: dict[str, set[str]] = defaultdict(set)
    for row in active:
        try:
            spellings[canonical(row.printer_ip)].add(row.printer_ip.strip())
        except BadAddressError:
            continue
    for address, written in sorted(spellings.items()):
        if len(written) > 1:
            yield warning(
                "printer_twice",
                f"{' and '.join(sorted(written))} are one printer, {address}, written in several ways.",
                "Write it in one way, and delete the row that says the same again.",
            )


def _without_route(database: DatabaseFindings, routed: set[str]) -> Iterator[Finding]:
    default = database.default_station
    has_default = default is not None and default in routed
    switched_off = {each.station for each in database.routes} - routed
    for station in sorted(
        {each for each, is_open in database.stations.items() if is_open} - routed | switched_off
    ):
        why = "its routes are all inactive" if station in switched_off else "it has no route"
        if has_default:
            yield warning(
                "station_without_route",
                f"Tickets for {station} print at the default station {default}: {why}.",
                f"Give it a row in station_printers, or close it: it is meant to print at {default}.",
            )
        else:
            yield problem(
                "station_without_route",
                f"Tickets for {station} wait for ever: {why}, and there is no default station with one.",
                f"Give it a row in station_printers: station_code {station}, printer_ip its printer's address.",
            )
    for station, tickets in sorted(database.tickets_without_route.items()):
        if station not in routed and not has_default and station not in database.stations:
            yield problem(
                "tickets_without_route",
                f"{tickets} tickets for {station}, a station that nobody configured, wait for a way to paper.",
                "Give it a row in station_printers, or set kitchen_settings.default_station.",
            )


def of_printers(database: DatabaseFindings, around: Surroundings) -> Iterator[Finding]:
    """Judge the rows of ``printers``, and what the printers of active routes answer."""
    yield from _addresses_of_one_printer(database.printers)
    rows = {each.address: each for each in database.printers}
    for address in sorted(database.routed_addresses - around.own_health_port):
        row = rows.get(address)
        if row is not None and row.is_served:
            reason = row.state_reason if row.state == "down" else None
        else:
            reason = around.answers.get(address)
        if reason is not None:
            words = WORDS[Reason(reason)] if reason in [*Reason] else None
            yield problem(
                f"printer_{reason}",
                f"Printer {address}: {words.sentence if words else reason}",
                words.advice if words else "See docs/runbook.md.",
            )
        elif row is None or row.level_provenance == "assumed":
            yield warning(
                "level_unverified",
                f"Nobody has asked {address} yet what it can prove.",
                f"A running service asks at its next ticket, kitchen-printer test-print {address} on paper; "
                f"while none runs: kitchen-printer probe {address}",
            )
        elif row.level_provenance == "probed":
            yield warning(
                "level_unverified",
                f"{address} was asked what it can prove, and never tried on paper: it may answer before it prints.",
                f"When a sheet of paper does not matter: kitchen-printer test-print {address}",
            )


def _addresses_of_one_printer(printers: Iterable[PrinterRow]) -> Iterator[Finding]:
    for row in printers:
        try:
            proper = canonical(row.address)
        except BadAddressError:
            proper = ""
        if proper != row.address:
            yield problem(
                "printer_twice",
                f"The row {row.address} of printers is not written as host:port, so it is nobody's.",
                f"Delete it; the printer's row is {proper}." if proper else "Delete or correct it.",
            )
