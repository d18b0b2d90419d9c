"""A printer's side of a delivery, for tests that read as a log: what it says, and what it is told."""

from dataclasses import dataclass, field

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.payload import Payload

PREFLIGHT, PRINTED, CUT, FORGOTTEN = "Pre!", "A7Qk", "A7Ql", "Gone"
BODY = b"KITCHEN 012\n#4711-1/1 A7Qk\n"

HEALTHY = bytes.fromhex("14 00 00 0f")
PAPER_OUT = bytes.fromhex("1c 00 0c 0f")
COVER_OPEN = bytes.fromhex("3c 00 00 0f")
QUEUED = b"\x00"
CLEARED = bytes.fromhex("37 25 00")

CUTS_BEFORE, STROKES_BEFORE = 1042, 981230

RESET_AND_SINGLE_BYTES = bytes.fromhex("1b 40 1c 2e")
RESET_AND_PUSH_TWICE = bytes.fromhex("1b 40 1d 61 0e 1b 40 1c 2e 1d 61 0e")
RESET_AND_PUSH = bytes.fromhex("1b 40 1c 2e 1d 61 0e")
FEED_AND_CUT = bytes.fromhex("1d 56 42 00")
ASK_QUEUED = bytes.fromhex("1d 72 01")
ASK_COUNTERS = bytes.fromhex("1d 67 32 00 b2 00 1d 67 32 00 95 00")
FORGET = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")

PAYLOAD = Payload(
    body=BODY,
    token_printed=PRINTED,
    token_cut=CUT,
    token_forgotten=FORGOTTEN,
    seconds_to_print=4.0,
    seconds_to_confirm=30.0,
    seconds_to_give_up=1800.0,
)


def fence(token: str) -> bytes:
    return bytes.fromhex("1d 28 48 06 00 30 30") + token.encode()


def echo(token: str) -> bytes:
    return b"\x37\x22" + token.encode() + b"\x00"


def counter(value: int) -> bytes:
    return b"\x5f" + str(value).encode() + b"\x00"


def not_printed(token: str) -> bytes:
    return b"\x37\x33" + token.encode() + b"\x00"


@dataclass
class Conversation:
    """A delivery, everything it sent, and its partner."""

    level: Level = Level.TOKEN_FENCE
    sent: bytes = b""
    follows: bool = False
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.level, PREFLIGHT, follows=self.follows)
        self.listen()

    @property
    def state(self) -> State:
        return self.delivery.state

    def is_in(self, state: State) -> bool:
        return self.delivery.state is state

    def listen(self) -> bytes:
        """What the delivery wants to send now."""
        data = self.delivery.to_send()
        self.sent += data
        return data

    def says(self, *answers: bytes) -> bytes:
        """The printer says something; returns what the delivery sends on hearing it."""
        heard = b""
        for answer in answers:
            self.delivery.received(answer)
            heard += self.listen()
        return heard

    def is_healthy(self) -> None:
        """The printer answers the four questions of a healthy one."""
        self.says(b"\x16", b"\x12", b"\x12", b"\x12")

    def is_ready(self) -> None:
        """The printer answers everything up to the moment at which a ticket may be claimed."""
        if self.level.can.tells_health and not self.follows:
            self.is_healthy()
        if self.level.proves:
            self.says(*self.separator(), self.in_order(PREFLIGHT))
        if self.level is Level.COUNTERS:
            self.says(counter(CUTS_BEFORE), counter(STROKES_BEFORE))

    def separator(self) -> tuple[bytes, ...]:
        """How a printer answers when its status is asked for, in order: at level B it is asked for twice."""
        return (HEALTHY, HEALTHY) if self.level is Level.QUEUED_STATUS else (HEALTHY,)

    def in_order(self, token: str) -> bytes:
        """How a printer of this level answers when everything up to the question is printed."""
        return echo(token) if self.level.echoes_tokens else QUEUED

    def hand_over(self) -> bytes:
        """The ticket goes out; returns its bytes."""
        self.delivery.start(PAYLOAD)
        return self.listen()


WITHOUT_PROOF = frozenset({State.SENDING, State.HOLDING, State.CHECKING, State.UNCONFIRMED})
"""The states that only printers of levels that prove nothing come to."""

_WITH_THE_TICKET = frozenset(State) - {
    *(State.ASKING, State.RESETTING, State.FENCING, State.COUNTING, State.READY, State.REFUSED)
}


def in_state(state: State, level: Level = Level.TOKEN_FENCE) -> Conversation:
    """A conversation that has come to `state` on the shortest way."""
    talk = Conversation(Level.HEALTH if level.proves and state in WITHOUT_PROOF else level)
    if state in (State.RESETTING, State.FENCING, State.COUNTING):
        talk.is_healthy()
    if state in (State.FENCING, State.COUNTING):
        talk.says(*talk.separator())
        if level.echoes_tokens:
            talk.delivery.silence()  # The fence was asked for with the reset, and may have been lost in it.
            talk.listen()
    if state is State.COUNTING:
        talk.says(echo(PREFLIGHT))
    if state is State.REFUSED:
        talk.delivery.line_lost()
    if state in (State.READY, *_WITH_THE_TICKET):
        talk.is_ready()
    if state in _WITH_THE_TICKET:
        talk.hand_over()
    _go_on_with_the_ticket(talk, state)
    assert talk.state is state
    return talk


def _go_on_with_the_ticket(talk: Conversation, state: State) -> None:
    match state:
        case State.STOPPED:
            talk.says(PAPER_OUT)
        case State.REVOKING | State.RECOUNTING | State.REVOKED:
            talk.says(PAPER_OUT)
            talk.delivery.silence()
            if state is not State.REVOKING:
                talk.says(CLEARED)
            if state is State.REVOKED:
                talk.says(echo(FORGOTTEN), counter(CUTS_BEFORE), counter(STROKES_BEFORE))
        case State.CUTTING:
            talk.says(talk.in_order(PRINTED))
        case State.CONFIRMED:
            talk.says(talk.in_order(PRINTED), talk.in_order(CUT))
        case State.UNCERTAIN:
            talk.delivery.line_lost()
        case State.HOLDING | State.CHECKING | State.UNCONFIRMED:
            talk.delivery.left_us()
            if state is not State.HOLDING:
                talk.delivery.silence()
                talk.listen()
            if state is State.UNCONFIRMED and talk.level.can.tells_health:
                talk.is_healthy()
        case _:
            pass
