"""How a kitchen likes its papers: a station's options are read strictly, and every one of them changes the paper."""

from datetime import timedelta
from typing import Any

import pytest

from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.page import Direction, Page, Size
from kitchen_printer.decisions.style import (
    PLAIN,
    BadOptionsError,
    Options,
    Rings,
    Style,
    read_options,
    styled,
)
from kitchen_printer.decisions.ticket import JobKind
from kitchen_printer.decisions.words import Words
from tests.decisions.tickets import (
    ORDERED_AT,
    SOUP,
    STEAK,
    WIDE,
    ZONE,
    a_bare_ticket,
    a_job,
    a_ticket,
    an_occasion,
    drawn,
)

SHOUTED = Words(language="xx", translate=str.upper)
MIRRORED = Words(language="ar", is_rtl=True)


def page(style: Style, ticket: Any = None, job: Any = None, occasion: Any = None) -> Page:
    return lay_out(
        ticket or a_bare_ticket(), job or a_job(), occasion or an_occasion(), WIDE, ZONE, style=style
    )


def texts(style: Style, **what: Any) -> list[str]:
    return [row.text for row in page(style, **what).rows]


def test_options_that_say_nothing_leave_the_services_style_as_it_is() -> None:
    service = Style(letters="compact", order="seat", clock="12h", rings="all", cut="full")
    assert styled(service, read_options({}), service.words) == service


def test_what_a_station_wants_otherwise_is_changed_and_nothing_else() -> None:
    options = read_options({"letters": "compact", "cut": "full", "time_zone": "Asia/Tokyo"})
    assert styled(PLAIN, options, SHOUTED) == Style(words=SHOUTED, letters="compact", cut="full")
    assert options.time_zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        ({"colour": "red"}, "colour: no such option; there are letters, order, clock, buzzer, rings, cut"),
        ({"clock": "13h"}, "clock: Input should be '24h' or '12h'"),
        ({"time_zone": ""}, "time_zone: "),
    ],
)
def test_an_option_that_cannot_be_used_is_named_with_what_is_allowed(
    stored: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(BadOptionsError, match=complaint):
        read_options(stored)


def test_every_problem_is_named_at_once_and_no_value_is_repeated() -> None:
    with pytest.raises(BadOptionsError) as problems:
        read_options({"clock": "secret", "colour": "red"})
    assert str(problems.value).count(";") >= 2
    assert "secret" not in str(problems.value)


def test_nobody_says_how_a_station_is_styled_by_default() -> None:
    assert Options() == read_options({})


COMPACT = """
B! |KITCHEN|
   |19:42|
   |------------------------------------------------|
T! |2 x SOUP|
T! |1 x STEAK|
   |   Course 2 / Seat 3|
   |   + rare|
   |   + 2 x fries|
 !#| no salt |
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""


def test_compact_letters_are_half_as_wide() -> None:
    ticket = a_bare_ticket(lines=[SOUP, STEAK])
    assert drawn(page(Style(letters="compact"), ticket)) == COMPACT.strip("\n")


def test_a_twelve_hour_clock_says_pm_without_a_nought_in_front() -> None:
    assert "7:42 PM" in texts(Style(clock="12h"))
    tomorrow = an_occasion(now=ORDERED_AT + timedelta(days=1))
    assert "01 Jun 7:42 PM" in texts(Style(clock="12h"), occasion=tomorrow)


def test_the_month_of_another_day_is_translated() -> None:
    tomorrow = an_occasion(now=ORDERED_AT + timedelta(days=1))
    assert "01 JUN 19:42" in texts(Style(words=SHOUTED), occasion=tomorrow)


def test_words_of_the_contract_stand_in_english_with_their_translation_below() -> None:
    foreign = Words(language="de", translate=lambda word: {"REPRINT": "NACHDRUCK"}.get(word, word))
    reprint = a_job(kind=JobKind.REPRINT, marked=True)
    assert texts(Style(words=foreign), job=reprint)[:4] == [
        " REPRINT ",
        " NACHDRUCK ",
        " POSSIBLE DUPLICATE ",
        "KITCHEN",
    ]


@pytest.mark.parametrize(
    ("label", "shown"), [("Tisch 9", "Tisch 9"), ("9", "Tisch 9"), ("Table 9", "Table 9")]
)
def test_the_word_table_is_said_once_in_any_language(label: str, shown: str) -> None:
    german = Words(language="de", translate=lambda word: "Tisch" if word == "TABLE" else word)
    assert shown in texts(Style(words=german), ticket=a_bare_ticket(table_label=label))


def test_where_lines_run_from_right_to_left_the_guests_stand_before_the_servers_name() -> None:
    ticket = a_ticket(lines=[SOUP, {**SOUP, "qty": 12}])
    assert "19:42 / Bill B-1007 / 4 guests / Anna" in texts(Style(words=MIRRORED), ticket=ticket)
    assert "19:42 / Bill B-1007 / Anna / 4 guests" in texts(PLAIN, ticket=ticket)


def test_quantities_are_aligned_from_the_left_only_where_lines_begin_there() -> None:
    ticket = a_bare_ticket(lines=[SOUP, {**SOUP, "qty": 12}, {**SOUP, "qty": "0.125"}])
    assert texts(PLAIN, ticket=ticket)[3:6] == [" 2 x SOUP", "12 x SOUP", "0.125 x SOUP"]
    assert texts(Style(words=MIRRORED), ticket=ticket)[3:6] == ["2 x SOUP", "12 x SOUP", "0.125 x SOUP"]


def test_a_quantity_of_three_digits_is_aligned_and_one_that_is_voided_is_not_counted() -> None:
    hundred = a_bare_ticket(lines=[SOUP, {**SOUP, "qty": 100}])
    assert texts(PLAIN, ticket=hundred)[3:5] == ["  2 x SOUP", "100 x SOUP"]
    quarter = a_bare_ticket(lines=[SOUP, {**SOUP, "qty": "0.25"}])
    assert texts(PLAIN, ticket=quarter)[3:5] == ["2 x SOUP", "0.25 x SOUP"]
    voided = a_bare_ticket(lines=[SOUP, {**SOUP, "qty": 100, "action": "VOID"}])
    assert texts(PLAIN, ticket=voided)[3:5] == ["2 x SOUP", "VOID 100 x SOUP"]


def test_rows_begin_at_the_right_where_the_language_does_and_the_footer_never() -> None:
    rows = page(Style(words=MIRRORED)).rows
    assert rows[0].direction is Direction.RTL
    assert rows[-1].direction is Direction.LTR
    assert {row.direction for row in page(PLAIN).rows} == {Direction.LTR}


COURSES = [
    {**SOUP, "menu_name": "LAST", "course": None},
    {**SOUP, "menu_name": "TEN", "course": "10"},
    {**SOUP, "menu_name": "SWEET", "course": "dessert"},
    {**SOUP, "menu_name": "TWO", "course": "2", "seat": "4"},
    {**SOUP, "menu_name": "TOO", "course": "2"},
]
BY_COURSE = """
B! |KITCHEN|
   |19:42|
   |------------------------------------------------|
T! |-- Course 2 --|
B! |2 x TWO|
   |   Seat 4|
B! |2 x TOO|
T! |-- Course 10 --|
B! |2 x TEN|
T! |-- Course dessert --|
B! |2 x SWEET|
T! |-- --|
B! |2 x LAST|
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""


def test_dishes_by_course_stand_under_headings_numbers_first_and_the_rest_last() -> None:
    assert drawn(page(Style(order="course"), a_bare_ticket(lines=COURSES))) == BY_COURSE.strip("\n")


def test_dishes_by_seat_name_the_course_of_each_and_the_seat_once() -> None:
    lines = [{**SOUP, "seat": "10"}, {**SOUP, "seat": "b", "course": "1"}, {**SOUP, "seat": "2"}]
    assert texts(Style(order="seat"), ticket=a_bare_ticket(lines=lines))[3:-2] == [
        "-- Seat 2 --",
        "2 x SOUP",
        "-- Seat 10 --",
        "2 x SOUP",
        "-- Seat b --",
        "2 x SOUP",
        "   Course 1",
    ]


def test_where_no_dish_has_a_course_there_is_no_heading() -> None:
    assert texts(Style(order="course"), ticket=a_bare_ticket(lines=[SOUP, SOUP]))[3:-2] == ["2 x SOUP"] * 2


ORDER, VOID = a_bare_ticket(), a_bare_ticket(lines=[SOUP, {**SOUP, "action": "VOID"}])
MESSAGE = a_bare_ticket(kind="MESSAGE", message="86 salmon", lines=[])


@pytest.mark.parametrize(
    ("rings", "ticket", "marked", "is_heard"),
    [
        ("alarms", ORDER, False, False),
        ("alarms", ORDER, True, True),
        ("alarms", VOID, False, True),
        ("alarms", MESSAGE, False, True),
        ("all", ORDER, False, True),
        ("never", VOID, True, False),
    ],
)
def test_a_paper_that_takes_something_back_or_may_be_a_second_one_is_heard(
    rings: Rings, ticket: Any, marked: bool, is_heard: bool
) -> None:
    assert page(Style(rings=rings), ticket, a_job(marked=marked)).rings is is_heard


def test_a_word_with_values_is_filled_in_after_it_was_translated() -> None:
    assert SHOUTED("soup") == "SOUP"
    assert Words(translate=lambda _: "{b} vor {a}")("{a} before {b}", a=1, b=2) == "2 vor 1"
    assert Words()("a brace { stays where there are no values") == "a brace { stays where there are no values"


def test_a_style_for_nobody_in_particular_is_plain() -> None:
    plain = page(PLAIN)
    assert plain.rows[0].size is Size.BIG
    assert plain.rings is False
    assert (PLAIN.words.language, PLAIN.words.is_rtl) == ("en", False)
