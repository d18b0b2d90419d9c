"""What follows from one test paper: an answer that could not have waited for the paper proves nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.paper_test import Finding, Judgement, PaperTested, judge, may_show_scripts
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer

PROVED = Confirmed(Evidence.TOKEN, is_cut=True)
BEFORE = Odometer(cuts=7, strokes=1000)
AFTER = Odometer(cuts=8, strokes=1600)


def paper(
    level: Level, *, outcome: Outcome = PROVED, seconds: float | None = 0.5, after: Odometer | None = AFTER
) -> PaperTested:
    return PaperTested(
        level=level, outcome=outcome, printed_mm=100, seconds=seconds, before=BEFORE, after=after
    )


@pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE, Level.QUEUED_STATUS])
def test_who_answers_once_the_paper_has_moved_is_proven(level: Level) -> None:
    expected = Judgement(finding=Finding.PROVED, level=level, is_proven=True)
    assert judge(paper(level), may_answer_in_order=True) == expected


@pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE])
def test_who_echoes_too_early_is_tested_at_the_next_level_if_it_has_that(level: Level) -> None:
    early = paper(level, seconds=0.1)
    assert judge(early, may_answer_in_order=True).test_next is Level.QUEUED_STATUS
    without = judge(early, may_answer_in_order=False)
    assert (without.level, without.is_proven, without.test_next) == (Level.HEALTH, True, None)


def test_who_answers_too_early_in_order_proves_nothing_at_all() -> None:
    judged = judge(paper(Level.QUEUED_STATUS, seconds=0.1), may_answer_in_order=True)
    assert (judged.finding, judged.level, judged.test_next) == (
        Finding.ANSWERS_TOO_EARLY,
        Level.HEALTH,
        None,
    )


@pytest.mark.parametrize(
    "after",
    [
        None,
        Odometer(cuts=7, strokes=1600),
        Odometer(cuts=9, strokes=1600),
        Odometer(cuts=8, strokes=1010),
        Odometer(cuts=8, strokes=900_000),
    ],
)
def test_counters_that_do_not_count_the_paper_are_not_relied_on(after: Odometer | None) -> None:
    judged = judge(paper(Level.COUNTERS, after=after), may_answer_in_order=True)
    assert (judged.finding, judged.level, judged.is_proven) == (Finding.MISCOUNTS, Level.TOKEN_FENCE, True)


@given(st.sampled_from(Level), st.none() | st.floats(0, 60))
def test_what_was_not_confirmed_in_time_is_never_proven_at_the_level_that_was_tested(
    level: Level, seconds: float | None
) -> None:
    for outcome in (PROVED, Unconfirmed(Evidence.SENT), Uncertain(Reason.NO_CONFIRMATION)):
        judged = judge(paper(level, outcome=outcome, seconds=seconds), may_answer_in_order=True)
        if not isinstance(outcome, Confirmed):
            assert not judged.is_telling
            assert judged.level is level
        elif seconds is None or seconds < 0.2:
            assert judged.level not in (level, Level.COUNTERS, Level.TOKEN_FENCE) or level is Level.HEALTH


@pytest.mark.parametrize(
    ("tested", "is_pinned", "expected"),
    [
        (paper(Level.TOKEN_FENCE), False, True),
        (paper(Level.TOKEN_FENCE, seconds=0.1), False, False),
        (paper(Level.QUEUED_STATUS, seconds=0.1), False, False),
        (paper(Level.QUEUED_STATUS, seconds=0.1), True, True),
        (paper(Level.MUTE, outcome=Unconfirmed(Evidence.SENT)), True, True),
        (paper(Level.TOKEN_FENCE, outcome=Uncertain(Reason.PAPER_OUT)), True, False),
    ],
    ids=["proved", "another test follows", "gets no papers", "pinned", "mute and pinned", "not confirmed"],
)
def test_scripts_follow_the_last_test_paper_on_a_printer_that_may_get_papers(
    tested: PaperTested, is_pinned: bool, expected: bool
) -> None:
    assert may_show_scripts(judge(tested, may_answer_in_order=True), is_pinned=is_pinned) is expected


def judged_of(**fields: Any) -> Judgement:
    may_answer_in_order = fields.pop("may_answer_in_order", True)
    return judge(
        paper(fields.pop("level", Level.COUNTERS), **fields), may_answer_in_order=may_answer_in_order
    )


@pytest.mark.parametrize(("seconds", "is_proved"), [(0.2, True), (0.1999, False), (None, False)])
def test_a_paper_of_ten_centimetres_takes_the_fastest_printer_a_fifth_of_a_second(
    seconds: float | None, is_proved: bool
) -> None:
    judged = judged_of(level=Level.TOKEN_FENCE, seconds=seconds)
    assert (judged.finding is Finding.PROVED) is is_proved
    assert judged.finding in (Finding.PROVED, Finding.ANSWERS_TOO_EARLY)


@pytest.mark.parametrize(
    ("strokes", "finding"),
    [
        (49, Finding.MISCOUNTS),
        (50, Finding.PROVED),
        (1600, Finding.PROVED),  # two dot rows of each of its 800, at most
        (1601, Finding.MISCOUNTS),
    ],
)
def test_strokes_are_believed_between_the_shortest_ticket_and_two_for_each_row_of_dots(
    strokes: int, finding: Finding
) -> None:
    assert judged_of(after=Odometer(cuts=8, strokes=1000 + strokes)).finding is finding


def test_counters_that_were_not_told_before_the_paper_are_not_relied_on() -> None:
    untold = replace(paper(Level.COUNTERS), before=None)
    assert judge(untold, may_answer_in_order=True).finding is Finding.MISCOUNTS


@pytest.mark.parametrize("outcome", [NotSent(Reason.COVER_OPEN), Uncertain(Reason.COVER_OPEN)])
def test_a_paper_that_did_not_come_says_nothing_but_why(outcome: Outcome) -> None:
    assert judged_of(outcome=outcome) == Judgement(
        finding=Finding.NO_ANSWER, level=Level.COUNTERS, is_proven=False, reason=Reason.COVER_OPEN
    )


def test_what_nobody_can_prove_is_not_proven_by_a_test() -> None:
    assert judged_of(level=Level.MUTE, outcome=Unconfirmed(Evidence.SENT)) == Judgement(
        finding=Finding.NOTHING_TO_PROVE, level=Level.MUTE, is_proven=False
    )


def test_an_echo_that_came_too_early_leaves_the_next_level_unproven() -> None:
    assert judged_of(seconds=0.1) == Judgement(
        finding=Finding.ANSWERS_TOO_EARLY,
        level=Level.QUEUED_STATUS,
        is_proven=False,
        test_next=Level.QUEUED_STATUS,
    )
    assert judged_of(seconds=0.1, may_answer_in_order=False).is_proven


@pytest.mark.parametrize("finding", list(Finding))
def test_a_test_without_an_answer_tells_nothing_of_the_printer(finding: Finding) -> None:
    judged = Judgement(finding=finding, level=Level.MUTE, is_proven=False)
    assert judged.is_telling == (finding not in ("nothing to prove", "no answer"))
