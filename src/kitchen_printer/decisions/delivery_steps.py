"""What each step of a delivery says to the printer when it begins, and how long it may last."""

from typing import assert_never

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.delivery_table import Event, State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.payload import Payload, fence
from kitchen_printer.decisions.reason import Reason

ANSWER_SECONDS = 1.0
"""A real-time answer overtakes everything and takes milliseconds; a second of silence is silence."""

FENCE_SECONDS = 3.0
"""An idle printer reaches our question at once; one that prints for somebody else is busy, not ours."""

CUT_SECONDS = 5.0
"""From the end of printing to the end of the cut; the slowest cutters take about a second."""

HOLD_SECONDS = 2.0
"""Beyond the estimated print time, before a printer that proves nothing is left alone."""

ASK_AGAIN_SECONDS = 5.0
"""How often a printer that has stopped is asked how it is: what it says by itself can be lost, or misread."""


def beginning(level: Level, *, follows: bool) -> State:
    """Return where a conversation begins; ``follows`` if a ticket before it left the connection clean."""
    if follows and not level.echoes_tokens:
        raise ValueError(f"at level {level} each ticket has its own connection: the answers name no question")
    if not level.can.tells_health:
        return State.READY
    return State.RESETTING if follows else State.ASKING


def seconds_of(state: State, level: Level, payload: Payload | None) -> float | None:
    """Return how long a step may last; None while nothing is asked."""
    match state:
        case State.RESETTING if level is Level.QUEUED_STATUS:
            return FENCE_SECONDS
        case State.ASKING | State.RESETTING | State.COUNTING | State.CHECKING:
            return ANSWER_SECONDS
        case State.FENCING | State.REVOKING | State.RECOUNTING:
            return FENCE_SECONDS
        case State.PRINTING | State.SENDING:
            return payload.seconds_to_confirm if payload else None
        case State.HOLDING:
            return payload.seconds_to_print + HOLD_SECONDS if payload else None
        case State.STOPPED:
            return payload.seconds_to_give_up if payload else None
        case State.CUTTING:
            return CUT_SECONDS
        case State.READY:
            return None
        case State.REFUSED | State.CONFIRMED | State.UNCONFIRMED | State.UNCERTAIN | State.REVOKED:
            return None
        case _:
            assert_never(state)


def silence_in(state: State, level: Level, reason: Reason | None) -> tuple[Event, Reason | None]:
    """Return what it means that a step's time is over; ``reason`` is why the printer stopped, if it has."""
    match state:
        case State.RESETTING if level is Level.QUEUED_STATUS:
            # Only the pushed status, which has a name, tells where the answers to others' questions end.
            return Event.TROUBLE, Reason.BUSY
        case State.ASKING | State.RESETTING:
            return Event.SILENCE, Reason.SILENT
        case State.FENCING:
            return Event.SILENCE, Reason.BUSY
        case State.HOLDING:
            return (Event.SILENCE if level.can.tells_health else Event.NOTHING_TO_ASK), None
        case State.STOPPED | State.REVOKING | State.RECOUNTING:
            return Event.SILENCE, reason
        case _:
            return Event.SILENCE, Reason.NO_CONFIRMATION


def health_in(state: State, level: Level, trouble: Reason | None) -> tuple[Event, Reason | None]:
    """Return what it means that all four questions are answered; ``trouble`` is what the answers complain of."""
    match state, trouble:
        case State.STOPPED, None:
            return Event.RESUMED, None
        case State.STOPPED, _:
            return Event.HALTED, trouble
        case State.ASKING, None if not level.proves:
            return Event.HEALTHY_AT_MOST, None
        case _, None:
            return Event.HEALTHY, None
        case _:
            return Event.TROUBLE, trouble


def said_on_entering(state: State, level: Level, token: str, cut: bytes = commands.FEED_AND_CUT) -> bytes:
    """Return what a step begins with; ``token`` is for its fence, ``cut`` how its paper ends."""
    match state:
        case State.RESETTING if level is Level.QUEUED_STATUS:
            # Asked twice, with a reset between them: see how the delivery takes the two answers.
            twice = commands.RESET + commands.STATUS_PUSH_ON + commands.RESET
            return twice + commands.KANJI_OFF + commands.STATUS_PUSH_ON
        case State.RESETTING:
            # Answers that name their question need no turns: all is asked at once, and answered in this order.
            return commands.RESET + commands.KANJI_OFF + commands.STATUS_PUSH_ON + _in_order(token, level)
        case State.READY if level is Level.HEALTH:
            return commands.RESET + commands.KANJI_OFF + commands.STATUS_PUSH_ON
        case State.READY if level is Level.MUTE:
            return commands.RESET + commands.KANJI_OFF
        case State.FENCING:
            return _in_order(token, level)
        case State.CUTTING if level is Level.QUEUED_STATUS:
            return cut + commands.ASK_QUEUED_STATUS
        case State.REVOKING:
            return commands.FORGET_EVERYTHING
        case State.RECOUNTING:
            # What was in the buffer is gone by now.
            return _in_order(token, level)
        case _:
            return b""


def _in_order(token: str, level: Level) -> bytes:
    """Ask for an answer in order, and for the counters where there are some: behind a fence they are final."""
    return fence(token, level) + (_ASK_COUNTERS if level.can.counts else b"")


_ASK_COUNTERS = commands.ask_counter(commands.CUTS) + commands.ask_counter(commands.STROKES)
