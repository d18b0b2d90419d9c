"""Level B: the answer to GS r carries no name. What else could be taken for it, and why it is not.

A printer of this level says one byte when everything before the question is printed. So the delivery must be
sure that exactly one question is open, and that it is its own.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.delivery_steps import FENCE_SECONDS
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.decisions.conversation import (
    ASK_QUEUED,
    CUT,
    FEED_AND_CUT,
    HEALTHY,
    PAPER_OUT,
    QUEUED,
    Conversation,
    in_state,
)

B = Level.QUEUED_STATUS


@pytest.mark.parametrize("state", [State.ASKING, State.RESETTING, State.READY])
def test_an_answer_that_nobody_asked_for_ends_the_preflight(state: State) -> None:
    """It belongs to a ticket that somebody left in the printer; ours may come after it, one too late."""
    talk = in_state(state, B)
    talk.says(QUEUED)
    assert talk.delivery.outcome == NotSent(Reason.BUSY)


def test_a_second_answer_on_the_heels_of_the_first_ends_the_preflight() -> None:
    talk = in_state(State.FENCING, B)
    talk.says(QUEUED + QUEUED)
    assert talk.delivery.outcome == NotSent(Reason.BUSY)


def test_an_answer_that_came_before_the_question_went_out_is_none() -> None:
    """A pushed status of five bytes, as a clone may send it, or an answer that arrives together with it."""
    talk = in_state(State.RESETTING, B)
    talk.delivery.received(HEALTHY + QUEUED)
    assert talk.delivery.outcome == NotSent(Reason.BUSY)


def test_the_pushed_status_separates_old_answers_from_ours_so_it_must_come() -> None:
    """It is sent in order too, and it has a name. A printer that is silent still prints for somebody else."""
    talk = in_state(State.RESETTING, B)
    assert talk.delivery.seconds_to_wait == FENCE_SECONDS
    talk.delivery.silence()
    assert talk.delivery.outcome == NotSent(Reason.BUSY)
    assert ASK_QUEUED not in talk.sent


NEARLY_OUT = bytes.fromhex("14 00 03 0f")


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(0, 6), st.booleans())
def test_no_status_that_is_pushed_while_an_old_ticket_prints_lets_its_answer_pass_for_ours(
    changes: list[bool], old_answer_at: int, is_nearly_out: bool
) -> None:
    """The roll gets thin and thick again as the old ticket moves it; each change is pushed, none is our separator."""
    talk = Conversation(B)
    talk.is_healthy()
    said: list[bytes] = []
    for is_changed in changes:
        is_nearly_out ^= is_changed
        said += [NEARLY_OUT if is_nearly_out else HEALTHY] if is_changed or not said else []
    said.insert(min(old_answer_at, len(said)), QUEUED)
    said += [NEARLY_OUT if is_nearly_out else HEALTHY] * 2  # at last the answers to our own questions
    talk.says(*said)
    assert talk.delivery.outcome == NotSent(Reason.BUSY)
    assert ASK_QUEUED not in talk.sent


def test_one_pushed_status_may_be_of_the_printers_own_accord_so_two_equal_ones_must_come() -> None:
    talk = Conversation(B)
    talk.is_healthy()
    assert talk.says(NEARLY_OUT, HEALTHY) == b""
    assert talk.says(HEALTHY) == ASK_QUEUED


def test_an_answer_from_a_printer_that_says_it_has_stopped_proves_nothing() -> None:
    """Epson: while offline, GS r is not executed. What answers all the same does not wait for the paper."""
    talk = in_state(State.STOPPED, B)
    talk.says(QUEUED)
    assert talk.is_in(State.STOPPED)
    talk.says(HEALTHY, QUEUED)
    assert talk.is_in(State.CUTTING)


@pytest.mark.parametrize("bits", [0x04, 0x08, 0x0C, 0x0F])
def test_an_answer_that_reports_paper_end_proves_no_print(bits: int) -> None:
    """Epson never sends these bits, because the question waits for paper; some clones answer at once."""
    talk = in_state(State.PRINTING, B)
    talk.says(bytes((bits,)))
    assert talk.delivery.outcome == Uncertain(Reason.PAPER_OUT)


def test_a_preflight_answer_that_reports_paper_end_costs_no_attempt() -> None:
    talk = in_state(State.FENCING, B)
    talk.says(b"\x0c")
    assert talk.delivery.outcome == NotSent(Reason.PAPER_OUT)


def test_an_answer_that_reports_the_roll_near_its_end_is_proof() -> None:
    talk = in_state(State.PRINTING, B)
    assert talk.says(b"\x03") == FEED_AND_CUT + ASK_QUEUED


def test_a_second_answer_to_the_first_question_is_no_proof_of_the_cut() -> None:
    talk = in_state(State.PRINTING, B)
    talk.delivery.received(QUEUED + QUEUED)
    assert talk.is_in(State.CUTTING)
    talk.listen()
    talk.delivery.silence()
    assert talk.delivery.outcome == Confirmed(Evidence.QUEUED_STATUS, is_cut=False)


def test_bytes_inside_a_pushed_status_are_no_answers_however_they_are_cut_up() -> None:
    talk = in_state(State.PRINTING, B)
    for byte in HEALTHY + bytes.fromhex("14 00 03 0f") + HEALTHY:
        talk.says(bytes((byte,)))
    assert talk.is_in(State.PRINTING)


def test_a_pushed_status_that_lost_a_byte_leaves_no_answer_behind() -> None:
    talk = in_state(State.PRINTING, B)
    talk.says(bytes.fromhex("1c 0c 0f"), PAPER_OUT)
    assert talk.is_in(State.STOPPED)


def test_only_one_question_is_open_at_any_time() -> None:
    talk = Conversation(B)
    talk.is_ready()
    assert talk.hand_over().count(ASK_QUEUED) == 1
    assert talk.says(QUEUED).count(ASK_QUEUED) == 1
    talk.says(talk.in_order(CUT))
    assert talk.sent.count(ASK_QUEUED) == 3
