"""A printer that has stopped is asked again how it is: the status by which it tells may be lost, or misread.

Its answers overtake the ticket. So they may end the waiting, and never prove anything.
"""

import pytest

from kitchen_printer.decisions.asking import Asking
from kitchen_printer.decisions.delivery import ANSWER_BYTES_MAX
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.decisions.conversation import (
    ASK_QUEUED,
    COVER_OPEN,
    CUT,
    FEED_AND_CUT,
    HEALTHY,
    PAYLOAD,
    PRINTED,
    QUEUED,
    Conversation,
    in_state,
)

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])


def asked_again(level: Level) -> Conversation:
    """A printer that said that its paper is out, and is asked how it is now."""
    talk = in_state(State.STOPPED, level)
    talk.delivery.ask_again()
    assert talk.listen() == b"\x10\x04\x01"
    return talk


@LEVELS
def test_a_stopped_printer_that_answers_four_times_that_it_is_well_has_resumed(level: Level) -> None:
    talk = asked_again(level)
    assert talk.says(b"\x16") == b"\x10\x04\x02"
    assert talk.says(b"\x12") == b"\x10\x04\x03"
    assert talk.says(b"\x12") == b"\x10\x04\x04"
    assert talk.is_in(State.STOPPED)
    assert talk.says(b"\x12") == b""
    assert (talk.state, talk.delivery.reason) == (State.PRINTING, None)
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_confirm
    talk.says(talk.in_order(PRINTED), talk.in_order(CUT))
    assert isinstance(talk.delivery.outcome, Confirmed)


@LEVELS
def test_without_the_proof_that_should_follow_it_stays_in_doubt(level: Level) -> None:
    talk = asked_again(level)
    talk.is_healthy()
    talk.says(b"\x16\x12\x12\x12")
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(Reason.NO_CONFIRMATION)


def test_at_level_b_what_answered_while_it_counted_as_stopped_is_no_proof_afterwards() -> None:
    """The paper may never have been out, but a clone that does not wait for it answers just so."""
    talk = in_state(State.STOPPED, Level.QUEUED_STATUS)
    talk.says(QUEUED)
    talk.delivery.ask_again()
    talk.listen()
    talk.is_healthy()
    assert talk.is_in(State.PRINTING)
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(Reason.NO_CONFIRMATION)


@LEVELS
def test_an_answer_that_tells_of_trouble_only_tells_the_cause_anew(level: Level) -> None:
    talk = asked_again(level)
    steps = talk.delivery.steps
    talk.says(b"\x1e", b"\x16", b"\x12", b"\x12")
    assert (talk.state, talk.delivery.reason) == (State.STOPPED, Reason.COVER_OPEN)
    assert talk.delivery.steps == steps


@LEVELS
def test_a_status_that_is_pushed_while_it_is_asked_voids_the_answers_from_before(level: Level) -> None:
    """The cover is opened between the second answer and the third, which do not tell of it."""
    talk = asked_again(level)
    talk.says(b"\x16", b"\x12", COVER_OPEN, b"\x12", b"\x12")
    assert (talk.state, talk.delivery.reason) == (State.STOPPED, Reason.COVER_OPEN)
    talk.delivery.ask_again()
    assert talk.listen() == b"\x10\x04\x01"


@LEVELS
def test_answers_that_came_before_the_next_question_left_are_none(level: Level) -> None:
    talk = asked_again(level)
    assert talk.says(b"\x12" * 4) == b"\x10\x04\x02"
    assert talk.is_in(State.STOPPED)


@LEVELS
def test_a_question_that_nobody_answers_is_asked_again_and_uses_nothing_up(level: Level) -> None:
    """A board that forwards no question while the printer is offline; or one that answers for hours."""
    talk = in_state(State.STOPPED, level)
    steps = talk.delivery.steps
    for answers in ([], [b"\x12"], [b"\x1e", b"\x32", b"\x12", b"\x72"]) * ANSWER_BYTES_MAX:
        talk.delivery.ask_again()
        assert talk.listen() == b"\x10\x04\x01"
        talk.says(*answers)
    assert (talk.state, talk.delivery.reason) == (State.STOPPED, Reason.PAPER_OUT)
    assert talk.delivery.steps == steps
    talk.delivery.silence()
    assert talk.is_in(State.REVOKING)


def test_a_proof_in_one_breath_with_an_answer_and_the_resumption_counts() -> None:
    """Level B: the question that follows from the answer is not sent any more, and is in nobody's way."""
    talk = asked_again(Level.QUEUED_STATUS)
    talk.delivery.received(b"\x16" + HEALTHY + QUEUED)
    assert talk.listen() == FEED_AND_CUT + ASK_QUEUED


def test_a_late_answer_to_a_question_after_the_ticket_went_on_proves_nothing() -> None:
    talk = asked_again(Level.QUEUED_STATUS)
    assert talk.says(b"\x16", HEALTHY) == b"\x10\x04\x02"
    talk.says(b"\x12", b"\x12", b"\x12", b"\x12")
    assert talk.is_in(State.PRINTING)


@pytest.mark.parametrize("state", [state for state in State if state is not State.STOPPED])
def test_only_a_printer_that_has_stopped_is_asked_again(state: State) -> None:
    talk = in_state(state, Level.COUNTERS)
    before = talk.listen()
    talk.delivery.ask_again()
    assert (talk.state, talk.listen(), before) == (state, b"", before)


@pytest.mark.parametrize(("last", "is_thin"), [(0x12, False), (0x1E, True)])
def test_a_round_of_four_questions_asks_each_once_and_ends_with_the_paper(last: int, is_thin: bool) -> None:
    asking = Asking()
    for question in (1, 2, 3, 4):
        assert (asking.question, asking.is_open, asking.is_over, asking.is_near_end) == (
            question,
            False,
            False,
            None,
        )
        assert asking.to_send() == bytes((0x10, 0x04, question))
        assert (asking.to_send(), asking.is_open) == (b"", True)
        asking.answered(last if question == 4 else 0x12)
    assert (asking.is_over, asking.is_near_end, asking.trouble) == (True, is_thin, None)


def test_of_several_troubles_the_one_that_names_a_cause_is_told() -> None:
    asking = Asking()
    for bits in (0x1A, 0x12, 0x1A, 0x72):  # offline; cover closed; cutter; no paper
        asking.to_send()
        asking.answered(bits)
    assert asking.trouble is Reason.CUTTER
