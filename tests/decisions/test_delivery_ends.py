"""How a delivery ends when the printer falls silent or the line breaks, in every state it can be in."""

import pytest

from kitchen_printer.decisions.delivery_steps import ANSWER_SECONDS, CUT_SECONDS, FENCE_SECONDS, HOLD_SECONDS
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from tests.decisions.conversation import (
    ASK_COUNTERS,
    BODY,
    CLEARED,
    COVER_OPEN,
    CUT,
    CUTS_BEFORE,
    FEED_AND_CUT,
    FORGET,
    FORGOTTEN,
    HEALTHY,
    PAPER_OUT,
    PAYLOAD,
    PREFLIGHT,
    PRINTED,
    RESET_AND_PUSH,
    RESET_AND_SINGLE_BYTES,
    STROKES_BEFORE,
    Conversation,
    counter,
    echo,
    fence,
    in_state,
)

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])

WAITS = [
    (State.ASKING, ANSWER_SECONDS, NotSent(Reason.SILENT)),
    (State.FENCING, FENCE_SECONDS, NotSent(Reason.BUSY)),
    (State.PRINTING, PAYLOAD.seconds_to_confirm, Uncertain(Reason.NO_CONFIRMATION)),
    (State.REVOKING, FENCE_SECONDS, Uncertain(Reason.PAPER_OUT)),
]


@pytest.mark.parametrize(("state", "seconds", "outcome"), WAITS)
@LEVELS
def test_every_wait_has_an_end_and_silence_a_meaning(
    level: Level, state: State, seconds: float, outcome: object
) -> None:
    talk = in_state(state, level)
    assert talk.delivery.seconds_to_wait == seconds
    talk.delivery.silence()
    assert talk.delivery.outcome == outcome
    assert talk.delivery.seconds_to_wait is None


@LEVELS
def test_a_printer_that_stands_still_too_long_is_told_to_forget_the_ticket(level: Level) -> None:
    talk = in_state(State.STOPPED, level)
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_give_up
    talk.delivery.silence()
    assert talk.listen() == FORGET
    talk.says(CLEARED)
    assert talk.delivery.outcome == Uncertain(Reason.PAPER_OUT, is_revoked=True)


UNMOVED = counter(CUTS_BEFORE), counter(STROKES_BEFORE)
BEGUN = counter(CUTS_BEFORE), counter(STROKES_BEFORE + 1)
CUT_MEANWHILE = counter(CUTS_BEFORE + 1), counter(STROKES_BEFORE)
FALLEN_BACK = counter(CUTS_BEFORE), counter(STROKES_BEFORE - 100)


@pytest.mark.parametrize(
    ("counters", "outcome"),
    [
        (UNMOVED, NotSent(Reason.PAPER_OUT, is_revoked=True)),
        (BEGUN, Uncertain(Reason.PARTIAL, is_revoked=True)),
        (CUT_MEANWHILE, Uncertain(Reason.PAPER_OUT, is_revoked=True)),
        (FALLEN_BACK, Uncertain(Reason.POWER_LOST, is_revoked=True)),
    ],
)
def test_a_forgotten_ticket_is_not_sent_only_if_both_counters_stood_still(
    counters: tuple[bytes, bytes], outcome: object
) -> None:
    talk = in_state(State.REVOKING, Level.COUNTERS)
    assert talk.listen() == FORGET
    assert talk.says(CLEARED) == fence(FORGOTTEN) + ASK_COUNTERS
    talk.says(echo(FORGOTTEN), *counters)
    assert talk.delivery.outcome == outcome


@pytest.mark.parametrize("token", [PREFLIGHT, "else"])
def test_counters_that_come_before_the_fence_behind_the_receipt_say_nothing(token: str) -> None:
    talk = in_state(State.RECOUNTING, Level.COUNTERS)
    talk.says(echo(token), *UNMOVED)
    assert talk.is_in(State.RECOUNTING)
    assert talk.delivery.seconds_to_wait == FENCE_SECONDS
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(Reason.PAPER_OUT, is_revoked=True)


def test_a_ticket_is_taken_back_at_once_when_another_printer_shall_have_it() -> None:
    talk = in_state(State.STOPPED, Level.COUNTERS)
    talk.delivery.revoke(Reason.BUSY)
    assert talk.listen() == FORGET
    talk.says(CLEARED, echo(FORGOTTEN), *UNMOVED)
    assert talk.delivery.outcome == NotSent(Reason.BUSY, is_revoked=True)


@pytest.mark.parametrize("state", [state for state in State if state is not State.STOPPED])
def test_only_from_a_printer_that_has_stopped_a_ticket_is_taken_back(state: State) -> None:
    talk = in_state(state, Level.COUNTERS)
    before = talk.listen()
    talk.delivery.revoke()
    assert (talk.state, talk.listen(), before) == (state, b"", before)


# ── printers that prove nothing ─────────────────────────────────────────────────────────────────────────────

UNPROVED = pytest.mark.parametrize("level", [Level.HEALTH, Level.MUTE])


def test_a_printer_that_tells_its_health_is_asked_before_and_after() -> None:
    talk = Conversation(Level.HEALTH)
    talk.is_healthy()
    assert talk.is_in(State.READY)
    assert talk.sent.endswith(RESET_AND_PUSH)
    assert talk.hand_over() == BODY + FEED_AND_CUT
    talk.delivery.left_us()
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_print + HOLD_SECONDS
    talk.delivery.silence()
    assert talk.listen() == b"\x10\x04\x01"
    talk.is_healthy()
    assert talk.delivery.outcome == Unconfirmed(Evidence.STATUS)


def test_a_mute_printer_is_asked_nothing_and_given_time_to_print() -> None:
    talk = Conversation(Level.MUTE)
    assert talk.is_in(State.READY)
    assert talk.sent == RESET_AND_SINGLE_BYTES
    assert talk.hand_over() == BODY + FEED_AND_CUT
    talk.delivery.left_us()
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_print + HOLD_SECONDS
    talk.delivery.silence()
    assert talk.delivery.outcome == Unconfirmed(Evidence.SENT)


@UNPROVED
@pytest.mark.parametrize("state", [State.SENDING, State.HOLDING])
@pytest.mark.parametrize(
    ("said", "reason"),
    [(PAPER_OUT, Reason.PAPER_OUT), (COVER_OPEN, Reason.COVER_OPEN), (b"HTTP/1.1 400", Reason.NOT_A_PRINTER)],
)
def test_what_speaks_against_a_ticket_without_proof_leaves_a_doubt(
    level: Level, state: State, said: bytes, reason: Reason
) -> None:
    talk = in_state(state, level)
    talk.says(said)
    assert talk.delivery.outcome == Uncertain(reason)


@UNPROVED
@pytest.mark.parametrize("state", [State.SENDING, State.HOLDING])
def test_a_line_lost_while_a_printer_without_proof_may_print_leaves_a_doubt(
    level: Level, state: State
) -> None:
    talk = in_state(state, level)
    talk.delivery.line_lost()
    assert talk.delivery.outcome == Uncertain(Reason.CONNECTION_LOST)


@UNPROVED
def test_bytes_that_do_not_leave_us_in_time_leave_a_doubt(level: Level) -> None:
    talk = in_state(State.SENDING, level)
    assert talk.delivery.seconds_to_wait == PAYLOAD.seconds_to_confirm
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(Reason.NO_CONFIRMATION)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([b"\x16", b"\x12", b"\x12", b"\x72"], Reason.PAPER_OUT),
        ([b"\x1e", b"\x16", b"\x12", b"\x12"], Reason.COVER_OPEN),
        ([b"\x16", b"\x12"], Reason.NO_CONFIRMATION),
        ([PAPER_OUT], Reason.PAPER_OUT),
    ],
)
def test_a_printer_that_is_not_well_after_the_ticket_leaves_a_doubt(
    answers: list[bytes], reason: Reason
) -> None:
    talk = in_state(State.CHECKING, Level.HEALTH)
    talk.says(*answers)
    talk.delivery.silence()
    assert talk.delivery.outcome == Uncertain(reason)


@pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE])
def test_a_ticket_that_prints_while_it_is_being_revoked_is_printed(level: Level) -> None:
    talk = in_state(State.REVOKING, level)
    talk.says(HEALTHY, talk.in_order(PRINTED), talk.in_order(CUT))
    assert isinstance(talk.delivery.outcome, Confirmed)


def test_the_counters_are_read_before_the_ticket_at_the_level_that_has_them() -> None:
    talk = in_state(State.RESETTING, Level.COUNTERS)
    assert talk.sent.endswith(fence(PREFLIGHT) + ASK_COUNTERS)
    talk.says(HEALTHY, counter(1), counter(2), echo(PREFLIGHT), counter(CUTS_BEFORE), counter(STROKES_BEFORE))
    assert talk.is_in(State.READY)
    assert talk.delivery.odometer == Odometer(CUTS_BEFORE, STROKES_BEFORE)


def test_a_printer_that_has_lost_its_counters_still_gets_its_ticket() -> None:
    talk = in_state(State.COUNTING, Level.COUNTERS)
    talk.delivery.silence()
    assert talk.is_in(State.READY)
    assert talk.delivery.odometer is None


def test_a_token_of_another_attempt_is_kept_for_the_record() -> None:
    talk = in_state(State.FENCING)
    talk.says(echo("old!"))
    assert talk.delivery.strange_echoes == ["old!"]


@LEVELS
def test_a_cut_that_nobody_confirms_leaves_the_ticket_printed(level: Level) -> None:
    talk = in_state(State.CUTTING, level)
    assert talk.delivery.seconds_to_wait == CUT_SECONDS
    talk.delivery.silence()
    assert talk.delivery.outcome == Confirmed(
        Evidence.TOKEN if level.echoes_tokens else Evidence.QUEUED_STATUS, is_cut=False
    )


def test_a_printer_without_automatic_status_is_fenced_all_the_same() -> None:
    talk = in_state(State.RESETTING)
    assert talk.delivery.seconds_to_wait == ANSWER_SECONDS
    talk.delivery.silence()
    assert talk.listen() == fence(PREFLIGHT)


@pytest.mark.parametrize("state", [State.ASKING, State.RESETTING, State.FENCING, State.READY])
@LEVELS
def test_a_line_lost_before_the_payload_cost_no_paper(level: Level, state: State) -> None:
    talk = in_state(state, level)
    talk.delivery.line_lost()
    assert talk.delivery.outcome == NotSent(
        Reason.REFUSED if state is State.ASKING else Reason.CONNECTION_LOST
    )
    assert BODY not in talk.sent


@pytest.mark.parametrize("state", [State.PRINTING, State.STOPPED])
@LEVELS
def test_a_line_lost_after_the_payload_leaves_it_open_whether_paper_came(level: Level, state: State) -> None:
    talk = in_state(state, level)
    talk.delivery.line_lost()
    assert talk.delivery.outcome == Uncertain(Reason.CONNECTION_LOST)


@LEVELS
def test_a_line_lost_after_the_proof_takes_nothing_back(level: Level) -> None:
    talk = in_state(State.CUTTING, level)
    talk.delivery.line_lost()
    assert isinstance(talk.delivery.outcome, Confirmed)


def test_a_line_that_we_end_ourselves_keeps_our_reason() -> None:
    talk = in_state(State.PRINTING)
    talk.delivery.line_lost(Reason.SERVICE_STOPPED)
    assert talk.delivery.outcome == Uncertain(Reason.SERVICE_STOPPED)


@pytest.mark.parametrize("state", [State.REFUSED, State.CONFIRMED, State.UNCERTAIN])
def test_nothing_that_comes_after_the_end_changes_it(state: State) -> None:
    talk = in_state(state)
    outcome, steps = talk.delivery.outcome, talk.delivery.steps
    assert talk.says(echo(PRINTED), echo(CUT), PAPER_OUT, b"\xff") == b""
    talk.delivery.silence()
    talk.delivery.line_lost()
    assert (talk.delivery.outcome, talk.delivery.steps) == (outcome, steps)


@pytest.mark.parametrize("state", [state for state in State if state is not State.READY])
def test_only_a_ready_printer_gets_a_ticket(state: State) -> None:
    with pytest.raises(RuntimeError, match="handed over to a ready printer"):
        in_state(state, Level.COUNTERS).delivery.start(PAYLOAD)


@pytest.mark.parametrize("state", [State.ASKING, State.READY, State.PRINTING, State.STOPPED, State.CUTTING])
def test_before_the_end_there_is_no_outcome(state: State) -> None:
    with pytest.raises(RuntimeError, match=f"still {state}"):
        _ = in_state(state).delivery.outcome
