"""How a ticket is brought to paper and proved: the conversation with one printer, without any I/O.

One :class:`Delivery` is at most one ticket on one TCP connection, which may have carried another one before. It
says which bytes to send and how long to wait; it is told what came back, that nothing came in time, or that the
line broke. Everything that moves it from state to state stands in :data:`TRANSITIONS`; a pair that is missing there
changes nothing.

Before the payload the printer is asked whether it can print, and whether it answers in order: a busy, dead
or wrong device costs no attempt. After the payload only an answer that the printer gives *in order*, behind
the ticket, counts as proof. Real-time answers overtake the buffer and prove nothing.
"""

from collections.abc import Iterator
from typing import assert_never

from kitchen_printer.decisions import commands, delivery_steps
from kitchen_printer.decisions.asking import Asking
from kitchen_printer.decisions.capability import speaks_text
from kitchen_printer.decisions.delivery_table import (
    AWAITING_AN_ANSWER_IN_ORDER,
    TRANSITIONS,
    Event,
    State,
)
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.payload import Payload, framed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer, what_moved
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
    is_near_end,
    trouble_in_pushed_status,
)

ANSWER_BYTES_MAX = 256
"""More than this in one exchange is not a receipt printer talking."""


class Delivery:
    """The conversation. ``to_send`` and ``seconds_to_wait`` say what is next; feed it what happened."""

    def __init__(self, level: Level, preflight_token: str, *, follows: bool = False) -> None:
        """``follows`` says that the connection carried a ticket before, which left it clean."""
        self.state = delivery_steps.beginning(level, follows=follows)
        self.reason: Reason | None = None
        """Why it stopped or ended; None while all is well."""
        self.steps = 0
        """Counts everything that was begun; the wait starts anew with each step."""
        self.is_near_end: bool | None = None
        """Whether the roll is thin, as the printer said last; None while it has said nothing of it."""
        self.junk_bytes = 0
        self.odometer: Odometer | None = None
        """What the counters said before the payload; None at levels without them."""
        self.owes_a_receipt = False
        """Whether it was told to forget the ticket and has not said that it did: it may forget what follows, too."""
        self.strange_echoes: list[str] = []
        """Tokens that are not this delivery's: another attempt's proof, come late."""
        self._level = level
        self._preflight_token = preflight_token
        self._expected = [preflight_token] if follows else []
        self._payload: Payload | None = None
        self._parser = AnswerParser()
        self._asking: Asking | None = None
        self._counts: list[int] = []
        self._bytes_in_step = 0
        self._is_cut = self._is_revoked = self._is_fenced = False
        self._last_pushed: PushedStatus | None = None
        self._first_heard = b""
        self._outbox: list[bytes] = []
        if self.state is State.ASKING:
            self._asking = Asking()
        else:
            self._say(delivery_steps.said_on_entering(self.state, level, preflight_token))
        if self.state is not State.READY:
            self._begin_step()

    # ── what to do ──────────────────────────────────────────────────────────────────────────────────────

    def to_send(self) -> bytes:
        """Take the bytes that must go out now; each is returned once."""
        data = b"".join(self._outbox)
        self._outbox.clear()
        return data + self._asking.to_send() if self._asking else data

    @property
    def seconds_to_wait(self) -> float | None:
        """How long this step may last before :meth:`silence` is due; None while nothing is asked."""
        return delivery_steps.seconds_of(self.state, self._level, self._payload)

    @property
    def outcome(self) -> Outcome:
        """How it ended. Raises ``RuntimeError`` before the end."""
        match self.state:
            case State.CONFIRMED:
                return Confirmed(self._level.can.evidence, self._is_cut)
            case State.UNCONFIRMED:
                return Unconfirmed(self._level.can.evidence)
            case State.UNCERTAIN:
                return Uncertain(self.reason or Reason.NO_CONFIRMATION, is_revoked=self._is_revoked)
            case State.REFUSED:
                return NotSent(self.reason or Reason.SILENT)
            case State.REVOKED:
                return NotSent(self.reason or Reason.OFFLINE, is_revoked=True)
            case _:
                raise RuntimeError(f"the delivery is still {self.state}")

    @property
    def leaves_it_clean(self) -> bool:
        """Whether another ticket may follow on the connection: all was done, and answered by name of the question."""
        is_done = self.state is State.CONFIRMED and self._is_cut and self._level.echoes_tokens
        return is_done and self._parser.is_at_rest and not self.owes_a_receipt

    # ── what happened ───────────────────────────────────────────────────────────────────────────────────

    def start(self, payload: Payload) -> None:
        """Hand over the ticket. Only a READY printer gets one; from here on paper may come."""
        if self.state is not State.READY:
            raise RuntimeError(f"a ticket is handed over to a ready printer, not to one that is {self.state}")
        self._payload = payload
        self._expected = [payload.token_printed, payload.token_cut]
        self._outbox.append(framed(payload, self._level))
        self._on(Event.STARTED if self._level.proves else Event.STARTED_UNPROVED)

    def left_us(self) -> None:
        """All bytes have left this machine: the printer's network side has them."""
        self._on(Event.LEFT_US)

    def received(self, data: bytes) -> None:
        """Bytes came from the printer, in any chunking."""
        self._bytes_in_step += len(data)
        if self.state is State.ASKING and self._asking and self._asking.question == 1:
            self._first_heard += data
            if speaks_text(self._first_heard):
                self._on(Event.JUNK, Reason.NOT_A_PRINTER)
        for answer in self._parser.feed(data):
            for event, reason in self._events(answer):
                self._on(event, reason)
        if self._bytes_in_step > ANSWER_BYTES_MAX:
            self._on(Event.JUNK, Reason.NOT_A_PRINTER)

    def silence(self) -> None:
        """The step's time is over."""
        self._on(*delivery_steps.silence_in(self.state, self._level, self.reason))

    def ask_again(self) -> None:
        """Ask a printer that has stopped how it is, from the first question on. The time to give up runs on."""
        if self.state is State.STOPPED:
            self._asking = Asking()

    def revoke(self, reason: Reason | None = None) -> None:
        """Take the ticket back from a printer that has stopped; without a ``reason`` of ours the stop's own stands.

        NOT_SENT only if it forgot the ticket and shows that it printed nothing. One that has not stopped prints on.
        """
        self._on(Event.REVOKED, reason or self.reason)

    def line_lost(self, reason: Reason | None = None) -> None:
        """The connection ended; without a ``reason`` of ours it broke, or was refused before a word was said."""
        is_refused = self.state is State.ASKING and not self._first_heard
        self._on(Event.LINE_LOST, reason or (Reason.REFUSED if is_refused else Reason.CONNECTION_LOST))

    # ── one event, one transition ───────────────────────────────────────────────────────────────────────

    def _on(self, event: Event, reason: Reason | None = None) -> None:
        if self.state is State.STOPPED and event is Event.HALTED:
            self.reason = reason  # still stopped, but for another cause: paper is in, the cover still open
        after = TRANSITIONS[self.state].get(event)
        if after is None:
            return
        self._is_cut = self.state is State.CUTTING and event is Event.ANSWERED_IN_ORDER
        self._is_revoked |= event in (Event.FORGOTTEN, Event.FORGOTTEN_UNCOUNTED)
        self.owes_a_receipt |= after is State.REVOKING
        self.state = after
        self.reason = reason
        self._asking = None
        self._begin_step()
        token = self._preflight_token
        match after:
            case State.CHECKING:
                self._asking = Asking()
            case State.RESETTING | State.FENCING:
                self._expected = [token]
            case State.RECOUNTING if self._payload is not None:
                token = self._payload.token_forgotten
                self._counts = []
            case _:
                pass
        cut = self._payload.cut if self._payload else commands.FEED_AND_CUT
        self._say(delivery_steps.said_on_entering(after, self._level, token, cut))

    def _say(self, data: bytes) -> None:
        if data:
            self._outbox.append(data)

    def _begin_step(self) -> None:
        self.steps += 1
        self._bytes_in_step = 0

    # ── what an answer means in this state ──────────────────────────────────────────────────────────────

    def _events(self, answer: Answer) -> Iterator[tuple[Event, Reason | None]]:
        match answer:
            case RealTimeStatus(bits):
                if self._asking and self._asking.is_open:
                    yield from self._answered_question(self._asking, bits)
            case PushedStatus():
                yield from self._pushed(answer)
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
                self.owes_a_receipt = False
                yield (Event.FORGOTTEN_UNCOUNTED if self.odometer else Event.FORGOTTEN), self.reason
            case Junk(data):
                self.junk_bytes += len(data)
                yield Event.JUNK, Reason.NOT_A_PRINTER
            case _:
                assert_never(answer)

    def _answered_question(self, asking: Asking, bits: int) -> Iterator[tuple[Event, Reason | None]]:
        asking.answered(bits)
        if asking.is_over:
            self._asking, self.is_near_end = None, asking.is_near_end
            yield delivery_steps.health_in(self.state, self._level, asking.trouble)
        elif self.state is not State.STOPPED:  # There only the time to give up runs, whatever is asked.
            self._begin_step()

    def _pushed(self, status: PushedStatus) -> Iterator[tuple[Event, Reason | None]]:
        before, self._last_pushed = self._last_pushed, status
        self.is_near_end = is_near_end(status)
        trouble = trouble_in_pushed_status(status)
        if trouble is not None:
            if self.state is State.STOPPED:
                self._asking = None  # What it answered before may be older than this: a good word too many.
            yield Event.HALTED, trouble
        elif self.state is State.STOPPED:
            yield Event.RESUMED, None
        elif self._level is Level.QUEUED_STATUS and status == before:
            # Pushed unasked, two in a row differ: of two equal ones, one answers us, and nothing older follows.
            yield Event.STATUS_PUSHED, None

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
        if self._payload and self.state is State.RECOUNTING and token == self._payload.token_forgotten:
            self._is_fenced = True
            return
        if not self._level.echoes_tokens or token not in self._expected:
            self.strange_echoes.append(token)
            return
        answered = self._expected.index(token) + 1
        del self._expected[:answered]
        counts_next = self.state in (State.RESETTING, State.FENCING) and self._level is Level.COUNTERS
        yield from [(Event.UNCOUNTED if counts_next else Event.ANSWERED_IN_ORDER, None)] * answered

    def _counted(self, text: str) -> Iterator[tuple[Event, Reason | None]]:
        """Take a counter down; the answers come in the order of the questions."""
        is_due = self.state is State.COUNTING or (self.state is State.RECOUNTING and self._is_fenced)
        if not (is_due and self._is_asked and text.isascii() and text.isdigit()):
            return
        self._counts.append(int(text))
        if len(self._counts) == 2:
            counted = Odometer(*self._counts)
            if self.state is State.RECOUNTING and self.odometer is not None:
                moved = what_moved(self.odometer, counted, otherwise=self.reason)
                yield (Event.MOVED, moved) if counted != self.odometer else (Event.UNMOVED, self.reason)
            else:
                self.odometer = counted
                yield Event.COUNTED, None
