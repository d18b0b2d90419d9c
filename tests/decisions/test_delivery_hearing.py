"""What a delivery makes of who talks before it was asked for a ticket, of too much talk, and of the steps it counts."""

import pytest

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import NotSent, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.decisions.conversation import (
    COVER_OPEN,
    HEALTHY,
    PAPER_OUT,
    PREFLIGHT,
    PRINTED,
    QUEUED,
    Conversation,
    counter,
    echo,
    in_state,
    not_printed,
)

STATUSES_THAT_ARE_LETTERS = b"hello"
"""Each of these bytes is an answer to ``GS r`` as well, so only that they are lines of text gives them away."""


@pytest.mark.parametrize("pieces", [[b"hello"], [b"he", b"ll"], [b"h", b"e", b"l", b"l", b"o"]])
def test_who_says_lines_of_text_when_asked_for_its_health_is_no_printer(pieces: list[bytes]) -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    talk.says(*pieces)
    assert talk.delivery.outcome == NotSent(Reason.NOT_A_PRINTER)


def test_letters_that_come_later_are_statuses() -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    talk.says(b"\x16", STATUSES_THAT_ARE_LETTERS)
    assert talk.is_in(State.ASKING)
    stopped = in_state(State.STOPPED)
    stopped.delivery.ask_again()
    stopped.listen()
    stopped.says(STATUSES_THAT_ARE_LETTERS)
    assert stopped.is_in(State.STOPPED)


def test_three_letters_may_still_be_a_printer() -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    talk.says(b"hel")
    assert talk.is_in(State.ASKING)


@pytest.mark.parametrize(("heard", "is_refused"), [(256, False), (257, True)])
@pytest.mark.parametrize("level", [Level.HEALTH, Level.MUTE])
def test_more_than_256_bytes_in_one_step_are_no_printers(level: Level, heard: int, is_refused: bool) -> None:
    talk = in_state(State.READY, level)
    talk.says(b"\x00" * heard)
    assert talk.is_in(State.REFUSED if is_refused else State.READY)


def test_what_was_heard_in_one_step_is_not_counted_in_the_next() -> None:
    talk = Conversation(Level.HEALTH)
    for _ in range(4):
        talk.says(b"\x00" * 200, b"\x12")
    assert talk.is_in(State.READY)


@pytest.mark.parametrize(
    ("level", "steps"), [(Level.COUNTERS, 1), (Level.QUEUED_STATUS, 1), (Level.HEALTH, 1), (Level.MUTE, 0)]
)
def test_a_delivery_begins_with_its_first_step_unless_nothing_is_asked(level: Level, steps: int) -> None:
    delivery = Delivery(level, PREFLIGHT)
    assert (delivery.steps, delivery.junk_bytes, delivery.strange_echoes) == (steps, 0, [])
    assert (delivery.reason, delivery.odometer, delivery.is_near_end) == (None, None, None)
    assert not delivery.leaves_it_clean


def test_each_answered_question_and_each_state_is_a_step() -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    steps = [talk.delivery.steps]
    for answer in (b"\x16", b"\x12", b"\x12", b"\x12", HEALTHY, echo(PREFLIGHT)):
        talk.says(answer)
        steps.append(talk.delivery.steps)
    assert steps == [1, 2, 3, 4, 5, 5, 6]


def test_a_printer_that_has_stopped_gets_no_new_time_by_answering() -> None:
    talk = in_state(State.STOPPED)
    steps = talk.delivery.steps
    talk.delivery.ask_again()
    talk.listen()
    talk.says(b"\x1a", b"\x12")
    assert talk.delivery.steps == steps


def test_what_counts_no_tokens_hears_no_counters() -> None:
    talk = in_state(State.READY, Level.TOKEN_FENCE)
    talk.says(counter(1), counter(2))
    assert talk.delivery.odometer is None


@pytest.mark.parametrize("text", [b"\x5f12a\x00", b"\x5f\x00", b"\x5f-1\x00"])
def test_what_is_no_number_is_no_counter(text: bytes) -> None:
    talk = in_state(State.COUNTING, Level.COUNTERS)
    talk.says(text, counter(7), counter(8))
    assert talk.is_in(State.READY)
    assert talk.delivery.odometer is not None
    assert (talk.delivery.odometer.cuts, talk.delivery.odometer.strokes) == (7, 8)


def test_an_anonymous_answer_counts_only_once_the_question_has_left() -> None:
    talk = Conversation(Level.QUEUED_STATUS)
    talk.is_healthy()
    talk.says(HEALTHY)
    talk.delivery.received(HEALTHY)  # the fence is due, and has not gone out yet
    assert talk.is_in(State.FENCING)
    talk.delivery.received(QUEUED)
    assert talk.delivery.outcome == NotSent(Reason.BUSY)


def test_a_thin_roll_is_known_from_whoever_said_it_last() -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    talk.says(b"\x16", b"\x12", b"\x12", b"\x1e")
    assert talk.delivery.is_near_end is True
    talk.says(HEALTHY)
    assert talk.delivery.is_near_end is False


def test_a_reason_of_ours_is_told_rather_than_that_the_line_broke() -> None:
    talk = in_state(State.PRINTING)
    talk.delivery.line_lost(Reason.LEASE_LOST)
    assert talk.delivery.outcome == Uncertain(Reason.LEASE_LOST)


@pytest.mark.parametrize(
    ("status", "cause"), [(COVER_OPEN, Reason.COVER_OPEN), (PAPER_OUT, Reason.PAPER_OUT)]
)
def test_a_stop_keeps_its_latest_cause(status: bytes, cause: Reason) -> None:
    talk = in_state(State.STOPPED)
    talk.says(COVER_OPEN, PAPER_OUT, status)
    assert talk.delivery.reason is cause


@pytest.mark.parametrize("state", [State.STOPPED, State.REVOKING, State.RECOUNTING])
def test_a_proof_counts_also_from_a_printer_that_said_that_it_has_stopped(state: State) -> None:
    talk = in_state(state, Level.COUNTERS)
    talk.says(echo(PRINTED))
    assert talk.is_in(State.CUTTING)


@pytest.mark.parametrize("state", [State.PRINTING, State.STOPPED, State.REVOKING, State.RECOUNTING])
def test_a_printer_that_says_that_it_did_not_print_leaves_a_doubt_wherever_it_says_so(state: State) -> None:
    talk = in_state(state, Level.COUNTERS)
    talk.says(not_printed(PRINTED))
    assert isinstance(talk.delivery.outcome, Uncertain)
    assert talk.delivery.reason is Reason.PAPER_OUT
