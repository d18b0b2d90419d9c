"""The delivery as a table: its states, what can happen in each, and where that leads.

A pair that is missing changes nothing.
"""

from enum import StrEnum


class Level(StrEnum):
    """How a printer can prove a print: by a token and counters, by a token, by an anonymous answer in order."""

    COUNTERS = "A+"
    TOKEN_FENCE = "A"  # noqa: S105
    QUEUED_STATUS = "B"

    @property
    def echoes_tokens(self) -> bool:
        """Whether an answer names the question it answers."""
        return self is not Level.QUEUED_STATUS


class State(StrEnum):
    ASKING = "asking"  # is it healthy? four real-time questions, one at a time
    RESETTING = "resetting"  # known modes, and its status pushed to us from now on
    FENCING = "fencing"  # does it answer in order?
    COUNTING = "counting"  # what do its counters say before the ticket?
    READY = "ready"  # healthy and listening to us: claim now
    PRINTING = "printing"  # all is sent; waiting for the proof
    STOPPED = "stopped"  # it says itself why it does not go on; people can see to it
    REVOKING = "revoking"  # it stood still too long, or another shall print: told to forget the ticket
    RECOUNTING = "recounting"  # it forgot the ticket; what do its counters say now?
    CUTTING = "cutting"  # printed; waiting for the cut
    REFUSED = "refused"  # ended before the payload
    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"
    REVOKED = "revoked"  # it forgot the ticket, and its counters stood still: no paper can come of it


class Event(StrEnum):
    HEALTHY = "healthy"
    TROUBLE = "trouble"
    STATUS_PUSHED = "status pushed"
    ANSWERED_IN_ORDER = "answered in order"
    COUNTED = "counted"
    UNCOUNTED = "uncounted"
    STARTED = "started"
    HALTED = "halted"
    RESUMED = "resumed"
    REVOKED = "revoked"
    FORGOTTEN = "forgotten"
    FORGOTTEN_UNCOUNTED = "forgotten, uncounted"
    UNMOVED = "unmoved"
    MOVED = "moved"
    NOT_PRINTED = "not printed"
    OUT_OF_TURN = "out of turn"
    JUNK = "junk"
    SILENCE = "silence"
    LINE_LOST = "line lost"


FINAL = frozenset({State.REFUSED, State.CONFIRMED, State.UNCERTAIN, State.REVOKED})

AWAITING_AN_ANSWER_IN_ORDER = frozenset({State.FENCING, State.PRINTING, State.CUTTING})
"""A printer that says it has stopped reaches no question: whatever answers then does not wait for the paper."""

_BEFORE_THE_PAYLOAD = {
    Event.TROUBLE: State.REFUSED,
    Event.HALTED: State.REFUSED,
    Event.NOT_PRINTED: State.REFUSED,
    Event.OUT_OF_TURN: State.REFUSED,
    Event.JUNK: State.REFUSED,
    Event.SILENCE: State.REFUSED,
    Event.LINE_LOST: State.REFUSED,
}

TRANSITIONS: dict[State, dict[Event, State]] = {
    State.ASKING: _BEFORE_THE_PAYLOAD | {Event.HEALTHY: State.RESETTING},
    # A printer without automatic status is silent here; the fence that follows still protects the ticket.
    State.RESETTING: _BEFORE_THE_PAYLOAD | {Event.STATUS_PUSHED: State.FENCING, Event.SILENCE: State.FENCING},
    State.FENCING: _BEFORE_THE_PAYLOAD
    | {Event.ANSWERED_IN_ORDER: State.READY, Event.UNCOUNTED: State.COUNTING},
    # Without counters the ticket can still be proved; only a doubt could not be settled by them.
    State.COUNTING: _BEFORE_THE_PAYLOAD | {Event.COUNTED: State.READY, Event.SILENCE: State.READY},
    State.READY: _BEFORE_THE_PAYLOAD | {Event.STARTED: State.PRINTING},
    State.PRINTING: {
        Event.ANSWERED_IN_ORDER: State.CUTTING,
        Event.HALTED: State.STOPPED,
        Event.NOT_PRINTED: State.UNCERTAIN,
        Event.SILENCE: State.UNCERTAIN,
        Event.LINE_LOST: State.UNCERTAIN,
    },
    State.STOPPED: {
        Event.ANSWERED_IN_ORDER: State.CUTTING,
        Event.RESUMED: State.PRINTING,
        Event.NOT_PRINTED: State.UNCERTAIN,
        Event.SILENCE: State.REVOKING,
        Event.REVOKED: State.REVOKING,
        Event.LINE_LOST: State.UNCERTAIN,
    },
    State.REVOKING: {
        Event.ANSWERED_IN_ORDER: State.CUTTING,
        Event.FORGOTTEN: State.UNCERTAIN,
        Event.FORGOTTEN_UNCOUNTED: State.RECOUNTING,
        Event.NOT_PRINTED: State.UNCERTAIN,
        Event.SILENCE: State.UNCERTAIN,
        Event.LINE_LOST: State.UNCERTAIN,
    },
    # The connection is still that of the ticket: a printer that lost power in between could not answer on it.
    State.RECOUNTING: {
        Event.ANSWERED_IN_ORDER: State.CUTTING,
        Event.UNMOVED: State.REVOKED,
        Event.MOVED: State.UNCERTAIN,
        Event.NOT_PRINTED: State.UNCERTAIN,
        Event.SILENCE: State.UNCERTAIN,
        Event.LINE_LOST: State.UNCERTAIN,
    },
    # It is printed; whatever happens to the cut cannot take that back.
    State.CUTTING: {
        Event.ANSWERED_IN_ORDER: State.CONFIRMED,
        Event.HALTED: State.CONFIRMED,
        Event.NOT_PRINTED: State.CONFIRMED,
        Event.SILENCE: State.CONFIRMED,
        Event.LINE_LOST: State.CONFIRMED,
    },
    State.REFUSED: {},
    State.CONFIRMED: {},
    State.UNCERTAIN: {},
    State.REVOKED: {},
}
