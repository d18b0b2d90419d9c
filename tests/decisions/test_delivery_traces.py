"""Conversations with one printer, worked through byte by byte."""

import pytest

from kitchen_printer.decisions.delivery import ANSWER_BYTES_MAX
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.decisions.conversation import (
    ASK_QUEUED,
    BODY,
    COVER_OPEN,
    CUT,
    FEED_AND_CUT,
    HEALTHY,
    PAPER_OUT,
    PAYLOAD,
    PREFLIGHT,
    PRINTED,
    QUEUED,
    RESET_AND_PUSH,
    RESET_AND_PUSH_TWICE,
    Conversation,
    echo,
    fence,
    in_state,
    not_printed,
)

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])


def test_a_healthy_printer_of_level_a() -> None:
    talk = Conversation(Level.TOKEN_FENCE)
    assert talk.sent == b"\x10\x04\x01"
    assert talk.says(b"\x16") == b"\x10\x04\x02"
    assert talk.says(b"\x12") == b"\x10\x04\x03"
    assert talk.says(b"\x12") == b"\x10\x04\x04"
    assert talk.says(b"\x12") == RESET_AND_PUSH + fence(PREFLIGHT)
    assert talk.says(HEALTHY) == b""
    assert talk.says(echo(PREFLIGHT)) == b""
    assert talk.is_in(State.READY)
    assert talk.hand_over() == BODY + fence(PRINTED) + FEED_AND_CUT + fence(CUT)
    assert talk.says(echo(PRINTED)) == b""
    assert talk.is_in(State.CUTTING)
    assert talk.says(echo(CUT)) == b""
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)
    assert talk.delivery.reason is None


def test_a_healthy_printer_of_level_b_is_asked_one_question_at_a_time() -> None:
    talk = Conversation(Level.QUEUED_STATUS)
    talk.is_healthy()
    assert talk.sent.endswith(RESET_AND_PUSH_TWICE)
    assert talk.says(HEALTHY) == b""
    assert talk.says(HEALTHY) == ASK_QUEUED
    assert talk.says(QUEUED) == b""
    assert talk.hand_over() == BODY + ASK_QUEUED
    assert talk.says(QUEUED) == FEED_AND_CUT + ASK_QUEUED
    assert talk.says(QUEUED) == b""
    assert talk.delivery.outcome == Confirmed(Evidence.QUEUED_STATUS, is_cut=True)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ("1e 16 12 12", Reason.COVER_OPEN),
        ("1e 32 12 72", Reason.PAPER_OUT),
        ("1e 36 12 72", Reason.COVER_OPEN),
        ("1e 52 1a 12", Reason.PRINTER_ERROR),
        ("1e 12 1a 12", Reason.CUTTER),
        ("1e 12 32 12", Reason.PRINTER_ERROR),
        ("1e 12 12 72", Reason.PAPER_OUT),
        ("16 12 12 72", Reason.PAPER_OUT),
        ("1e 12 12 12", Reason.OFFLINE),
    ],
)
@LEVELS
def test_an_offline_printer_is_asked_to_the_end_and_its_cause_is_named(
    level: Level, answers: str, reason: Reason
) -> None:
    talk = Conversation(level)
    assert talk.says(*(bytes((byte,)) for byte in bytes.fromhex(answers))) == bytes.fromhex(
        "10 04 02 10 04 03 10 04 04"
    )
    assert talk.delivery.outcome == NotSent(reason)


@LEVELS
def test_a_printer_near_the_end_of_its_paper_prints(level: Level) -> None:
    talk = Conversation(level)
    talk.says(b"\x16", b"\x12", b"\x12", b"\x1e")
    talk.says(*[bytes.fromhex("14 00 03 0f")] * len(talk.separator()), talk.in_order(PREFLIGHT))
    assert talk.is_in(State.READY)


@LEVELS
def test_a_pushed_status_that_names_a_trouble_ends_the_preflight(level: Level) -> None:
    for state in (State.ASKING, State.RESETTING, State.FENCING, State.READY):
        talk = in_state(state, level)
        talk.says(PAPER_OUT)
        assert talk.delivery.outcome == NotSent(Reason.PAPER_OUT)


@LEVELS
def test_paper_out_in_the_middle_stops_the_ticket_and_a_refill_finishes_it(level: Level) -> None:
    talk = in_state(State.PRINTING, level)
    talk.says(PAPER_OUT)
    assert (talk.state, talk.delivery.reason) == (State.STOPPED, Reason.PAPER_OUT)
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_give_up
    talk.says(COVER_OPEN)
    assert (talk.state, talk.delivery.reason) == (State.STOPPED, Reason.COVER_OPEN)
    talk.says(HEALTHY)
    assert (talk.state, talk.delivery.reason) == (State.PRINTING, None)
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_confirm
    talk.says(talk.in_order(PRINTED), talk.in_order(CUT))
    assert isinstance(talk.delivery.outcome, Confirmed)


def test_paper_that_ends_with_the_last_line_leaves_a_printed_ticket_uncut() -> None:
    talk = in_state(State.PRINTING)
    talk.says(echo(PRINTED), PAPER_OUT)
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=False)


def test_the_echo_of_the_cut_alone_proves_the_print_too() -> None:
    """Epson keeps only the latest echo when it could not send: the later token implies the earlier one."""
    talk = in_state(State.PRINTING)
    talk.says(echo(CUT))
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)


def test_the_same_echo_twice_is_no_proof_of_the_cut() -> None:
    talk = in_state(State.PRINTING)
    talk.says(echo(PRINTED), echo(PRINTED))
    assert talk.is_in(State.CUTTING)
    talk.delivery.silence()
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=False)


@pytest.mark.parametrize("stranger", ["A7Qj", "a7qk", PREFLIGHT, "    "])
def test_the_token_of_a_stranger_or_of_an_earlier_attempt_proves_nothing(stranger: str) -> None:
    talk = in_state(State.PRINTING)
    talk.says(echo(stranger), not_printed(stranger))
    assert talk.is_in(State.PRINTING)
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(Reason.NO_CONFIRMATION)


def test_the_late_token_of_an_earlier_attempt_does_not_make_a_printer_ready() -> None:
    talk = in_state(State.FENCING)
    talk.says(echo("LATE"))
    assert talk.is_in(State.FENCING)
    talk.says(echo(PREFLIGHT))
    assert talk.is_in(State.READY)


def test_a_token_that_was_not_sent_yet_is_not_expected() -> None:
    talk = Conversation()
    talk.says(echo(PREFLIGHT), not_printed(PREFLIGHT))
    talk.is_healthy()
    talk.says(HEALTHY)
    assert not talk.is_in(State.READY)
    talk.says(echo(PREFLIGHT))
    assert talk.is_in(State.READY)


def test_real_time_answers_overtake_the_ticket_and_prove_nothing() -> None:
    talk = in_state(State.PRINTING)
    talk.says(b"\x16\x12\x12\x12", HEALTHY)
    assert talk.is_in(State.PRINTING)


def test_at_level_a_an_anonymous_answer_proves_nothing() -> None:
    talk = in_state(State.PRINTING)
    talk.says(QUEUED * 5)
    assert talk.is_in(State.PRINTING)


def test_at_level_b_an_echo_proves_nothing() -> None:
    talk = in_state(State.PRINTING, Level.QUEUED_STATUS)
    talk.says(echo(PRINTED), echo(CUT))
    assert talk.is_in(State.PRINTING)


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State.FENCING, NotSent(Reason.PAPER_OUT)),
        (State.PRINTING, Uncertain(Reason.PAPER_OUT)),
        (State.STOPPED, Uncertain(Reason.PAPER_OUT)),
        (State.CUTTING, Confirmed(Evidence.TOKEN, is_cut=False)),
    ],
)
def test_a_vendors_answer_not_printed_is_believed(state: State, outcome: object) -> None:
    talk = in_state(state)
    talk.says(not_printed(PREFLIGHT if state is State.FENCING else CUT))
    assert talk.delivery.outcome == outcome


@pytest.mark.parametrize("junk", [b"\xff", b"HTTP/1.1 400 Bad Request\r\n"])
@pytest.mark.parametrize("state", [State.ASKING, State.RESETTING, State.FENCING, State.READY])
@LEVELS
def test_what_talks_another_language_gets_no_ticket(level: Level, state: State, junk: bytes) -> None:
    talk = in_state(state, level)
    talk.says(junk)
    assert isinstance(talk.delivery.outcome, NotSent)
    if level.echoes_tokens:
        assert talk.delivery.outcome == NotSent(Reason.NOT_A_PRINTER)
    assert BODY not in talk.sent


@pytest.mark.parametrize("state", [State.PRINTING, State.STOPPED, State.CUTTING])
def test_junk_after_the_payload_is_counted_and_changes_nothing(state: State) -> None:
    talk = in_state(state)
    talk.says(b"\xff" * (ANSWER_BYTES_MAX + 1))
    assert talk.is_in(state)
    assert talk.delivery.junk_bytes == ANSWER_BYTES_MAX + 1
    talk.says(HEALTHY, echo(CUT))
    assert talk.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)


def test_a_device_that_talks_without_end_is_no_printer() -> None:
    talk = in_state(State.FENCING)
    talk.says(*[HEALTHY] * (ANSWER_BYTES_MAX // len(HEALTHY)))
    assert talk.is_in(State.FENCING)
    talk.says(HEALTHY)
    assert talk.delivery.outcome == NotSent(Reason.NOT_A_PRINTER)
