"""Item → station → ticket → printer: which printer a copy of a ticket goes to, and for whom it stands in."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.routing import (
    Absence,
    Choice,
    Destination,
    Redirect,
    Route,
    Routing,
    Target,
    destination_of,
    destinations,
)

BAR, KITCHEN, BACKUP, THIRD, PASS = 1, 2, 3, 4, 5
SINCE = datetime(2026, 11, 27, 19, 42, tzinfo=UTC)

PARKED = Absence(reason=Reason.PARKED, since=SINCE)
PAPER_OUT = Absence(reason=Reason.PAPER_OUT, since=SINCE)
UNPLUGGED = Absence(reason=Reason.UNREACHABLE, since=SINCE)
ANSWERS_AGAIN = Absence(reason=Reason.PAPER_OUT, since=SINCE, answers=True)
BY_HAND = Absence(reason=Reason.REDIRECTED, since=SINCE)


def route(station: str, printer_id: int, priority: int = 1, copy_no: int = 1) -> Route:
    return Route(station=station, copy_no=copy_no, printer_id=printer_id, priority=priority)


def redirect(printer_id: int, to_printer_id: int, station: str | None = None) -> Redirect:
    return Redirect(station=station, printer_id=printer_id, to_printer_id=to_printer_id, since=SINCE)


def at(printer_id: int) -> Choice:
    """Its own printer."""
    return Choice(printer_id=printer_id)


def at_backup(printer_id: int, primary: int, why: Absence) -> Choice:
    """Another printer, which stands in for the primary."""
    return Choice(printer_id=printer_id, diverted_from=primary, absence=why)


ONE_EACH = (route("BAR", BAR), route("KITCHEN", KITCHEN))
WITH_BACKUP = (route("KITCHEN", BACKUP, priority=2), route("KITCHEN", KITCHEN, priority=1))
THREE_DEEP = (*WITH_BACKUP, route("KITCHEN", THIRD, priority=3))
LINE_AND_PASS = (route("KITCHEN", KITCHEN), route("KITCHEN", PASS, copy_no=2))
PASS_WITH_BACKUP = (*LINE_AND_PASS, route("KITCHEN", BACKUP, priority=2, copy_no=2))
SHARED = (route("BAR", BAR), route("SUSHI", BAR))

K1, K2, B1, S1 = Target("KITCHEN", 1), Target("KITCHEN", 2), Target("BAR", 1), Target("SUSHI", 1)

Absences = dict[int, Absence]
Redirects = tuple[Redirect, ...]
NOBODY: Absences = {}
AS_ROUTED: Redirects = ()

# fmt: off
CHOICES: list[tuple[str, tuple[Route, ...], Absences, Redirects, dict[Target, Choice]]] = [
    # ── all is well ────────────────────────────────────────────────────────────────────────────────────
    ("each station has its printer", ONE_EACH, NOBODY, AS_ROUTED, {B1: at(BAR), K1: at(KITCHEN)}),
    ("the lowest priority number comes first", WITH_BACKUP, NOBODY, AS_ROUTED, {K1: at(KITCHEN)}),
    ("equal priorities: the older printer",
     (route("BAR", BACKUP), route("BAR", BAR)), NOBODY, AS_ROUTED, {B1: at(BAR)}),
    ("one printer may serve all", SHARED, NOBODY, AS_ROUTED, {B1: at(BAR), S1: at(BAR)}),
    ("another copy is another paper", LINE_AND_PASS, NOBODY, AS_ROUTED, {K1: at(KITCHEN), K2: at(PASS)}),
    ("no routes, no printers", (), NOBODY, AS_ROUTED, {}),
    # ── the primary is absent ──────────────────────────────────────────────────────────────────────────
    ("out of paper for too long: the backup, which says so",
     WITH_BACKUP, {KITCHEN: PAPER_OUT}, AS_ROUTED, {K1: at_backup(BACKUP, KITCHEN, PAPER_OUT)}),
    ("parked by a person: the backup at once",
     WITH_BACKUP, {KITCHEN: PARKED}, AS_ROUTED, {K1: at_backup(BACKUP, KITCHEN, PARKED)}),
    ("the backup is absent too: the second backup",
     THREE_DEEP, {KITCHEN: PAPER_OUT, BACKUP: UNPLUGGED}, AS_ROUTED, {K1: at_backup(THIRD, KITCHEN, PAPER_OUT)}),
    ("an absent backup changes nothing", WITH_BACKUP, {BACKUP: UNPLUGGED}, AS_ROUTED, {K1: at(KITCHEN)}),
    ("it answers again, and must last: still the backup",
     WITH_BACKUP, {KITCHEN: ANSWERS_AGAIN}, AS_ROUTED, {K1: at_backup(BACKUP, KITCHEN, ANSWERS_AGAIN)}),
    ("a dead pass printer does not touch the line's copy",
     PASS_WITH_BACKUP, {PASS: UNPLUGGED}, AS_ROUTED, {K1: at(KITCHEN), K2: at_backup(BACKUP, PASS, UNPLUGGED)}),
    ("without a backup the copy waits at its own printer",
     LINE_AND_PASS, {PASS: UNPLUGGED}, AS_ROUTED, {K1: at(KITCHEN), K2: at(PASS)}),
    # ── all are absent ─────────────────────────────────────────────────────────────────────────────────
    ("all down: it waits at the primary",
     THREE_DEEP, {KITCHEN: UNPLUGGED, BACKUP: UNPLUGGED, THIRD: PAPER_OUT}, AS_ROUTED, {K1: at(KITCHEN)}),
    ("all down, the second backup answers again: there, at once",
     THREE_DEEP, {KITCHEN: UNPLUGGED, BACKUP: UNPLUGGED, THIRD: ANSWERS_AGAIN}, AS_ROUTED,
     {K1: at_backup(THIRD, KITCHEN, UNPLUGGED)}),
    ("all down, the primary answers again: home, at once",
     WITH_BACKUP, {KITCHEN: ANSWERS_AGAIN, BACKUP: UNPLUGGED}, AS_ROUTED, {K1: at(KITCHEN)}),
    ("the primary parked, the backup down: it waits where something may happen",
     WITH_BACKUP, {KITCHEN: PARKED, BACKUP: UNPLUGGED}, AS_ROUTED, {K1: at_backup(BACKUP, KITCHEN, PARKED)}),
    ("all parked: it waits at the first",
     WITH_BACKUP, {KITCHEN: PARKED, BACKUP: PARKED}, AS_ROUTED, {K1: at(KITCHEN)}),
    # ── a person redirects ─────────────────────────────────────────────────────────────────────────────
    ("redirected: to that printer, which says so",
     ONE_EACH, NOBODY, (redirect(KITCHEN, BAR),), {B1: at(BAR), K1: at_backup(BAR, KITCHEN, BY_HAND)}),
    ("redirected for one station only",
     SHARED, NOBODY, (redirect(BAR, BACKUP, "SUSHI"),), {B1: at(BAR), S1: at_backup(BACKUP, BAR, BY_HAND)}),
    ("what is said of one station comes before what is said of all",
     SHARED, NOBODY, (redirect(BAR, BACKUP), redirect(BAR, THIRD, "SUSHI")),
     {B1: at_backup(BACKUP, BAR, BY_HAND), S1: at_backup(THIRD, BAR, BY_HAND)}),
    ("redirected to a printer that is down: the next of the station",
     WITH_BACKUP, {THIRD: UNPLUGGED}, (redirect(KITCHEN, THIRD),), {K1: at_backup(BACKUP, KITCHEN, BY_HAND)}),
    ("two printers in each other's place", ONE_EACH, NOBODY, (redirect(KITCHEN, BAR), redirect(BAR, KITCHEN)),
     {B1: at_backup(KITCHEN, BAR, BY_HAND), K1: at_backup(BAR, KITCHEN, BY_HAND)}),
]
# fmt: on


@pytest.mark.parametrize(
    ("rule", "routes", "absences", "redirects", "chosen"), CHOICES, ids=[rule for rule, *_ in CHOICES]
)
def test_a_printer_is_chosen_for_every_copy(
    rule: str,
    routes: tuple[Route, ...],
    absences: Absences,
    redirects: Redirects,
    chosen: dict[Target, Choice],
) -> None:
    assert Routing(routes=routes, redirects=redirects, absences=absences).chosen() == chosen, rule


STAND_INS: list[tuple[str, Target, int, Absences, bool]] = [
    ("the backup is well", K1, KITCHEN, NOBODY, True),
    ("the backup is down", K1, KITCHEN, {BACKUP: UNPLUGGED}, False),
    ("seen from the backup, the primary is well", K1, BACKUP, NOBODY, True),
    ("seen from the backup, the primary is down", K1, BACKUP, {KITCHEN: PAPER_OUT}, False),
    ("a station without routes", S1, BAR, NOBODY, False),
]


@pytest.mark.parametrize(
    ("case", "target", "printer", "absences", "has_one"), STAND_INS, ids=[case for case, *_ in STAND_INS]
)
def test_a_ticket_is_taken_back_only_if_another_printer_could_print_it(
    case: str, target: Target, printer: int, absences: Absences, has_one: bool
) -> None:
    assert Routing(routes=WITH_BACKUP, absences=absences).has_stand_in(target, printer) == has_one, case


CHOSEN = Routing(routes=(*ONE_EACH, *LINE_AND_PASS)).chosen()
AT_BAR = Destination(station="BAR", printers={1: at(BAR)})
AT_KITCHEN = Destination(station="KITCHEN", printers={1: at(KITCHEN), 2: at(PASS)})

WHERE = [
    ("a station with routes prints itself", "KITCHEN", set[str](), "BAR", AT_KITCHEN),
    ("even when there is no default station", "KITCHEN", set[str](), None, AT_KITCHEN),
    ("a closed one prints at the default station", "KITCHEN", {"KITCHEN"}, "BAR", AT_BAR),
    ("one without a route too", "DESSERT", set[str](), "BAR", AT_BAR),
    ("closed and without a route", "DESSERT", {"DESSERT"}, "BAR", AT_BAR),
    ("without default station an unknown one waits", "DESSERT", set[str](), None, None),
    ("a default station without routes helps nobody", "DESSERT", set[str](), "PATIO", None),
    ("a closed default station helps nobody", "DESSERT", {"BAR"}, "BAR", None),
    ("a closed station without a default waits", "KITCHEN", {"KITCHEN"}, None, None),
    ("the default station itself, closed, waits", "BAR", {"BAR"}, "BAR", None),
]


@pytest.mark.parametrize(
    ("rule", "station", "closed", "default", "destination"), WHERE, ids=[rule for rule, *_ in WHERE]
)
def test_a_ticket_goes_where_its_station_prints_or_waits(
    rule: str, station: str, closed: set[str], default: str | None, destination: Destination | None
) -> None:
    known = destinations(CHOSEN, frozenset(closed), default)
    assert destination_of(station, known, default) == destination, rule


STATIONS = st.sampled_from(["BAR", "KITCHEN", "DESSERT", "PATIO"])
PRINTERS = st.integers(1, 6)
ROUTES = st.lists(
    st.builds(
        Route, station=STATIONS, copy_no=st.integers(1, 3), printer_id=PRINTERS, priority=st.integers(0, 3)
    ),
    max_size=12,
).map(tuple)
ABSENCES = st.dictionaries(PRINTERS, st.sampled_from([PARKED, PAPER_OUT, UNPLUGGED, ANSWERS_AGAIN]))
REDIRECTS = st.lists(
    st.tuples(PRINTERS, PRINTERS, st.none() | STATIONS)
    .filter(lambda each: each[0] != each[1])
    .map(lambda each: redirect(*each)),
    max_size=3,
).map(tuple)


@given(ROUTES, ABSENCES, st.data())
def test_the_order_of_the_rows_does_not_matter(
    routes: tuple[Route, ...], absences: Absences, draw: st.DataObject
) -> None:
    shuffled = tuple(draw.draw(st.permutations(routes)))
    assert (
        Routing(routes=shuffled, absences=absences).chosen()
        == Routing(routes=routes, absences=absences).chosen()
    )


@given(ROUTES, ABSENCES)
def test_every_copy_that_has_a_route_gets_one_of_its_own_printers_and_an_absent_one_only_if_all_are(
    routes: tuple[Route, ...], absences: Absences
) -> None:
    chosen = Routing(routes=routes, absences=absences).chosen()
    assert set(chosen) == {Target(each.station, each.copy_no) for each in routes}
    for target, choice in chosen.items():
        own = {each.printer_id for each in routes if Target(each.station, each.copy_no) == target}
        assert choice.printer_id in own
        assert choice.printer_id not in absences or own <= absences.keys()


@given(ROUTES, ABSENCES, REDIRECTS)
def test_who_stands_in_for_another_knows_for_whom_and_why(
    routes: tuple[Route, ...], absences: Absences, redirects: Redirects
) -> None:
    for choice in Routing(routes=routes, absences=absences, redirects=redirects).chosen().values():
        stands_in = choice.diverted_from is not None
        assert stands_in == (choice.absence is not None)
        assert choice.diverted_from != choice.printer_id


@given(ROUTES, ABSENCES, st.frozensets(STATIONS), st.none() | STATIONS, STATIONS)
def test_no_ticket_is_ever_sent_to_a_closed_station(
    routes: tuple[Route, ...], absences: Absences, closed: frozenset[str], default: str | None, station: str
) -> None:
    known = destinations(Routing(routes=routes, absences=absences).chosen(), closed, default)
    found = destination_of(station, known, default)
    assert found is None or (found.station not in closed and found.printers)


def test_every_printer_that_a_route_or_a_redirect_names_is_known() -> None:
    assert Routing(routes=ONE_EACH, redirects=(redirect(BAR, THIRD),)).printers() == {BAR, KITCHEN, THIRD}
    assert Routing(routes=()).printers() == frozenset()


@pytest.mark.parametrize(
    ("target", "printer_id", "absences", "has_one"),
    [
        (K1, KITCHEN, {}, True),
        (K1, KITCHEN, {BACKUP: PAPER_OUT}, False),
        (K1, BACKUP, {}, True),
        (B1, BAR, {}, False),
        (Target("NOWHERE", 1), BAR, {}, False),
    ],
)
def test_a_printer_has_a_stand_in_where_another_one_could_print_now(
    target: Target, printer_id: int, absences: Absences, has_one: bool
) -> None:
    routing = Routing(routes=(*WITH_BACKUP, route("BAR", BAR)), absences=absences)
    assert routing.has_stand_in(target, printer_id) is has_one


@pytest.mark.parametrize(
    ("closed", "default", "taking"),
    [
        (set[str](), None, {"BAR", "KITCHEN"}),
        ({"BAR"}, None, {"KITCHEN"}),
        ({"BAR"}, "KITCHEN", {"BAR", "KITCHEN"}),
        ({"BAR", "CELLAR"}, "KITCHEN", {"BAR", "CELLAR", "KITCHEN"}),
        ({"KITCHEN"}, "KITCHEN", {"BAR"}),  # a default station that is closed itself helps nobody
        ({"BAR"}, "NOWHERE", {"KITCHEN"}),
    ],
)
def test_a_closed_station_takes_tickets_only_where_an_open_default_station_has_a_route(
    closed: set[str], default: str | None, taking: set[str]
) -> None:
    known = destinations(Routing(routes=ONE_EACH).chosen(), frozenset(closed), default)
    assert {*known} == taking
    assert {known[each].station for each in taking & closed} <= {default}
