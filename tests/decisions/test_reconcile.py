"""What the printer's memory proves about a doubtful ticket, and what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.outcome import Confirmed, Evidence, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import (
    STROKES_MIN,
    Doubt,
    Findings,
    Odometer,
    verdict,
    what_moved,
)

PRINTED, CUT = "A7Qk", "A7Ql"
BEFORE = Odometer(cuts=1042, strokes=981_230)
LOST = Reason.CONNECTION_LOST


def judged(
    *echoes: str,
    cuts: int = 0,
    strokes: int = 0,
    expected: int = 1,
    answered: bool = True,
    before: Odometer | None = BEFORE,
    counts: bool = True,
) -> Outcome:
    after = Odometer(BEFORE.cuts + cuts, BEFORE.strokes + strokes) if counts else None
    doubt = Doubt(reason=LOST, token_printed=PRINTED, token_cut=CUT, before=before, expected_cuts=expected)
    return verdict(doubt, Findings(echoes=frozenset(echoes), answered_in_order=answered, after=after))


def test_a_late_token_proves_the_print_whatever_the_counters_say() -> None:
    assert judged(CUT) == judged(PRINTED, CUT) == Confirmed(Evidence.LATE_TOKEN, is_cut=True)
    assert judged(PRINTED, cuts=-5) == Confirmed(Evidence.LATE_TOKEN, is_cut=False)
    assert judged(PRINTED, answered=False, counts=False) == Confirmed(Evidence.LATE_TOKEN, is_cut=False)


def test_a_strangers_token_proves_nothing() -> None:
    assert judged("A7Qj") == Uncertain(LOST)


@pytest.mark.parametrize("expected", [1, 2])
def test_counters_that_did_the_work_of_the_whole_ticket_prove_it(expected: int) -> None:
    proved = Confirmed(Evidence.COUNTERS, is_cut=True)
    assert judged(cuts=expected, strokes=STROKES_MIN, expected=expected) == proved
    assert judged(cuts=expected, strokes=STROKES_MIN - 1, expected=expected) == Uncertain(LOST)
    assert judged(cuts=expected + 1, strokes=STROKES_MIN, expected=expected) == Uncertain(LOST)


def test_the_shortest_ticket_takes_fifty_strokes() -> None:
    assert STROKES_MIN == 50


def test_lines_without_a_cut_are_a_piece() -> None:
    assert judged(strokes=1) == Uncertain(Reason.PARTIAL)
    assert judged(cuts=1, strokes=1, expected=2) == Uncertain(LOST)


def test_counters_that_stood_still_prove_nothing() -> None:
    """They may have fallen back, in a power cut, to exactly what they were."""
    assert judged() == Uncertain(LOST)


def test_counters_that_fell_back_tell_of_a_power_cut() -> None:
    assert judged(cuts=-1, strokes=100) == Uncertain(Reason.POWER_LOST)
    assert judged(cuts=1, strokes=-1) == Uncertain(Reason.POWER_LOST)


def test_without_an_answer_in_order_or_without_counters_the_doubt_stays() -> None:
    assert judged(cuts=1, strokes=500, answered=False) == Uncertain(LOST)
    assert judged(cuts=1, strokes=500, before=None) == Uncertain(LOST)
    assert judged(counts=False) == Uncertain(LOST)


@given(st.integers(-3, 3), st.integers(-200, 200), st.integers(1, 3))
def test_counters_alone_never_prove_more_than_they_show(cuts: int, strokes: int, expected: int) -> None:
    is_proved = isinstance(judged(cuts=cuts, strokes=strokes, expected=expected), Confirmed)
    assert is_proved == (cuts == expected and strokes >= STROKES_MIN)


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (Odometer(BEFORE.cuts - 1, BEFORE.strokes + 10), Reason.POWER_LOST),
        (Odometer(BEFORE.cuts, BEFORE.strokes - 1), Reason.POWER_LOST),
        (Odometer(BEFORE.cuts, BEFORE.strokes + 1), Reason.PARTIAL),
        (Odometer(BEFORE.cuts + 1, BEFORE.strokes + 10), LOST),
        (Odometer(BEFORE.cuts + 1, BEFORE.strokes), LOST),
    ],
)
def test_what_moved_says_what_became_of_a_ticket_that_was_taken_back(after: Odometer, reason: Reason) -> None:
    assert what_moved(BEFORE, after, otherwise=LOST) is reason
