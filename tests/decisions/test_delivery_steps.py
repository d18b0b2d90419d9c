"""Each step of a delivery, taken by itself: what it says, how long it may last, and what its end means."""

from itertools import product

import pytest

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.delivery_steps import (
    beginning,
    health_in,
    said_on_entering,
    seconds_of,
    silence_in,
)
from kitchen_printer.decisions.delivery_table import FINAL, Event, State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.payload import Payload, framed
from kitchen_printer.decisions.reason import Reason

PAPER = Payload(
    body=b"soup",
    token_printed="A7Qk",
    token_cut="A7Ql",
    token_forgotten="A7Qm",
    seconds_to_print=4.0,
    seconds_to_confirm=21.0,
    seconds_to_give_up=300.0,
)
PREPARED = commands.RESET + commands.KANJI_OFF + commands.STATUS_PUSH_ON
COUNTERS = commands.ask_counter(commands.CUTS) + commands.ask_counter(commands.STROKES)

SECONDS = {
    State.ASKING: 1.0,
    State.RESETTING: 1.0,
    State.FENCING: 3.0,
    State.COUNTING: 1.0,
    State.READY: None,
    State.PRINTING: 21.0,
    State.STOPPED: 300.0,
    State.REVOKING: 3.0,
    State.RECOUNTING: 3.0,
    State.CUTTING: 5.0,
    State.SENDING: 21.0,
    State.HOLDING: 6.0,
    State.CHECKING: 1.0,
    **dict.fromkeys(FINAL),
}


@pytest.mark.parametrize(("state", "level"), list(product(State, Level)))
def test_every_step_has_its_time(state: State, level: Level) -> None:
    is_in_order = (state, level) == (State.RESETTING, Level.QUEUED_STATUS)
    assert seconds_of(state, level, PAPER) == (3.0 if is_in_order else SECONDS[state])


@pytest.mark.parametrize("state", [State.PRINTING, State.SENDING, State.HOLDING, State.STOPPED])
def test_without_a_paper_there_is_nothing_to_wait_for(state: State) -> None:
    assert seconds_of(state, Level.COUNTERS, None) is None


@pytest.mark.parametrize(
    ("level", "follows", "state"),
    [
        (Level.COUNTERS, False, State.ASKING),
        (Level.TOKEN_FENCE, False, State.ASKING),
        (Level.QUEUED_STATUS, False, State.ASKING),
        (Level.HEALTH, False, State.ASKING),
        (Level.MUTE, False, State.READY),
        (Level.COUNTERS, True, State.RESETTING),
        (Level.TOKEN_FENCE, True, State.RESETTING),
    ],
)
def test_a_delivery_begins_with_what_its_printer_can_answer(
    level: Level, follows: bool, state: State
) -> None:
    assert beginning(level, follows=follows) is state


@pytest.mark.parametrize("level", [Level.QUEUED_STATUS, Level.HEALTH, Level.MUTE])
def test_a_ticket_follows_another_on_a_line_only_where_answers_name_their_question(level: Level) -> None:
    with pytest.raises(ValueError, match="each ticket has its own connection"):
        beginning(level, follows=True)


IN_ORDER = {
    Level.COUNTERS: commands.fence("A7Qk") + COUNTERS,
    Level.TOKEN_FENCE: commands.fence("A7Qk"),
    Level.QUEUED_STATUS: commands.ASK_QUEUED_STATUS,
    Level.HEALTH: commands.ASK_QUEUED_STATUS,
    Level.MUTE: commands.ASK_QUEUED_STATUS,
}


def expected(state: State, level: Level) -> bytes:
    """What a step says, as the table of the documents has it."""
    match state, level:
        case State.RESETTING, Level.QUEUED_STATUS:
            return commands.RESET + commands.STATUS_PUSH_ON + PREPARED
        case State.RESETTING, _:
            return PREPARED + IN_ORDER[level]
        case State.READY, Level.HEALTH:
            return PREPARED
        case State.READY, Level.MUTE:
            return commands.RESET + commands.KANJI_OFF
        case ((State.FENCING | State.RECOUNTING), _):
            return IN_ORDER[level]
        case State.CUTTING, Level.QUEUED_STATUS:
            return b"cut" + commands.ASK_QUEUED_STATUS
        case State.REVOKING, _:
            return commands.FORGET_EVERYTHING
        case _:
            return b""


@pytest.mark.parametrize(("state", "level"), list(product(State, Level)))
def test_every_step_says_what_its_level_understands(state: State, level: Level) -> None:
    assert said_on_entering(state, level, "A7Qk", b"cut") == expected(state, level)


@pytest.mark.parametrize(("state", "level"), list(product(State, Level)))
def test_silence_means_something_in_every_step(state: State, level: Level) -> None:
    event, reason = silence_in(state, level, Reason.COVER_OPEN)
    match state:
        case State.RESETTING if level is Level.QUEUED_STATUS:
            assert (event, reason) == (Event.TROUBLE, Reason.BUSY)
        case State.ASKING | State.RESETTING:
            assert (event, reason) == (Event.SILENCE, Reason.SILENT)
        case State.FENCING:
            assert (event, reason) == (Event.SILENCE, Reason.BUSY)
        case State.HOLDING:
            asks = Event.NOTHING_TO_ASK if level is Level.MUTE else Event.SILENCE
            assert (event, reason) == (asks, None)
        case State.STOPPED | State.REVOKING | State.RECOUNTING:
            assert (event, reason) == (Event.SILENCE, Reason.COVER_OPEN)
        case _:
            assert (event, reason) == (Event.SILENCE, Reason.NO_CONFIRMATION)


@pytest.mark.parametrize(
    ("state", "level", "trouble", "meaning"),
    [
        (State.STOPPED, Level.COUNTERS, None, (Event.RESUMED, None)),
        (State.STOPPED, Level.COUNTERS, Reason.COVER_OPEN, (Event.HALTED, Reason.COVER_OPEN)),
        (State.ASKING, Level.HEALTH, None, (Event.HEALTHY_AT_MOST, None)),
        (State.ASKING, Level.TOKEN_FENCE, None, (Event.HEALTHY, None)),
        (State.CHECKING, Level.HEALTH, None, (Event.HEALTHY, None)),
        (State.ASKING, Level.HEALTH, Reason.OFFLINE, (Event.TROUBLE, Reason.OFFLINE)),
        (State.CHECKING, Level.HEALTH, Reason.CUTTER, (Event.TROUBLE, Reason.CUTTER)),
    ],
)
def test_four_answers_mean_what_the_step_makes_of_them(
    state: State, level: Level, trouble: Reason | None, meaning: tuple[Event, Reason | None]
) -> None:
    assert health_in(state, level, trouble) == meaning


@pytest.mark.parametrize(
    ("level", "sent"),
    [
        (Level.COUNTERS, b"soup" + commands.fence("A7Qk") + commands.FEED_AND_CUT + commands.fence("A7Ql")),
        (
            Level.TOKEN_FENCE,
            b"soup" + commands.fence("A7Qk") + commands.FEED_AND_CUT + commands.fence("A7Ql"),
        ),
        (Level.QUEUED_STATUS, b"soup" + commands.ASK_QUEUED_STATUS),
        (Level.HEALTH, b"soup" + commands.FEED_AND_CUT),
        (Level.MUTE, b"soup" + commands.FEED_AND_CUT),
    ],
)
def test_a_paper_goes_out_with_the_questions_that_its_level_answers(level: Level, sent: bytes) -> None:
    assert framed(PAPER, level) == sent
