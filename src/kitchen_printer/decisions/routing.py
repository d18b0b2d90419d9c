"""Which printer a ticket goes to: item → station → ticket → printer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One active row of ``station_printers``: this copy of this station may print on this printer."""

    station: str
    copy_no: int
    printer_id: int
    priority: int


@dataclass(frozen=True, slots=True)
class Target:
    """One copy of one station: its own paper, on one printer."""

    station: str
    copy_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the copies of a station's tickets go: the station that takes them, and each copy's printer."""

    station: str
    printers: dict[int, int]


def choose(routes: Iterable[Route], parked: frozenset[int]) -> dict[Target, int]:
    """Choose a printer for every target: the first by priority that nobody parked, else the first."""
    candidates: defaultdict[Target, list[Route]] = defaultdict(list)
    for route in sorted(routes, key=lambda each: (each.priority, each.printer_id)):
        candidates[Target(route.station, route.copy_no)].append(route)
    return {
        target: next((each for each in choices if each.printer_id not in parked), choices[0]).printer_id
        for target, choices in candidates.items()
    }


def destinations(
    chosen: dict[Target, int], closed: frozenset[str], default_station: str | None
) -> dict[str, Destination]:
    """Return for every station that can take tickets where they go.

    A closed station's tickets go to the default station. A station that is not in the result has no route of
    its own: see :func:`destination_of`.
    """
    own: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for target, printer_id in chosen.items():
        own[target.station][target.copy_no] = printer_id
    open_ones = {
        station: Destination(station=station, printers=printers)
        for station, printers in own.items()
        if station not in closed
    }
    fallback = open_ones.get(default_station or "")
    redirected = dict.fromkeys(closed, fallback) if fallback else {}
    return open_ones | redirected


def destination_of(
    station: str, known: dict[str, Destination], default_station: str | None
) -> Destination | None:
    """Return where a ticket for ``station`` goes; None means nowhere yet: it waits, and people are told."""
    return known.get(station) or known.get(default_station or "")
