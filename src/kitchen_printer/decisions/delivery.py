"""How a ticket is brought to paper and proved: the conversation with one printer, without any I/O.

One :class:`Delivery` is one TCP connection and at most one ticket. It says which bytes to send and how long
to wait; it is told what came back, that nothing came in time, or that the line broke. Everything that moves
it from state to state stands in :data:`TRANSITIONS`; a pair that is missing there changes nothing.

Before the payload the printer is asked whether it can print, and whether it answers in order: a busy, dead
or wrong device costs no attempt. After the payload only an answer that the printer gives *in order*, behind
the ticket, counts as proof. Real-time answers overtake the buffer and prove nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.status import (
    QUEUED_PAPER_END,
    Answer,
    AnswerParser,
    Echo,
    Junk,
    NotPrinted,
    PushedStatus,
    QueuedStatus,
    RealTimeStatus,
    trouble_in_pushed_status,
    trouble_in_real_time_status,
)

ANSWER_SECONDS = 1.0
"""A real-time answer overtakes everything and takes milliseconds; a second of silence is silence."""

FENCE_SECONDS = 3.0
"""An idle printer reaches our question at once; one that prints for somebody else is busy, not ours."""

CUT_SECONDS = 5.0
"""From the end of printing to the end of the cut; the slowest cutters take about a second."""

ANSWER_BYTES_MAX = 256
"""More than this in one exchange is not a receipt printer talking."""

_QUESTIONS = (1, 2, 3, 4)


class Level(StrEnum):
    """How a printer can prove a print: by echoing a token, or by an anonymous answer in order."""

    TOKEN_FENCE = "A"  # noqa: S105
    QUEUED_STATUS = "B"


class State(StrEnum):
    ASKING = "asking"  # is it healthy? four real-time questions, one at a time
    RESETTING = "resetting"  # known modes, and its status pushed to us from now on
    FENCING = "fencing"  # does it answer in order?
    READY = "ready"  # healthy and listening to us: claim now
    PRINTING = "printing"  # all is sent; waiting for the proof
    STOPPED = "stopped"  # it says itself why it does not go on; people can see to it
    CUTTING = "cutting"  # printed; waiting for the cut
    REFUSED = "refused"  # ended before the payload
    CONFIRMED = "confirmed"
    UNCERTAIN = "uncertain"


class Event(StrEnum):
    HEALTHY = "healthy"
    TROUBLE = "trouble"
    STATUS_PUSHED = "status pushed"
    ANSWERED_IN_ORDER = "answered in order"
    STARTED = "started"
    HALTED = "halted"
    RESUMED = "resumed"
    NOT_PRINTED = "not printed"
    OUT_OF_TURN = "out of turn"
    JUNK = "junk"
    SILENCE = "silence"
    LINE_LOST = "line lost"


FINAL = frozenset({State.REFUSED, State.CONFIRMED, State.UNCERTAIN})

_AWAITING_AN_ANSWER_IN_ORDER = frozenset({State.FENCING, State.PRINTING, State.CUTTING})
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
    State.FENCING: _BEFORE_THE_PAYLOAD | {Event.ANSWERED_IN_ORDER: State.READY},
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
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One paper: its body with the footer, the tokens that prove it, and how long it may take."""

    body: bytes
    token_printed: str
    token_cut: str
    seconds_to_confirm: float
    seconds_to_give_up: float


class Delivery:
    """The conversation. ``to_send`` and ``seconds_to_wait`` say what is next; feed it what happened."""

    def __init__(self, level: Level, preflight_token: str) -> None:
        self.state = State.ASKING
        self.reason: Reason | None = None
        """Why it stopped or ended; None while all is well."""
        self.steps = 0
        """Counts everything that was begun; the wait starts anew with each step."""
        self.junk_bytes = 0
        self._level = level
        self._preflight_token = preflight_token
        self._expected: list[str] = []
        self._payload: Payload | None = None
        self._parser = AnswerParser()
        self._troubles: list[Reason] = []
        self._question = 0
        self._bytes_in_step = 0
        self._is_cut = False
        self._outbox: list[bytes] = []
        self._ask_next()

    # ── what to do ──────────────────────────────────────────────────────────────────────────────────────

    def to_send(self) -> bytes:
        """Take the bytes that must go out now; each is returned once."""
        data = b"".join(self._outbox)
        self._outbox.clear()
        return data

    @property
    def seconds_to_wait(self) -> float | None:
        """How long this step may last before :meth:`silence` is due; None while nothing is asked."""
        match self.state:
            case State.RESETTING if self._level is Level.QUEUED_STATUS:
                return FENCE_SECONDS
            case State.ASKING | State.RESETTING:
                return ANSWER_SECONDS
            case State.FENCING:
                return FENCE_SECONDS
            case State.PRINTING:
                return self._payload.seconds_to_confirm if self._payload else None
            case State.STOPPED:
                return self._payload.seconds_to_give_up if self._payload else None
            case State.CUTTING:
                return CUT_SECONDS
            case State.READY | State.REFUSED | State.CONFIRMED | State.UNCERTAIN:
                return None
            case _:
                assert_never(self.state)

    @property
    def outcome(self) -> Outcome:
        """How it ended. Raises ``RuntimeError`` before the end."""
        match self.state:
            case State.CONFIRMED:
                proof = Evidence.TOKEN if self._level is Level.TOKEN_FENCE else Evidence.QUEUED_STATUS
                return Confirmed(proof, self._is_cut)
            case State.UNCERTAIN:
                return Uncertain(self.reason or Reason.NO_CONFIRMATION)
            case State.REFUSED:
                return NotSent(self.reason or Reason.SILENT)
            case _:
                raise RuntimeError(f"the delivery is still {self.state}")

    # ── what happened ───────────────────────────────────────────────────────────────────────────────────

    def start(self, payload: Payload) -> None:
        """Hand over the ticket. Only a READY printer gets one; from here on paper may come."""
        if self.state is not State.READY:
            raise RuntimeError(f"a ticket is handed over to a ready printer, not to one that is {self.state}")
        self._payload = payload
        self._expected = [payload.token_printed, payload.token_cut]
        self._outbox.append(self._paper(payload))
        self._on(Event.STARTED)

    def received(self, data: bytes) -> None:
        """Bytes came from the printer, in any chunking."""
        self._bytes_in_step += len(data)
        for answer in self._parser.feed(data):
            for event, reason in self._events(answer):
                self._on(event, reason)
        if self._bytes_in_step > ANSWER_BYTES_MAX:
            self._on(Event.JUNK, Reason.NOT_A_PRINTER)

    def silence(self) -> None:
        """The step's time is over."""
        match self.state:
            case State.RESETTING if self._level is Level.QUEUED_STATUS:
                # Only the pushed status, which has a name, tells where the answers to others' questions end.
                self._on(Event.TROUBLE, Reason.BUSY)
            case State.ASKING | State.RESETTING:
                self._on(Event.SILENCE, Reason.SILENT)
            case State.FENCING:
                self._on(Event.SILENCE, Reason.BUSY)
            case State.STOPPED:
                self._on(Event.SILENCE, self.reason)
            case _:
                self._on(Event.SILENCE, Reason.NO_CONFIRMATION)

    def line_lost(self, reason: Reason | None = None) -> None:
        """The connection ended; without a ``reason`` of ours it broke."""
        self._on(Event.LINE_LOST, reason or Reason.CONNECTION_LOST)

    # ── one event, one transition ───────────────────────────────────────────────────────────────────────

    def _on(self, event: Event, reason: Reason | None = None) -> None:
        if self.state is State.STOPPED and event is Event.HALTED:
            self.reason = reason  # still stopped, but for another cause: paper is in, the cover still open
        after = TRANSITIONS[self.state].get(event)
        if after is None:
            return
        self._is_cut = self.state is State.CUTTING and event is Event.ANSWERED_IN_ORDER
        self.state = after
        self.reason = reason
        self._begin_step()
        match after:
            case State.RESETTING:
                self._outbox.append(commands.RESET + commands.KANJI_OFF + commands.STATUS_PUSH_ON)
            case State.FENCING:
                self._expected = [self._preflight_token]
                self._outbox.append(self._fence(self._preflight_token))
            case State.CUTTING if self._level is Level.QUEUED_STATUS:
                self._outbox.append(commands.FEED_AND_CUT + commands.ASK_QUEUED_STATUS)
            case _:
                pass

    def _begin_step(self) -> None:
        self.steps += 1
        self._bytes_in_step = 0

    def _paper(self, payload: Payload) -> bytes:
        body_and_proof = payload.body + self._fence(payload.token_printed)
        match self._level:
            case Level.TOKEN_FENCE:
                return body_and_proof + commands.FEED_AND_CUT + commands.fence(payload.token_cut)
            case Level.QUEUED_STATUS:
                # The answer is anonymous, so only one question may be open: the cut follows the proof.
                return body_and_proof
            case _:
                assert_never(self._level)

    def _fence(self, token: str) -> bytes:
        return commands.fence(token) if self._level is Level.TOKEN_FENCE else commands.ASK_QUEUED_STATUS

    # ── what an answer means in this state ──────────────────────────────────────────────────────────────

    def _events(self, answer: Answer) -> Iterator[tuple[Event, Reason | None]]:
        match answer:
            case RealTimeStatus(bits):
                if self.state is State.ASKING and self._is_asked:
                    yield from self._answered_question(bits)
            case PushedStatus():
                yield self._pushed(answer)
            case Echo(token):
                yield from self._echoed(token)
            case QueuedStatus(bits):
                if self._level is Level.QUEUED_STATUS:
                    yield self._answered_anonymously(bits)
            case NotPrinted(token):
                if token in self._expected:
                    yield Event.NOT_PRINTED, Reason.PAPER_OUT
            case Junk(data):
                self.junk_bytes += len(data)
                yield Event.JUNK, Reason.NOT_A_PRINTER
            case _:
                assert_never(answer)

    def _answered_question(self, bits: int) -> Iterator[tuple[Event, Reason | None]]:
        trouble = trouble_in_real_time_status(self._question, bits)
        if trouble is not None:
            self._troubles.append(trouble)
        if self._question < _QUESTIONS[-1]:
            self._ask_next()
        elif self._troubles:
            yield Event.TROUBLE, most_telling(self._troubles)
        else:
            yield Event.HEALTHY, None

    def _ask_next(self) -> None:
        self._question += 1
        self._begin_step()
        self._outbox.append(commands.ask_real_time_status(self._question))

    def _pushed(self, status: PushedStatus) -> tuple[Event, Reason | None]:
        trouble = trouble_in_pushed_status(status)
        if trouble is not None:
            return Event.HALTED, trouble
        return (Event.RESUMED if self.state is State.STOPPED else Event.STATUS_PUSHED), None

    def _answered_anonymously(self, bits: int) -> tuple[Event, Reason | None]:
        """Judge a byte that says only that somebody's question was reached."""
        awaited = self.state in _AWAITING_AN_ANSWER_IN_ORDER and self._is_asked
        if not awaited:
            return Event.OUT_OF_TURN, Reason.BUSY
        if bits & QUEUED_PAPER_END:
            return Event.NOT_PRINTED, Reason.PAPER_OUT
        return Event.ANSWERED_IN_ORDER, None

    @property
    def _is_asked(self) -> bool:
        """Whether our question has left; what comes before it is no answer to it."""
        return not self._outbox

    def _echoed(self, token: str) -> Iterator[tuple[Event, Reason | None]]:
        """Count an echo of ours; the later token proves the earlier one too, a stranger's proves nothing."""
        if self._level is Level.TOKEN_FENCE and token in self._expected:
            answered = self._expected.index(token) + 1
            del self._expected[:answered]
            yield from [(Event.ANSWERED_IN_ORDER, None)] * answered


def most_telling(troubles: list[Reason]) -> Reason:
    """Return the first trouble that names a cause: that a printer is offline says only that there is one."""
    return next((trouble for trouble in troubles if trouble is not Reason.OFFLINE), troubles[0])
