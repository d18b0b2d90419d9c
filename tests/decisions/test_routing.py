"""Item → station → ticket → printer: which printer a copy of a ticket goes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.routing import (
    Destination,
    Route,
    Target,
    choose,
    destination_of,
    destinations,
)

BAR, KITCHEN, BACKUP, PASS = 1, 2, 3, 4
NOBODY: frozenset[int] = frozenset()


def route(station: str, printer_id: int, priority: int = 1, copy_no: int = 1) -> Route:
    return Route(station=station, copy_no=copy_no, printer_id=printer_id, priority=priority)


ONE_EACH = [route("BAR", BAR), route("KITCHEN", KITCHEN)]
WITH_BACKUP = [route("KITCHEN", BACKUP, priority=2), route("KITCHEN", KITCHEN, priority=1)]
LINE_AND_PASS = [route("KITCHEN", KITCHEN), route("KITCHEN", PASS, copy_no=2)]

Choice = tuple[str, list[Route], frozenset[int], dict[tuple[str, int], int]]
CHOICES: list[Choice] = [
    ("each station has its printer", ONE_EACH, NOBODY, {("BAR", 1): BAR, ("KITCHEN", 1): KITCHEN}),
    ("the lowest priority number comes first", WITH_BACKUP, NOBODY, {("KITCHEN", 1): KITCHEN}),
    ("a parked printer is passed over", WITH_BACKUP, frozenset({KITCHEN}), {("KITCHEN", 1): BACKUP}),
    ("a parked backup changes nothing", WITH_BACKUP, frozenset({BACKUP}), {("KITCHEN", 1): KITCHEN}),
    (
        "all parked: it waits at the first",
        WITH_BACKUP,
        frozenset({KITCHEN, BACKUP}),
        {("KITCHEN", 1): KITCHEN},
    ),
    ("another copy is another paper", LINE_AND_PASS, NOBODY, {("KITCHEN", 1): KITCHEN, ("KITCHEN", 2): PASS}),
    (
        "each copy has its own backup",
        [*LINE_AND_PASS, route("KITCHEN", BACKUP, priority=2, copy_no=2)],
        frozenset({PASS}),
        {("KITCHEN", 1): KITCHEN, ("KITCHEN", 2): BACKUP},
    ),
    (
        "equal priorities: the older printer",
        [route("BAR", BACKUP), route("BAR", BAR)],
        NOBODY,
        {("BAR", 1): BAR},
    ),
    (
        "one printer may serve all",
        [route("BAR", BAR), route("KITCHEN", BAR)],
        NOBODY,
        {("BAR", 1): BAR, ("KITCHEN", 1): BAR},
    ),
    ("no routes, no printers", [], NOBODY, {}),
]


@pytest.mark.parametrize(("rule", "routes", "parked", "chosen"), CHOICES, ids=[rule for rule, *_ in CHOICES])
def test_a_printer_is_chosen_for_every_copy(
    rule: str, routes: list[Route], parked: frozenset[int], chosen: dict[tuple[str, int], int]
) -> None:
    expected = {Target(station, copy_no): printer for (station, copy_no), printer in chosen.items()}
    assert choose(routes, parked) == expected, rule


CHOSEN = choose([*ONE_EACH, *LINE_AND_PASS], NOBODY)
AT_BAR = Destination(station="BAR", printers={1: BAR})
AT_KITCHEN = Destination(station="KITCHEN", printers={1: KITCHEN, 2: PASS})

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
ROUTES = st.lists(
    st.builds(
        Route,
        station=STATIONS,
        copy_no=st.integers(1, 3),
        printer_id=st.integers(1, 6),
        priority=st.integers(0, 3),
    ),
    max_size=12,
)
PARKED = st.frozensets(st.integers(1, 6))


@given(ROUTES, PARKED, st.data())
def test_the_order_of_the_rows_does_not_matter(
    routes: list[Route], parked: frozenset[int], draw: st.DataObject
) -> None:
    shuffled = draw.draw(st.permutations(routes))
    assert choose(shuffled, parked) == choose(routes, parked)


@given(ROUTES, PARKED)
def test_every_copy_that_has_a_route_gets_one_of_its_own_printers(
    routes: list[Route], parked: frozenset[int]
) -> None:
    chosen = choose(routes, parked)
    assert set(chosen) == {Target(each.station, each.copy_no) for each in routes}
    for target, printer_id in chosen.items():
        own = {each.printer_id for each in routes if Target(each.station, each.copy_no) == target}
        assert printer_id in own
        assert printer_id not in parked or own <= parked


@given(ROUTES, PARKED, st.frozensets(STATIONS), st.none() | STATIONS, STATIONS)
def test_no_ticket_is_ever_sent_to_a_closed_station(
    routes: list[Route], parked: frozenset[int], closed: frozenset[str], default: str | None, station: str
) -> None:
    known = destinations(choose(routes, parked), closed, default)
    found = destination_of(station, known, default)
    assert found is None or (found.station not in closed and found.printers)
