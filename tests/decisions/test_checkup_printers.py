"""The check-up of stations, routes and printers: each ticket has a way to paper, and a printer at its end."""

from dataclasses import replace

import pytest

from kitchen_printer.decisions.checkup_printers import of_printers, of_routes
from kitchen_printer.decisions.observations import (
    DatabaseFindings,
    Finding,
    PrinterRow,
    Severity,
    Surroundings,
)
from kitchen_printer.decisions.reason import WORDS, Reason
from tests.decisions.observed import AROUND, PRINTER, ROUTE, WELL, a_route

ADDRESS = PRINTER.address


def routes(database: DatabaseFindings, around: Surroundings = AROUND) -> list[Finding]:
    return [*of_routes(database, around)]


def printers(database: DatabaseFindings, around: Surroundings = AROUND) -> list[Finding]:
    return [*of_printers(database, around)]


def codes(found: list[Finding]) -> list[tuple[str, Severity]]:
    return [(each.code, each.severity) for each in found]


def test_a_route_to_a_printer_that_proved_itself_has_no_finding() -> None:
    assert routes(WELL) == printers(WELL) == []


def test_an_address_that_is_none_is_a_problem_and_the_other_routes_are_still_judged() -> None:
    database = replace(WELL, routes=(a_route("BAR", "10.0.0.5:0"), a_route("BAR", "10.0.0.9")))
    around = replace(AROUND, own_health_port=frozenset({"10.0.0.9:9100"}))
    found = routes(database, around)
    assert codes(found) == [
        ("route_address", Severity.PROBLEM),
        ("route_to_ourselves", Severity.PROBLEM),
    ]
    assert "A route of BAR cannot be used: '10.0.0.5:0' is not a printer address" in found[0].sentence
    assert "The route of BAR to 10.0.0.9 leads to this service's own health port." in found[1].sentence
    assert [each.sentence for each in printers(database, around)] == []


def test_a_route_that_is_switched_off_is_not_judged() -> None:
    database = replace(WELL, routes=(ROUTE, a_route("BAR", "10.0.0.5:0", is_active=False)))
    assert routes(database) == []


def test_a_route_to_a_parked_printer_is_a_warning() -> None:
    other = replace(PRINTER, address="10.0.0.6:9100")
    database = replace(WELL, printers=(replace(PRINTER, parked=True), other))
    (finding,) = routes(database)
    assert (finding.code, finding.severity) == ("route_parked", Severity.WARNING)
    assert f"A route of BAR leads to {ADDRESS}, which a person has parked." in finding.sentence


def test_one_printer_written_in_two_ways_is_named_once_with_both() -> None:
    database = replace(WELL, routes=(ROUTE, a_route("BAR", " 10.0.0.5:9100 "), a_route("BAR", "bad address")))
    found = [each for each in routes(database) if each.code == "printer_twice"]
    assert [each.severity for each in found] == [Severity.WARNING]
    assert found[0].sentence.startswith(f"10.0.0.5 and 10.0.0.5:9100 are one printer, {ADDRESS},")


def test_one_printer_written_the_same_way_at_two_stations_is_no_finding() -> None:
    database = replace(WELL, routes=(ROUTE, a_route("GRILL", "10.0.0.5")))
    assert routes(database) == []


def test_a_station_without_a_route_waits_for_ever_where_there_is_no_default_station() -> None:
    database = replace(WELL, stations={"BAR": True, "GRILL": True, "CELLAR": False})
    (finding,) = routes(database)
    assert (finding.code, finding.severity) == ("station_without_route", Severity.PROBLEM)
    assert finding.sentence.startswith("Tickets for GRILL wait for ever: it has no route, and there is no")


@pytest.mark.parametrize("default", ["GRILL", "NOWHERE"])
def test_a_default_station_that_has_no_route_itself_helps_nobody(default: str) -> None:
    database = replace(WELL, stations={"BAR": True, "GRILL": True}, default_station=default)
    assert codes(routes(database)) == [("station_without_route", Severity.PROBLEM)]


def test_a_station_without_a_route_that_prints_at_the_default_station_is_a_warning() -> None:
    database = replace(WELL, stations={"BAR": True, "GRILL": True}, default_station="BAR")
    (finding,) = routes(database)
    assert (finding.code, finding.severity) == ("station_without_route", Severity.WARNING)
    assert finding.sentence == "Tickets for GRILL print at the default station BAR: it has no route."


def test_a_station_whose_routes_are_all_switched_off_is_told_so() -> None:
    database = replace(WELL, routes=(ROUTE, a_route("GRILL", "10.0.0.6", is_active=False)))
    (finding,) = routes(database)
    assert finding.sentence.startswith("Tickets for GRILL wait for ever: its routes are all inactive, and")


def test_tickets_of_a_station_that_nobody_configured_are_counted() -> None:
    waiting = {"SUSHI": 3, "BAR": 5, "GRILL": 7}
    database = replace(WELL, stations={"BAR": True, "GRILL": False}, tickets_without_route=waiting)
    (finding,) = routes(database)
    assert (finding.code, finding.severity) == ("tickets_without_route", Severity.PROBLEM)
    assert finding.sentence.startswith("3 tickets for SUSHI, a station that nobody configured,")
    assert routes(replace(database, default_station="BAR")) == []


def test_a_printer_that_a_service_knows_to_be_down_is_a_problem_with_that_reasons_words() -> None:
    down = replace(PRINTER, state="down", state_reason=Reason.PAPER_OUT)
    (finding,) = printers(replace(WELL, printers=(down,)))
    assert (finding.code, finding.severity) == ("printer_paper_out", Severity.PROBLEM)
    assert finding.sentence == f"Printer {ADDRESS}: {WORDS[Reason.PAPER_OUT].sentence}"
    assert finding.remedy == WORDS[Reason.PAPER_OUT].advice


def test_a_reason_that_only_a_newer_version_knows_is_shown_as_it_is() -> None:
    down = replace(PRINTER, state="down", state_reason="eaten_by_mice")
    (finding,) = printers(replace(WELL, printers=(down,)))
    assert (finding.code, finding.remedy) == ("printer_eaten_by_mice", "See docs/runbook.md.")
    assert finding.sentence == f"Printer {ADDRESS}: eaten_by_mice"


def test_why_a_printer_that_is_well_was_down_before_is_no_finding() -> None:
    assert printers(replace(WELL, printers=(replace(PRINTER, state_reason=Reason.PAPER_OUT),))) == []


def test_a_printer_that_nobody_serves_is_judged_by_what_it_answered_just_now() -> None:
    rows = (replace(PRINTER, is_served=False, state="down", state_reason=Reason.PAPER_OUT),)
    around = replace(AROUND, answers={ADDRESS: Reason.UNREACHABLE})
    assert codes(printers(replace(WELL, printers=rows), around)) == [
        ("printer_unreachable", Severity.PROBLEM)
    ]
    assert printers(replace(WELL, printers=rows), replace(AROUND, answers={ADDRESS: None})) == []


@pytest.mark.parametrize("rows", [(), (replace(PRINTER, level_provenance="assumed"),)])
def test_a_printer_that_was_never_asked_is_a_warning(rows: tuple[PrinterRow, ...]) -> None:
    (finding,) = printers(replace(WELL, printers=rows))
    assert (finding.code, finding.severity) == ("level_unverified", Severity.WARNING)
    assert finding.sentence == f"Nobody has asked {ADDRESS} yet what it can prove."


def test_a_printer_that_was_only_asked_is_a_warning_of_another_kind() -> None:
    (finding,) = printers(replace(WELL, printers=(replace(PRINTER, level_provenance="probed"),)))
    assert (finding.code, finding.severity) == ("level_unverified", Severity.WARNING)
    assert finding.sentence.startswith(f"{ADDRESS} was asked what it can prove, and never tried on paper")


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("10.0.0.5", f"Delete it; the printer's row is {ADDRESS}."),
        ("no address", "Delete or correct it."),
    ],
)
def test_a_printer_row_that_is_not_written_as_host_and_port_is_nobodys(written: str, remedy: str) -> None:
    database = replace(WELL, printers=(PRINTER, replace(PRINTER, address=written)))
    (finding,) = printers(database)
    assert (finding.code, finding.severity) == ("printer_twice", Severity.PROBLEM)
    assert (written in finding.sentence, finding.remedy) == (True, remedy)


def test_only_active_routes_to_real_addresses_are_asked_for_printers() -> None:
    routes = (ROUTE, a_route("BAR", "10.0.0.6", is_active=False), a_route("BAR", "no address"))
    assert replace(WELL, routes=routes).routed_addresses == {ADDRESS}
