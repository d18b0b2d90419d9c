"""How a ticket is brought to paper and proved: the conversation with one printer, without any I/O.

One :class:`Delivery` is one TCP connection and at most one ticket. It says which bytes to send and how long
to wait; it is told what came back, that nothing came in time, or that the line broke. Everything that moves
it from state to state stands in :data:`TRANSITIONS`; a pair that is missing there changes nothing.

Before the payload the printer is asked whether it can print, and whether it answers in order: a busy, dead
or wrong device costs no attempt. After the payload only an answer that the printer gives *in order*, behind
the ticket, counts as proof. Real-time answers overtake the buffer and prove nothing.
"""

from collections.abc import Iterator
from typing import assert_never

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.delivery_table import (
    AWAITING_AN_ANSWER_IN_ORDER,
    TRANSITIONS,
    Event,
    Level,
    State,
)
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.payload import Payload, fence, framed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.status import (
    QUEUED_PAPER_END,
    Answer,
    AnswerParser,
    Cleared,
    Echo,
    Info,
    Junk,
    NotPrinted,
    PushedStatus,
    QueuedStatus,
    RealTimeStatus,
    most_telling,
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


class Delivery:
    """The conversation. ``to_send`` and ``seconds_to_wait`` say what is next; feed it what happened."""

    def __init__(self, level: Level, preflight_token: str) -> None:
        self.state = State.ASKING
        self.reason: Reason | None = None
        """Why it stopped or ended; None while all is well."""
        self.steps = 0
        """Counts everything that was begun; the wait starts anew with each step."""
        self.junk_bytes = 0
        self.odometer: Odometer | None = None
        """What the counters said before the payload; None at levels without them."""
        self.strange_echoes: list[str] = []
        """Tokens that are not this delivery's: another attempt's proof, come late."""
        self._level = level
        self._preflight_token = preflight_token
        self._expected: list[str] = []
        self._payload: Payload | None = None
        self._parser = AnswerParser()
        self._troubles: list[Reason] = []
        self._counts: list[int] = []
        self._question = 0
        self._bytes_in_step = 0
        self._is_cut = False
        self._is_revoked = False
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
            case State.ASKING | State.RESETTING | State.COUNTING:
                return ANSWER_SECONDS
            case State.FENCING | State.REVOKING:
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
                proof = Evidence.TOKEN if self._level.echoes_tokens else Evidence.QUEUED_STATUS
                return Confirmed(proof, self._is_cut)
            case State.UNCERTAIN:
                return Uncertain(self.reason or Reason.NO_CONFIRMATION, is_revoked=self._is_revoked)
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
        self._outbox.append(framed(payload, self._level))
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
            case State.STOPPED | State.REVOKING:
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
        self._is_revoked = event is Event.FORGOTTEN
        self.state = after
        self.reason = reason
        self._begin_step()
        match after:
            case State.RESETTING:
                self._outbox.append(commands.RESET + commands.KANJI_OFF + commands.STATUS_PUSH_ON)
            case State.FENCING:
                self._expected = [self._preflight_token]
                self._outbox.append(fence(self._preflight_token, self._level))
            case State.COUNTING:
                for counter in (commands.CUTS, commands.STROKES):
                    self._outbox.append(commands.ask_counter(counter))
            case State.CUTTING if self._level is Level.QUEUED_STATUS:
                self._outbox.append(commands.FEED_AND_CUT + commands.ASK_QUEUED_STATUS)
            case State.REVOKING:
                self._outbox.append(commands.FORGET_EVERYTHING)
            case _:
                pass

    def _begin_step(self) -> None:
        self.steps += 1
        self._bytes_in_step = 0

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
            case Info(text):
                yield from self._counted(text)
            case Cleared():
                yield Event.FORGOTTEN, self.reason
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
        awaited = self.state in AWAITING_AN_ANSWER_IN_ORDER and self._is_asked
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
        if not self._level.echoes_tokens or token not in self._expected:
            self.strange_echoes.append(token)
            return
        answered = self._expected.index(token) + 1
        del self._expected[:answered]
        counts_next = self.state is State.FENCING and self._level is Level.COUNTERS
        yield from [(Event.UNCOUNTED if counts_next else Event.ANSWERED_IN_ORDER, None)] * answered

    def _counted(self, text: str) -> Iterator[tuple[Event, Reason | None]]:
        """Take a counter down; the answers come in the order of the questions."""
        if self.state is State.COUNTING and self._is_asked and text.isascii() and text.isdigit():
            self._counts.append(int(text))
            if len(self._counts) == 2:
                self.odometer = Odometer(*self._counts)
                yield Event.COUNTED, None
