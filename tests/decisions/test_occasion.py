"""What happened to a ticket before it got to paper: whether it is late, and what was taken back meanwhile."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.occasion import LaterLine, Occasion, read_occasion, voided_since
from kitchen_printer.decisions.ticket import Action, JobKind

NOW = datetime(2026, 6, 1, 17, 45, tzinfo=UTC)


def found(kind: JobKind = JobKind.TICKET, **circumstances: Any) -> Occasion:
    times = {"now": "2026-06-01T17:45:00.5+00:00", "due_since": "2026-06-01T19:44:57+02:00"}
    stored: dict[str, Any] = {**times, "later": [], "ordered_on": [], **circumstances}
    return read_occasion(json.dumps(stored), kind, NOW, late_seconds=300)


def line(action: Action, qty: str, item: int = 11) -> LaterLine:
    return LaterLine(item=item, action=action, qty=Decimal(qty))


@pytest.mark.parametrize(
    ("due_since", "kind", "is_late"),
    [
        ("2026-06-01T17:40:00.5Z", JobKind.TICKET, False),
        ("2026-06-01T17:40:00.4Z", JobKind.TICKET, True),
        ("2026-06-01T17:45:05Z", JobKind.TICKET, False),  # by a clock that is ahead
        ("2026-05-01T17:40:00Z", JobKind.REPRINT, False),
    ],
)
def test_a_ticket_is_late_from_its_limit_on_and_a_reprint_never(
    due_since: str, kind: JobKind, is_late: bool
) -> None:
    assert found(kind, due_since=due_since).is_late is is_late


def test_an_item_is_known_by_all_numbers_it_was_ordered_on() -> None:
    ordered_on = [{"item": 11, "number": 43}, {"item": 12, "number": 41}, {"item": 11, "number": 41}]
    assert found(ordered_on=ordered_on).ordered_on == {11: (41, 43), 12: (41,)}


def test_what_was_voided_since_is_exact() -> None:
    later = [{"item": 11, "action": "VOID", "qty": "0.1"}, {"item": 11, "action": "VOID", "qty": "0.2"}]
    assert found(later=later).voided == {11: Decimal("0.3")}


@pytest.mark.parametrize(
    ("later", "voided"),
    [
        ([], {}),
        ([line(Action.VOID, "1")], {11: 1}),
        ([line(Action.CHANGE, "2")], {}),
        ([line(Action.ADD, "1"), line(Action.VOID, "1")], {}),  # the void is of the later order
        ([line(Action.VOID, "1"), line(Action.ADD, "1")], {11: 1}),  # ordered again: another ticket says so
        ([line(Action.ADD, "1"), line(Action.VOID, "3")], {11: 2}),
        ([line(Action.ADD, "1", item=12), line(Action.VOID, "1")], {11: 1}),
    ],
)
def test_a_void_takes_from_the_latest_order_first(later: list[LaterLine], voided: dict[int, int]) -> None:
    assert voided_since(later) == voided


_MOVES = st.lists(st.tuples(st.sampled_from([Action.ADD, Action.VOID]), st.integers(1, 5)), max_size=8)


@given(st.integers(1, 5), _MOVES)
def test_what_all_tickets_leave_to_be_made_is_what_is_wanted(
    first: int, moves: Sequence[tuple[Action, int]]
) -> None:
    lines = [line(Action.ADD, str(first))]
    wanted = first
    for action, quantity in moves:
        taken = min(quantity, wanted) if action is Action.VOID else quantity
        if taken:
            lines.append(line(action, str(taken)))
            wanted += taken if action is Action.ADD else -taken

    made = 0
    for place, each in enumerate(lines):
        if each.action is Action.ADD:
            made += int(each.qty - min(each.qty, voided_since(lines[place + 1 :]).get(11, Decimal(0))))
    assert made == wanted
