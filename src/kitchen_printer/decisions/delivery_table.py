"""The delivery as a table: its states, what can happen in each, and where that leads.

A pair that is missing changes nothing.
"""

from enum import StrEnum


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
    SENDING = "sending"  # handed over to a printer that proves nothing; until all of it has left us
    HOLDING = "holding"  # all has left us; the line stays open for as long as it may print
    CHECKING = "checking"  # is it still well? the four questions again
    REFUSED = "refused"  # ended before the payload
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"  # sent, and nothing spoke against it: all that such a printer allows
    UNCERTAIN = "uncertain"
    REVOKED = "revoked"  # it forgot the ticket, and its counters stood still: no paper can come of it


class Event(StrEnum):
    HEALTHY = "healthy"
    HEALTHY_AT_MOST = "healthy at most"
    TROUBLE = "trouble"
    STATUS_PUSHED = "status pushed"
    ANSWERED_IN_ORDER = "answered in order"
    COUNTED = "counted"
    UNCOUNTED = "uncounted"
    STARTED = "started"
    STARTED_UNPROVED = "started, unproved"
    LEFT_US = "left us"
    NOTHING_TO_ASK = "nothing to ask"
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


FINAL = frozenset({State.REFUSED, State.CONFIRMED, State.UNCONFIRMED, State.UNCERTAIN, State.REVOKED})

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

_WITHOUT_PROOF = {
    Event.TROUBLE: State.UNCERTAIN,
    Event.HALTED: State.UNCERTAIN,
    Event.NOT_PRINTED: State.UNCERTAIN,
    Event.JUNK: State.UNCERTAIN,
    Event.SILENCE: State.UNCERTAIN,
    Event.LINE_LOST: State.UNCERTAIN,
}

TRANSITIONS: dict[State, dict[Event, State]] = {
    State.ASKING: _BEFORE_THE_PAYLOAD | {Event.HEALTHY: State.RESETTING, Event.HEALTHY_AT_MOST: State.READY},
    # What was asked with the reset may have been lost in it: it is asked once more. A printer without automatic
    # status pushes none; the fence still protects the ticket.
    State.RESETTING: _BEFORE_THE_PAYLOAD
    | {
        Event.STATUS_PUSHED: State.FENCING,
        Event.SILENCE: State.FENCING,
        Event.ANSWERED_IN_ORDER: State.READY,
        Event.UNCOUNTED: State.COUNTING,
    },
    State.FENCING: _BEFORE_THE_PAYLOAD
    | {Event.ANSWERED_IN_ORDER: State.READY, Event.UNCOUNTED: State.COUNTING},
    # Without counters the ticket can still be proved; only a doubt could not be settled by them.
    State.COUNTING: _BEFORE_THE_PAYLOAD | {Event.COUNTED: State.READY, Event.SILENCE: State.READY},
    State.READY: _BEFORE_THE_PAYLOAD | {Event.STARTED: State.PRINTING, Event.STARTED_UNPROVED: State.SENDING},
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
    # Nothing will prove it, so whatever speaks against it leaves a doubt that must be marked.
    State.SENDING: _WITHOUT_PROOF | {Event.LEFT_US: State.HOLDING},
    State.HOLDING: _WITHOUT_PROOF | {Event.SILENCE: State.CHECKING, Event.NOTHING_TO_ASK: State.UNCONFIRMED},
    State.CHECKING: _WITHOUT_PROOF | {Event.HEALTHY: State.UNCONFIRMED},
    State.REFUSED: {},
    State.CONFIRMED: {},
    State.UNCONFIRMED: {},
    State.UNCERTAIN: {},
    State.REVOKED: {},
}
