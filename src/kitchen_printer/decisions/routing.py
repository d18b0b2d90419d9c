"""Which printer a ticket goes to: item → station → ticket → printer."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kitchen_printer.decisions.reason import Reason


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
class Absence:
    """Why tickets go past a printer, and since when; ``answers`` if it could print again, and only must last."""

    reason: Reason
    since: datetime
    answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """A person sends what one printer would print to another; ``station`` None means of every station."""

    station: str | None
    printer_id: int
    to_printer_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The printer for a target. Where it stands in for another: for which one, why that one is absent."""

    printer_id: int
    diverted_from: int | None = None
    absence: Absence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the copies of a station's tickets go: the station that takes them, and each copy's printer."""

    station: str
    printers: dict[int, Choice]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A printer that may print a target, in place of the routed one if a person said so."""

    printer_id: int
    redirect: Redirect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The routes, what people decided about printers, and which printers are absent. Answers who prints what.

    ``absences`` are the printers that tickets go past: parked ones, and those their lanes pass over.
    """

    routes: tuple[Route, ...]
    redirects: tuple[Redirect, ...] = ()
    absences: Mapping[int, Absence] = field(default_factory=dict[int, Absence])

    def chosen(self) -> dict[Target, Choice]:
        """Choose a printer for every target.

        The first by priority that is not absent. If all are: the first that answers again, for there is nothing
        to wait for; then the first that is not parked, where the ticket waits; then the first.
        """
        return {
            target: self._choice(routes[0].printer_id, self._candidates(routes))
            for target, routes in self._by_target().items()
        }

    def printers(self) -> frozenset[int]:
        """The printers that a route or a redirect names: nothing new ever comes to another."""
        routed, redirected = (
            (each.printer_id for each in self.routes),
            (each.to_printer_id for each in self.redirects),
        )
        return frozenset((*routed, *redirected))

    def has_stand_in(self, target: Target, printer_id: int) -> bool:
        """Whether another printer than this one could print the target now."""
        candidates = self._candidates(self._by_target().get(target, []))
        return any(self._is_fit(each) for each in candidates if each.printer_id != printer_id)

    def _by_target(self) -> dict[Target, list[Route]]:
        found: defaultdict[Target, list[Route]] = defaultdict(list)
        for route in sorted(self.routes, key=lambda each: (each.priority, each.printer_id)):
            found[Target(route.station, route.copy_no)].append(route)
        return found

    def _candidates(self, routes: Sequence[Route]) -> list[_Candidate]:
        redirects = {(each.station, each.printer_id): each for each in self.redirects}
        found: list[_Candidate] = []
        for route in routes:
            own = redirects.get((route.station, route.printer_id))
            redirect = own or redirects.get((None, route.printer_id))
            printer_id = redirect.to_printer_id if redirect else route.printer_id
            found.append(_Candidate(printer_id, redirect))
        return found

    def _choice(self, primary: int, candidates: Sequence[_Candidate]) -> Choice:
        suits: tuple[Callable[[_Candidate], bool], ...] = (
            self._is_fit,
            self._answers_again,
            self._is_not_parked,
            lambda _: True,
        )
        printer_id = next(each.printer_id for suit in suits for each in candidates if suit(each))
        if printer_id == primary:
            return Choice(printer_id=primary)
        return Choice(
            printer_id=printer_id, diverted_from=primary, absence=self._why_not(primary, candidates[0])
        )

    def _why_not(self, primary: int, first: _Candidate) -> Absence | None:
        if first.redirect is not None:
            return Absence(reason=Reason.REDIRECTED, since=first.redirect.since)
        return self.absences.get(primary)

    def _is_fit(self, candidate: _Candidate) -> bool:
        return candidate.printer_id not in self.absences

    def _answers_again(self, candidate: _Candidate) -> bool:
        return self.absences[candidate.printer_id].answers

    def _is_not_parked(self, candidate: _Candidate) -> bool:
        return self.absences[candidate.printer_id].reason is not Reason.PARKED


def destinations(
    chosen: Mapping[Target, Choice], closed: frozenset[str], default_station: str | None
) -> dict[str, Destination]:
    """Return for every station that can take tickets where they go.

    A closed station's tickets go to the default station. A station that is not in the result has no route of
    its own: see :func:`destination_of`.
    """
    own: defaultdict[str, dict[int, Choice]] = defaultdict(dict)
    for target, choice in chosen.items():
        own[target.station][target.copy_no] = choice
    open_ones = {
        station: Destination(station=station, printers=printers)
        for station, printers in own.items()
        if station not in closed
    }
    fallback = open_ones.get(default_station or "")
    redirected = dict.fromkeys(closed, fallback) if fallback else {}
    return open_ones | redirected


def destination_of(
    station: str, known: Mapping[str, Destination], default_station: str | None
) -> Destination | None:
    """Return where a ticket for ``station`` goes; None means nowhere yet: it waits, and people are told."""
    return known.get(station) or known.get(default_station or "")
