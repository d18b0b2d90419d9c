"""What becomes of a job after an attempt, and how long a lane rests after trouble."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import BACKOFF_SECONDS, Decision, JobState, backoff_seconds, decide

PROVED = Confirmed(Evidence.TOKEN, is_cut=True)
UNCUT = Confirmed(Evidence.QUEUED_STATUS, is_cut=False)
OFF = NotSent(Reason.UNREACHABLE)
ILLEGIBLE = NotSent(Reason.CANNOT_LAY_OUT)
DOUBT = Uncertain(Reason.NO_CONFIRMATION)


def job(
    state: JobState, *, spent: int, maybe_on_paper: bool, failed_reason: Reason | None = None
) -> Decision:
    return Decision(state=state, spent=spent, maybe_on_paper=maybe_on_paper, failed_reason=failed_reason)


LOOKS_FINE = job(JobState.WAITING, spent=0, maybe_on_paper=False)
TRIED_ONCE = job(JobState.WAITING, spent=1, maybe_on_paper=True)
TRIED_TWICE = job(JobState.WAITING, spent=2, maybe_on_paper=True)
TRIED_OFTEN = job(JobState.WAITING, spent=7, maybe_on_paper=True)


def printed(spent: int) -> Decision:
    return job(JobState.PRINTED, spent=spent, maybe_on_paper=True)


def failed(spent: int, reason: Reason, *, maybe_on_paper: bool = True) -> Decision:
    return job(JobState.FAILED, spent=spent, maybe_on_paper=maybe_on_paper, failed_reason=reason)


TABLE = [
    (PROVED, LOOKS_FINE, 3, printed(0)),
    (PROVED, TRIED_TWICE, 3, printed(2)),
    (UNCUT, LOOKS_FINE, 1, printed(0)),
    (OFF, LOOKS_FINE, 3, LOOKS_FINE),
    (OFF, LOOKS_FINE, 1, LOOKS_FINE),
    (OFF, TRIED_TWICE, 3, TRIED_TWICE),
    (ILLEGIBLE, LOOKS_FINE, 3, failed(1, Reason.CANNOT_LAY_OUT, maybe_on_paper=False)),
    (ILLEGIBLE, TRIED_ONCE, 3, failed(2, Reason.CANNOT_LAY_OUT)),
    (DOUBT, LOOKS_FINE, 3, TRIED_ONCE),
    (DOUBT, TRIED_ONCE, 3, TRIED_TWICE),
    (DOUBT, TRIED_TWICE, 3, failed(3, Reason.NO_CONFIRMATION)),
    (DOUBT, LOOKS_FINE, 1, failed(1, Reason.NO_CONFIRMATION)),
    (DOUBT, TRIED_OFTEN, 3, failed(8, Reason.NO_CONFIRMATION)),
]


@pytest.mark.parametrize(("outcome", "before", "limit", "after"), TABLE)
def test_an_outcome_decides_what_becomes_of_the_job(
    outcome: Outcome, before: Decision, limit: int, after: Decision
) -> None:
    assert (
        decide(outcome, spent=before.spent, maybe_on_paper=before.maybe_on_paper, attempts_max=limit) == after
    )


REASONS = st.sampled_from(Reason)
OUTCOMES = st.one_of(
    st.builds(Confirmed, st.sampled_from(Evidence), st.booleans()),
    st.builds(NotSent, REASONS),
    st.builds(Uncertain, REASONS),
)


@given(OUTCOMES, st.integers(0, 30), st.booleans(), st.integers(1, 20))
def test_nothing_spent_comes_back_and_a_paper_that_may_exist_is_never_forgotten(
    outcome: Outcome, spent: int, maybe: bool, limit: int
) -> None:
    decision = decide(outcome, spent=spent, maybe_on_paper=maybe, attempts_max=limit)
    assert spent <= decision.spent <= spent + 1
    assert decision.maybe_on_paper or not maybe
    assert decision.maybe_on_paper or isinstance(outcome, NotSent)
    assert (decision.state is JobState.FAILED) == (decision.failed_reason is not None)
    assert (decision.state is JobState.PRINTED) == isinstance(outcome, Confirmed)


@given(st.lists(OUTCOMES, max_size=60), st.integers(1, 20))
def test_a_job_gets_exactly_as_many_doubtful_attempts_as_allowed(outcomes: list[Outcome], limit: int) -> None:
    """However often a printer was off in between: only papers that may exist are counted."""
    spent, maybe, doubts = 0, False, 0
    for outcome in outcomes:
        decision = decide(outcome, spent=spent, maybe_on_paper=maybe, attempts_max=limit)
        doubts += isinstance(outcome, Uncertain)
        spent, maybe = decision.spent, decision.maybe_on_paper
        if decision.state is not JobState.WAITING:
            assert (
                decision.state is JobState.PRINTED
                or decision.failed_reason is Reason.CANNOT_LAY_OUT
                or (doubts == limit)
            )
            return
        assert spent == doubts < limit
        assert maybe == (doubts > 0)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 5), (4, 10), (5, 30), (6, 30), (10**9, 30)]
)
def test_a_lane_rests_longer_with_each_failure_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert backoff_seconds(failures, chance=0.5) == pytest.approx(seconds)


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_chance_moves_a_rest_by_a_fifth_at_most(failures: int, chance: float) -> None:
    middle = backoff_seconds(failures, chance=0.5)
    assert 0.8 * middle - 1e-9 <= backoff_seconds(failures, chance) <= 1.2 * middle + 1e-9
    assert backoff_seconds(failures, chance) <= BACKOFF_SECONDS[-1] * 1.2


@pytest.mark.parametrize(("spent", "limit"), [(0, 3), (0, 1), (7, 3)])
def test_where_a_person_looks_first_a_doubt_is_held_however_often_it_was_tried(
    spent: int, limit: int
) -> None:
    decision = decide(DOUBT, spent=spent, maybe_on_paper=False, attempts_max=limit, on_unconfirmed="hold")
    assert decision == job(JobState.HELD, spent=spent + 1, maybe_on_paper=True)


@pytest.mark.parametrize("outcome", [PROVED, OFF, ILLEGIBLE])
def test_what_is_not_in_doubt_is_never_held(outcome: Outcome) -> None:
    looked_at = decide(outcome, spent=0, maybe_on_paper=False, attempts_max=3, on_unconfirmed="hold")
    assert looked_at == decide(outcome, spent=0, maybe_on_paper=False, attempts_max=3)


def test_what_a_person_accepted_without_a_proof_is_printed() -> None:
    accepted = decide(Unconfirmed(Evidence.SENT), spent=1, maybe_on_paper=False, attempts_max=3)
    assert accepted == printed(1)
