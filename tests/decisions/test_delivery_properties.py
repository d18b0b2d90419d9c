"""Whatever a printer says, keeps to itself, or does to the line: the verdict is never better than the proof."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.status import (
    Answer,
    AnswerParser,
    Cleared,
    Echo,
    Info,
    Junk,
    PushedStatus,
    QueuedStatus,
    RealTimeStatus,
    trouble_in_pushed_status,
)
from tests.decisions.conversation import (
    BODY,
    CLEARED,
    COVER_OPEN,
    CUT,
    CUTS_BEFORE,
    FORGOTTEN,
    HEALTHY,
    PAPER_OUT,
    PAYLOAD,
    PREFLIGHT,
    PRINTED,
    STROKES_BEFORE,
    Conversation,
    counter,
    echo,
    in_state,
    not_printed,
)


@dataclass(frozen=True)
class Silence:
    """The step's time is over."""


@dataclass(frozen=True)
class LineLost:
    """The connection broke."""


@dataclass(frozen=True)
class Revoke:
    """Another printer shall have the ticket."""


@dataclass(frozen=True)
class AskAgain:
    """A printer that has stopped is asked how it is now."""


@dataclass(frozen=True)
class Left:
    """TCP has acknowledged the last byte."""


@dataclass(frozen=True)
class HandOver:
    """The ticket is claimed and goes out, if the printer is ready."""


COUNTS_BEFORE = counter(CUTS_BEFORE) + counter(STROKES_BEFORE)

WORDS = st.one_of(
    st.sampled_from(
        [
            b"\x16",
            b"\x12",
            b"\x12\x12\x12\x12",
            b"\x1e",
            b"\x00",
            b"\x0c",
            HEALTHY,
            HEALTHY[:2],
            HEALTHY[2:],
            PAPER_OUT,
            COVER_OPEN,
            echo(PREFLIGHT),
            echo(PRINTED),
            echo(PRINTED)[:4],
            echo(PRINTED)[4:],
            echo(CUT),
            echo("LATE"),
            not_printed(PRINTED),
            CLEARED,
            echo(FORGOTTEN),
            COUNTS_BEFORE,
            counter(CUTS_BEFORE),
            counter(STROKES_BEFORE + 1),
            b"\xff",
            b"HTTP/1.1 200 OK\r\n",
        ]
    ),
    st.binary(max_size=5),
)
Thing = bytes | Silence | LineLost | Revoke | AskAgain | Left | HandOver

THINGS: st.SearchStrategy[Thing] = st.one_of(
    WORDS,
    WORDS,
    WORDS,
    st.just(HandOver()),
    st.sampled_from([Silence(), LineLost(), Revoke(), AskAgain(), Left()]),
)
BEGINNINGS: tuple[list[Thing], ...] = ([], [b"\x16", b"\x12", b"\x12", b"\x12"])
READY: tuple[list[Thing], ...] = (
    [],
    [HEALTHY, echo(PREFLIGHT), HandOver()],
    [HEALTHY, b"\x00", HandOver()],
    [HandOver(), Left(), Silence()],
    [HandOver(), Left(), Silence(), b"\x16", b"\x12", b"\x12", b"\x12"],
    [HEALTHY, echo(PREFLIGHT), COUNTS_BEFORE, HandOver(), PAPER_OUT],
    [HEALTHY, echo(PREFLIGHT), COUNTS_BEFORE, HandOver(), PAPER_OUT, Revoke(), CLEARED],
    [HEALTHY, HEALTHY, echo(PREFLIGHT), COUNTS_BEFORE, HandOver(), PAPER_OUT, AskAgain()],
    [HEALTHY, HEALTHY, b"\x00", HandOver(), PAPER_OUT, AskAgain(), b"\x16", b"\x12", b"\x12"],
)


@st.composite
def stories(draw: st.DrawFn) -> list[Thing]:
    """Things that happen one after the other; most stories get as far as to a ticket."""
    beginning = draw(st.sampled_from((*BEGINNINGS, *BEGINNINGS[1:] * 3)))
    return beginning + draw(st.sampled_from((*READY, *READY[1:]))) + draw(st.lists(THINGS, max_size=15))


def answers_after(handed_over_at: int, heard: list[bytes]) -> list[Answer]:
    parser = AnswerParser()
    for piece in heard[:handed_over_at]:
        parser.feed(piece)
    return [answer for piece in heard[handed_over_at:] for answer in parser.feed(piece)]


@settings(max_examples=12 * settings().max_examples, deadline=None)
@given(st.sampled_from(Level), stories())
def test_the_verdict_is_never_better_than_the_proof(level: Level, story: list[Thing]) -> None:
    talk = Conversation(level)
    heard: list[bytes] = []
    handed_over_at: int | None = None
    for thing in story:
        if talk.state in FINAL:
            break
        steps = talk.delivery.steps
        if isinstance(thing, bytes):
            heard.append(thing)
        if isinstance(thing, HandOver) and talk.state is State.READY:
            handed_over_at = len(heard)
        happen(talk, thing)
        assert talk.delivery.steps >= steps
        assert (talk.delivery.seconds_to_wait is None) == (talk.state in FINAL | {State.READY})

    if talk.state in FINAL and handed_over_at is None:
        assert BODY not in talk.sent
        assert isinstance(talk.delivery.outcome, NotSent)
        assert not talk.delivery.outcome.is_revoked
    elif talk.state in FINAL:
        assert BODY in talk.sent
        judge(talk, answers_after(handed_over_at or 0, heard), answers_after(handed_over_at or 0, heard[:-1]))


def happen(talk: Conversation, thing: Thing) -> None:
    match thing:
        case bytes():
            talk.says(thing)
        case Silence():
            talk.delivery.silence()
        case LineLost():
            talk.delivery.line_lost()
        case Revoke():
            talk.delivery.revoke()
        case AskAgain():
            talk.delivery.ask_again()
        case Left():
            talk.delivery.left_us()
        case HandOver() if talk.state is State.READY:
            talk.delivery.start(PAYLOAD)
        case HandOver():
            pass
    talk.listen()


def judge(talk: Conversation, answers: list[Answer], but_for_the_last_piece: list[Answer]) -> None:
    """See that the outcome is covered by the answers since the ticket was handed over."""
    outcome, level = talk.delivery.outcome, talk.level
    assert (answers is None) == (BODY not in talk.sent)
    match outcome:
        case NotSent():
            forgotten = answers[answers.index(Cleared()) :]
            fenced = forgotten[forgotten.index(Echo(FORGOTTEN)) :]
            counted = [each for each in fenced if isinstance(each, Info)]
            assert counted[:2] == [Info(str(CUTS_BEFORE)), Info(str(STROKES_BEFORE))]
            assert level is Level.COUNTERS
        case Confirmed() if level.echoes_tokens:
            assert Echo(PRINTED) in answers or Echo(CUT) in answers
            assert not outcome.is_cut or Echo(CUT) in answers
        case Confirmed():
            in_order = [each for each in answers if isinstance(each, QueuedStatus) and not each.bits & 0x0C]
            assert len(in_order) >= 1 + outcome.is_cut
        case Unconfirmed():
            assert not level.proves
            assert not any(speaks_against(each) for each in but_for_the_last_piece)
            if level is Level.HEALTH:
                assert sum(isinstance(each, RealTimeStatus) for each in answers) >= 4
        case Uncertain():
            pass


def speaks_against(answer: Answer) -> bool:
    if isinstance(answer, PushedStatus):
        return trouble_in_pushed_status(answer) is not None
    return isinstance(answer, Junk)


@settings(deadline=None)
@given(st.sampled_from(Level), stories())
def test_silence_alone_ends_every_conversation_soon(level: Level, story: list[Thing]) -> None:
    talk = Conversation(level)
    for thing in story:
        if isinstance(thing, bytes):
            talk.says(thing)
        elif isinstance(thing, HandOver) and talk.state is State.READY:
            talk.hand_over()
    for _ in range(3):
        talk.delivery.silence()
        talk.listen()
    assert talk.state in FINAL


@settings(deadline=None)
@given(st.lists(WORDS, max_size=12).map(b"".join), st.integers(1, 7))
def test_the_end_does_not_depend_on_how_the_answers_are_cut_up(stream: bytes, size: int) -> None:
    byte_by_byte, in_pieces = in_state(State.PRINTING), in_state(State.PRINTING)
    byte_by_byte.says(*(bytes((byte,)) for byte in stream))
    in_pieces.says(*(stream[start : start + size] for start in range(0, len(stream), size)))
    assert (byte_by_byte.state, byte_by_byte.delivery.reason) == (in_pieces.state, in_pieces.delivery.reason)


@settings(deadline=None)
@given(
    st.sampled_from([level for level in Level if level.proves]),
    st.lists(st.one_of(WORDS, st.just(AskAgain()))),
)
def test_a_printer_that_stopped_goes_on_only_by_its_own_word_and_no_question_gives_it_new_time(
    level: Level, story: list[bytes | AskAgain]
) -> None:
    talk = in_state(State.STOPPED, level)
    steps, heard, answers_when_asked = talk.delivery.steps, AnswerParser(), 0
    answers: list[Answer] = []
    for thing in story:
        if isinstance(thing, AskAgain):
            answers_when_asked = len(answers)
        else:
            answers += heard.feed(thing)
        happen(talk, thing)
        if talk.state is not State.STOPPED:
            break
        assert talk.delivery.steps == steps
    if talk.state is State.PRINTING:
        healthy = [each for each in answers if isinstance(each, PushedStatus) and not speaks_against(each)]
        told = [each for each in answers[answers_when_asked:] if isinstance(each, RealTimeStatus)]
        assert healthy or (AskAgain() in story and len(told) >= 4)
