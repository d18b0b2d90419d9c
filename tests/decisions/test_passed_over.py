"""When tickets go past a printer, and when they come home."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.passed_over import (
    NOT_A_CONDITION,
    Condition,
    passed_over_for,
)
from kitchen_printer.decisions.reason import Reason

FAILOVER = 10.0
NOW = 1000.0
OUT, COVER, LOST, MUTE = Reason.PAPER_OUT, Reason.COVER_OPEN, Reason.UNREACHABLE, Reason.DOES_NOT_CONFIRM


def down(reason: Reason, seconds: float) -> Condition:
    return Condition(trouble=reason, since=NOW - seconds)


def well(seconds: float, answers: int) -> Condition:
    return Condition(trouble=None, since=NOW - seconds, answers=answers)


def doubtful(tickets: int, seconds_ago: float, trouble: Reason | None = None) -> Condition:
    return Condition(
        trouble=trouble, since=NOW - 1, answers=1, doubtful_tickets=tickets, doubted_at=NOW - seconds_ago
    )


RULES: list[tuple[str, Reason | None, Condition, Reason | None]] = [
    # what it was before, what its lane sees, what it is now
    ("well all the time: tickets go to it", None, well(100, 5), None),
    ("never asked yet: tickets go to it", None, well(0, 0), None),
    ("out of paper for 9 s: they wait for the roll", None, down(OUT, 9), None),
    ("out of paper for 10 s: they go past it", None, down(OUT, 10), OUT),
    ("off for 10 s: they go past it", None, down(LOST, 10), LOST),
    ("the cause changes, the banner follows", OUT, down(COVER, 60), COVER),
    ("a mistake of ours is nobody's condition", None, down(Reason.INTERNAL_ERROR, 60), None),
    ("it answers again, once", OUT, well(30, 1), OUT),
    ("it answers again, often, but only for 9 s", OUT, well(9, 9), OUT),
    ("it has been well for 10 s and answered twice: home", OUT, well(10, 2), None),
    ("it was back for a moment: still past it", OUT, down(OUT, 1), OUT),
    ("one ticket unconfirmed is its own matter", None, doubtful(1, 0), None),
    ("two different ones in a row: past it, at once", None, doubtful(2, 0), MUTE),
    ("health alone brings it not home", MUTE, doubtful(2, 200), MUTE),
    ("it is tried again after five minutes", None, doubtful(2, 300), None),
    ("and not before", None, doubtful(2, 299.9), MUTE),
    ("also while its last failure is still fresh", None, doubtful(2, 0, Reason.NO_CONFIRMATION), MUTE),
]


@pytest.mark.parametrize(("rule", "before", "condition", "after"), RULES, ids=[rule for rule, *_ in RULES])
def test_tickets_go_past_a_printer_or_to_it(
    rule: str, before: Reason | None, condition: Condition, after: Reason | None
) -> None:
    assert passed_over_for(before, condition, NOW, FAILOVER) == after, rule


def test_without_a_failover_time_it_takes_one_failure_to_leave_and_still_two_answers_to_come_home() -> None:
    assert passed_over_for(None, down(OUT, 0), NOW, 0) == OUT
    assert passed_over_for(OUT, well(0.5, 2), NOW, 0) == OUT
    assert passed_over_for(OUT, well(1, 1), NOW, 0) == OUT
    assert passed_over_for(OUT, well(1, 2), NOW, 0) is None


@pytest.mark.parametrize("reason", list(Reason))
def test_only_what_is_the_printers_own_fault_lets_tickets_go_past_it(reason: Reason) -> None:
    ours = {"internal_error", "service_stopped", "lease_lost", "cannot_lay_out", "parked"}
    assert passed_over_for(None, down(reason, 60), NOW, FAILOVER) == (None if reason in ours else reason)
    assert passed_over_for(OUT, down(reason, 60), NOW, FAILOVER) == (OUT if reason in ours else reason)


def test_a_mistake_of_ours_brings_no_tickets_home() -> None:
    ours = Condition(trouble=Reason.INTERNAL_ERROR, since=NOW - 60, answers=2)
    assert passed_over_for(OUT, ours, NOW, FAILOVER) is OUT


def test_a_printer_of_which_nothing_else_is_known_has_answered_and_doubted_nothing() -> None:
    assert passed_over_for(OUT, Condition(trouble=None, since=0.0, answers=2), 300.0, FAILOVER) is None
    assert Condition(trouble=None, since=0.0) == Condition(
        trouble=None, since=0.0, answers=0, doubtful_tickets=0, doubted_at=0.0
    )


REASONS = st.sampled_from([each for each in Reason if each not in NOT_A_CONDITION])
STEPS = st.lists(st.tuples(st.floats(0.1, 20), st.none() | REASONS), max_size=40)


@given(STEPS, st.floats(0, 30))
def test_a_printer_never_leaves_or_comes_home_before_its_time_whatever_it_does(
    steps: list[tuple[float, Reason | None]], failover: float
) -> None:
    now, since, answers, trouble = 0.0, 0.0, 0, None
    passed: Reason | None = None
    for seconds, found in steps:
        now += seconds
        if (found is None) != (trouble is None):
            since, answers = now, 0
        trouble, answers = found, answers + (found is None)
        before, passed = (
            passed,
            passed_over_for(passed, Condition(trouble=trouble, since=since, answers=answers), now, failover),
        )
        if before is None and passed is not None:
            assert trouble is not None
            assert now - since >= failover
        if before is not None and passed is None:
            assert trouble is None
            assert now - since >= failover
            assert answers >= 2
