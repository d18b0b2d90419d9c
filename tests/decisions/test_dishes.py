"""The dishes of a ticket: what was taken back, what stands out, and how much of anything a paper takes."""

import json
from decimal import Decimal
from typing import Any

import pytest

from kitchen_printer.decisions.allergy import is_about_an_allergy, text_of_warning, warnings
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import Paper, Row, Size
from tests.decisions.tickets import SOUP, STEAK, WIDE, a_bare_ticket, a_ticket, an_occasion, drawn, the_page

NAME_MAX, NOTE_MAX, FACT_MAX, ALLERGY_MAX = 200, 1000, 100, 10_000
MODIFIERS_MAX, LINES_MAX, STATIONS_MAX = 50, 300, 20
"""How much of anything a paper takes, said here a second time: what is printed must not change by an oversight."""

WIDEST = Paper(columns=4096, codec="cp858", can_draw=lambda _: True)
BURGER: dict[str, Any] = {"action": "CHANGE", "qty": 1, "order_item_id": 14, "menu_name": "BURGER"}


def rows(*lines: dict[str, Any], occasion: Occasion | None = None, **fields: Any) -> list[Row]:
    """Every row of a ticket between the rules, on paper so wide that none is broken."""
    page = the_page(a_bare_ticket(lines=list(lines), **fields), paper=WIDEST, occasion=occasion)
    ruled = [number for number, row in enumerate(page.rows) if row.text.startswith("---")]
    return list(page.rows[ruled[0] + 1 : ruled[1]])


def texts(*lines: dict[str, Any], occasion: Occasion | None = None, **fields: Any) -> list[str]:
    return [row.text.strip() for row in rows(*lines, occasion=occasion, **fields)]


@pytest.mark.parametrize(
    ("voided", "shown"),
    [
        ("0.5", ["0.5 VOIDED, MAKE 1.5 OF:", "2 x SOUP"]),
        ("1.999", ["1.999 VOIDED, MAKE 0.001 OF:", "2 x SOUP"]),
        ("2", ["VOIDED, DO NOT MAKE:", "2 x SOUP"]),
        ("3", ["VOIDED, DO NOT MAKE:", "2 x SOUP"]),
    ],
)
def test_a_dish_that_was_taken_back_since_says_how_much_of_it_is_left(voided: str, shown: list[str]) -> None:
    assert texts(SOUP, occasion=an_occasion(voided={11: Decimal(voided)})) == shown


def test_what_is_voided_altogether_is_struck_out_without_its_details() -> None:
    header, dish = rows(STEAK, occasion=an_occasion(voided={12: Decimal(1)}))
    assert (header.inverse, header.bold, header.size) == (True, True, Size.TALL)
    assert (dish.struck, dish.bold, dish.inverse, dish.size) == (True, True, False, Size.BIG)


def test_a_dish_of_an_item_that_nobody_numbered_is_voided_by_none() -> None:
    assert texts({**SOUP, "order_item_id": None}, occasion=an_occasion(voided={0: Decimal(2)})) == [
        "2 x SOUP"
    ]


def test_a_change_of_a_dish_that_was_taken_back_since_says_so_too() -> None:
    assert texts(BURGER, occasion=an_occasion(voided={14: Decimal(1)}))[0] == "VOIDED, DO NOT MAKE:"


@pytest.mark.parametrize("action", ["VOID", "CHANGE"])
def test_a_void_or_a_change_names_the_papers_that_the_dish_is_on(action: str) -> None:
    occasion = an_occasion(ordered_on={14: (7, 41)})
    assert texts({**BURGER, "action": action}, occasion=occasion)[-1] == "ordered on 007, 041"


def test_an_order_names_no_earlier_paper_and_what_has_no_number_none_either() -> None:
    occasion = an_occasion(ordered_on={0: (1,), 1: (3,), 11: (2,)})
    assert texts(SOUP, occasion=occasion) == ["2 x SOUP"]
    assert texts({**BURGER, "order_item_id": None}, occasion=an_occasion(ordered_on={1: (3,)})) == [
        "CHANGE 1 x BURGER",
        "was: as on the menu",
    ]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"old_note": "no salt"}, "was: no salt"),
        ({"old_seat": "3"}, "was: Seat 3"),
        ({"old_course": "2"}, "was: Course 2"),
        ({"old_modifiers": ["rare"], "old_course": "2", "old_seat": "3"}, "was: rare / Course 2 / Seat 3"),
        ({"old_modifiers": ["x"] * MODIFIERS_MAX}, "was: " + " / ".join("x" * MODIFIERS_MAX)),
        (
            {"old_modifiers": ["x"] * (MODIFIERS_MAX + 1)},
            "was: " + " / ".join([*"x" * MODIFIERS_MAX, "...(+1)"]),
        ),
        (
            {"old_modifiers": ["x"] * (MODIFIERS_MAX + 3)},
            "was: " + " / ".join([*"x" * MODIFIERS_MAX, "...(+3)"]),
        ),
    ],
)
def test_a_change_says_what_it_was_before(before: dict[str, Any], said: str) -> None:
    assert texts({**BURGER, **before})[-1] == said


@pytest.mark.parametrize(
    ("place", "said"), [({}, []), ({"course": "2"}, ["Course 2"]), ({"seat": "3"}, ["Seat 3"])]
)
def test_a_dish_says_its_place_only_when_it_has_one(place: dict[str, str], said: list[str]) -> None:
    assert texts({**SOUP, **place}) == ["2 x SOUP", *said]


def test_a_void_stands_out_in_white_on_black_and_a_change_does_not() -> None:
    void, change = rows({**SOUP, "action": "VOID"})[0], rows(BURGER)[0]
    assert (void.inverse, void.bold, void.size) == (True, True, Size.BIG)
    assert (change.inverse, change.bold, change.size) == (False, True, Size.BIG)


def test_a_modifier_about_an_allergy_is_boxed_where_it_stands_and_at_the_foot() -> None:
    page = the_page(a_bare_ticket(lines=[{**SOUP, "modifiers": ["nut allergy", "hot"]}]))
    boxed = [row.text.strip("| ") for row in page.rows if row.boxed]
    assert boxed == ["ALLERGY: nut allergy", "ALLERGY: SOUP: nut allergy"]
    assert all(row.bold and row.size is Size.TALL for row in page.rows if row.boxed)
    assert "   + hot" in [row.text for row in page.rows]


def test_a_tickets_own_note_about_an_allergy_is_boxed_above_the_dishes_and_at_the_foot() -> None:
    page = the_page(a_bare_ticket(note="all of them allergic to nuts", lines=[SOUP]))
    assert drawn(page).count("ALLERGY: all of them allergic to nuts") == 2
    assert not [row for row in page.rows if row.inverse and row.text.strip()]


def test_what_is_voided_warns_nobody_any_more() -> None:
    voided, changed = ({**SOUP, "action": action, "note": "nut allergy"} for action in ("VOID", "CHANGE"))
    assert [*warnings(a_bare_ticket(lines=[voided]))] == []
    assert [*warnings(a_bare_ticket(lines=[changed]))] == ["SOUP: nut allergy"]
    assert [*warnings(a_bare_ticket(note="no hurry"))] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Allergy: nuts", "nuts"),
        (" ALLERGIES - nuts", "nuts"),
        ("allergic!! nuts", "nuts"),
        ("Allergy: allergy: nuts", "allergy: nuts"),
        ("allergy:", "allergy:"),
        ("nuts", "nuts"),
        ("", ""),
    ],
)
def test_a_warning_loses_the_one_heading_that_it_brings(text: str, shown: str) -> None:
    assert text_of_warning(text) == shown


@pytest.mark.parametrize("note", ["ALLERGIC to nuts", "Zöliakie", "анафилаксия? аллергия", "땅콩 알레르기"])
def test_an_allergy_is_known_in_many_languages(note: str) -> None:
    assert is_about_an_allergy(note)
    assert not is_about_an_allergy("well done")


@pytest.mark.parametrize(("more", "shown"), [(0, ""), (1, "...(+1 more dishes)"), (9, "...(+9 more dishes)")])
def test_dishes_beyond_the_limit_are_counted(more: int, shown: str) -> None:
    page = the_page(a_bare_ticket(lines=[SOUP] * (LINES_MAX + more)))
    assert [row.text for row in page.rows].count("2 x SOUP") == LINES_MAX
    counted = [row for row in page.rows if "more" in row.text]
    assert [row.text for row in counted] == ([shown] if shown else [])
    assert all((row.bold, row.inverse, row.size) == (True, True, Size.BIG) for row in counted)


@pytest.mark.parametrize(("more", "shown"), [(0, []), (1, ["...(+1)"]), (7, ["...(+7)"])])
def test_modifiers_beyond_the_limit_are_counted(more: int, shown: list[str]) -> None:
    line = {**SOUP, "modifiers": ["x"] * (MODIFIERS_MAX + more)}
    assert texts(line) == ["2 x SOUP", *["+ x"] * MODIFIERS_MAX, *shown]


@pytest.mark.parametrize(
    ("limit", "fields"),
    [
        (NAME_MAX, {"lines": [{**SOUP, "menu_name": "W"}]}),
        (NAME_MAX, {"lines": [{**SOUP, "modifiers": ["W"]}]}),
        (NAME_MAX, {"lines": [{**BURGER, "old_modifiers": ["W"]}]}),
        (NOTE_MAX, {"lines": [{**SOUP, "note": "W"}]}),
        (NOTE_MAX, {"lines": [{**BURGER, "old_note": "W"}]}),
        (NOTE_MAX, {"note": "W"}),
        (NOTE_MAX, {"kind": "MESSAGE", "message": "W", "lines": []}),
        (FACT_MAX, {"lines": [{**SOUP, "seat": "W"}]}),
        (FACT_MAX, {"lines": [{**SOUP, "course": "W"}]}),
        (FACT_MAX, {"table_label": "W"}),
        (FACT_MAX, {"order_type": "W"}),
        (FACT_MAX, {"server_name": "W"}),
        (FACT_MAX, {"bill_number": "W"}),
        (FACT_MAX, {"parts": 2, "part_stations": ["KITCHEN", "W"]}),
    ],
)
def test_every_text_has_its_limit_and_says_how_much_is_missing(limit: int, fields: dict[str, Any]) -> None:
    def printed(letters: int) -> str:
        ticket = a_bare_ticket(**_grown(fields, "W" * letters))
        return "\n".join(row.text for row in the_page(ticket, paper=WIDEST).rows)

    assert "W" * limit in printed(limit)
    assert "(+" not in printed(limit)
    assert "W" * limit + "...(+1)" in printed(limit + 1)


def _grown(value: Any, text: str) -> Any:
    """The same value with that text wherever there was a W."""
    return json.loads(json.dumps(value).replace('"W"', json.dumps(text)))


def test_a_warning_may_be_longer_than_any_note() -> None:
    note = "allergic to " + "W" * (ALLERGY_MAX - len("allergic to "))
    paper = Paper(columns=16_384, codec="cp858", can_draw=lambda _: True)
    for warning, missing in ((note, ""), (note + "W", "...(+1)")):
        page = the_page(a_bare_ticket(note=warning), paper=paper)
        assert any(row.text.strip("| ") == f"ALLERGY: {note}{missing}" for row in page.rows)


@pytest.mark.parametrize("more", [0, 1, 5])
def test_other_stations_beyond_the_limit_are_counted(more: int) -> None:
    others = [f"S{number}" for number in range(STATIONS_MAX + more)]
    ticket = a_ticket(part=1, parts=2, part_stations=["KITCHEN", *others])
    (said,) = [row.text for row in the_page(ticket, paper=WIDEST).rows if row.text.startswith("Part ")]
    missing = f" ...(+{more})" if more else ""
    assert said == f"Part 1 of 2: {', '.join(others[:STATIONS_MAX])}{missing}"


def test_a_part_whose_other_stations_nobody_knows_stands_alone() -> None:
    ticket = a_ticket(part=2, parts=2, part_stations=["KITCHEN"])
    assert "Part 2 of 2" in [row.text for row in the_page(ticket).rows]


def test_how_a_ticket_without_anything_to_make_looks() -> None:
    assert [row.text for row in the_page(a_bare_ticket(lines=[])).rows] == [
        "KITCHEN",
        "19:42",
        "-" * WIDE.columns,
        "-" * WIDE.columns,
        "#4711-1/1 A7Qk",
    ]
