"""A stored ticket is read once, at the door; what cannot be read is told without quoting it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from kitchen_printer.decisions.ticket import (
    Action,
    MalformedTicketError,
    TicketKind,
    modifiers_of,
    read_ticket,
)
from tests.decisions.tickets import SOUP, STEAK, a_bare_ticket, a_job, a_ticket, as_json, stored

SECRET = "anna@example.com is allergic"

MODIFIERS: list[tuple[JsonValue, tuple[str, ...]]] = [
    (None, ()),
    ("", ()),
    ([], ()),
    ({}, ()),
    ("no onion", ("no onion",)),
    (["no onion", "rare"], ("no onion", "rare")),
    (["no onion", None, ""], ("no onion",)),
    ([["no onion"], ["rare"]], ("no onion", "rare")),
    ({"name": "fries"}, ("fries",)),
    ({"name": "fries", "quantity": 1}, ("fries",)),
    ({"name": "fries", "quantity": "1"}, ("fries",)),
    ({"name": "fries", "quantity": None}, ("fries",)),
    ({"name": "fries", "quantity": 2}, ("2 x fries",)),
    ([{"name": "fries", "quantity": 2}, "rare"], ("2 x fries", "rare")),
    ({"doneness": "rare", "sauce": "none"}, ("doneness: rare", "sauce: none")),
    ({"name": "nuts", "action": "remove"}, ("nuts (action: remove)",)),
    ({"name": "fries", "quantity": 2, "price": "1.50", "id": 7}, ("2 x fries",)),
    ({"name": None, "size": "large"}, ("name: -", "size: large")),
    ({"sauces": ["aioli", "ketchup"]}, ("sauces: aioli, ketchup",)),
    (7, ("7",)),
    (True, ("True",)),
]


@pytest.mark.parametrize(("sent", "read"), MODIFIERS)
def test_modifiers_are_read_as_a_pos_may_send_them(sent: JsonValue, read: tuple[str, ...]) -> None:
    assert modifiers_of(sent) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_can_be_read_as_modifiers(value: JsonValue) -> None:
    ticket = a_ticket(lines=[{**SOUP, "modifiers": value, "old_modifiers": value}])
    assert ticket.lines[0].modifiers == ticket.lines[0].old_modifiers == modifiers_of(value)


def test_a_whole_ticket_is_read() -> None:
    ticket = a_ticket()
    assert (ticket.kind, ticket.station, ticket.station_seq) == (TicketKind.ORDER, "KITCHEN", 41)
    soup, steak = ticket.lines
    assert (soup.action, soup.qty, soup.name, soup.modifiers) == (Action.ADD, Decimal(2), "SOUP", ())
    assert (steak.modifiers, steak.note, steak.seat, steak.course) == (
        ("rare", "2 x fries"),
        "no salt",
        "3",
        "2",
    )


def test_a_ticket_of_the_briefs_columns_alone_is_read() -> None:
    ticket = a_bare_ticket(lines=[{"action": "ADD", "qty": 1, "order_item_id": 5}])
    assert (ticket.table_label, ticket.bill_number, ticket.guests, ticket.note) == (None, None, None, None)
    assert ticket.lines[0].name == "ITEM #5"


@pytest.mark.parametrize("nothing", [None, "", " ", "\t\n"])
def test_a_text_without_a_visible_character_is_no_text(nothing: str | None) -> None:
    ticket = a_ticket(
        note=nothing, table_label=nothing, lines=[{**SOUP, "menu_name": nothing, "seat": nothing}]
    )
    assert (ticket.note, ticket.table_label, ticket.lines[0].seat) == (None, None, None)
    assert ticket.lines[0].name == "ITEM #11"


def test_numbers_are_welcome_where_a_text_is_meant() -> None:
    ticket = a_ticket(table_label=12, lines=[{**SOUP, "seat": 3, "course": 2}])
    assert (ticket.table_label, ticket.lines[0].seat, ticket.lines[0].course) == ("12", "3", "2")


def test_columns_that_nobody_reads_are_no_trouble() -> None:
    assert a_ticket(printed_at="yesterday", lines=[{**SOUP, "product_id": 9}]).lines[0].name == "SOUP"


def test_a_quantity_keeps_every_digit() -> None:
    quantity = Decimal("0.3333333333333333333333333333333333333333")
    assert a_ticket(lines=[{**SOUP, "qty": quantity}]).lines[0].qty == quantity


MALFORMED: list[tuple[str, dict[str, Any]]] = [
    ("kind", {"kind": SECRET}),
    ("station", {"station": [SECRET]}),
    ("created_at", {"created_at": SECRET}),
    ("guests", {"guests": SECRET}),
    ("part_stations", {"part_stations": SECRET}),
    ("note", {"note": {"text": SECRET}}),
    ("lines", {"lines": SECRET}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": 0}]}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": -1}]}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": "NaN"}]}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": "Infinity"}]}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": SECRET}]}),
    ("lines.1.qty", {"lines": [SOUP, {**STEAK, "qty": None}]}),
    ("lines.0.action", {"lines": [{**SOUP, "action": SECRET}]}),
    ("lines.0.menu_name", {"lines": [{**SOUP, "menu_name": [SECRET]}]}),
]


@pytest.mark.parametrize(("field", "change"), MALFORMED)
def test_a_malformed_ticket_names_the_field_and_never_its_content(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(MalformedTicketError) as malformed:
        read_ticket(as_json(stored(**change)))
    assert str(malformed.value).startswith(f"{field}: ")
    assert SECRET not in str(malformed.value)
    assert "anna" not in repr(malformed.value)
    assert malformed.value.__cause__ is None
    assert malformed.value.__suppress_context__


def test_what_is_nested_too_deeply_is_refused_in_words() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    with pytest.raises(MalformedTicketError):
        read_ticket(as_json(stored()).replace('"id": 4711', f'"id": {deep}'))


def test_a_number_of_thousands_of_digits_is_read_exactly() -> None:
    ticket = read_ticket(as_json(stored()).replace('"guests": 4', f'"guests": {"9" * 5000}'))
    assert ticket.guests is not None


def test_every_missing_field_is_named_at_once() -> None:
    with pytest.raises(MalformedTicketError) as malformed:
        read_ticket(as_json({"id": 1, "kind": "ORDER"}))
    for field in ("station", "created_at", "lines", "part_stations"):
        assert f"{field}: Field required" in str(malformed.value)


@given(st.dictionaries(st.sampled_from(sorted(stored())), JSON, max_size=6))
def test_whatever_stands_in_a_stored_ticket_it_is_read_or_refused_in_words(change: dict[str, Any]) -> None:
    problem = ""
    try:
        read_ticket(as_json(stored(**change)))
    except MalformedTicketError as malformed:
        problem = str(malformed)
    assert not problem or any(problem.startswith(field) for field in change)


@pytest.mark.parametrize("key", ["id", "uuid", "sku", "product_id", "modifier_id", "price", "total", "tax"])
def test_what_says_nothing_about_cooking_stays_off_the_paper(key: str) -> None:
    assert modifiers_of({"name": "nuts", key: 7}) == ("nuts",)
    assert modifiers_of({"size": "large", key: 7}) == ("size: large",)


def test_a_choice_that_was_not_made_is_not_named() -> None:
    assert modifiers_of({"name": "steak", "sauce": None, "size": "large"}) == ("steak (size: large)",)
    assert modifiers_of({"sauce": None}) == ("sauce: -",)


@pytest.mark.parametrize(("name", "read"), [(7, "7"), (1.5, "1.5"), (True, "True")])
def test_a_modifier_may_be_called_by_a_number(name: JsonValue, read: str) -> None:
    assert modifiers_of({"name": name}) == (read,)


def test_an_item_without_name_and_number_is_still_a_line() -> None:
    assert a_ticket(lines=[{"action": "ADD", "qty": 1}]).lines[0].name == "ITEM #-"


def test_a_job_of_which_no_age_is_known_is_new() -> None:
    assert a_job().age_seconds == 0.0
    assert a_job().on_unconfirmed is None
