"""What a printer can prove, judged from its answers; who greets in another language is found out."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.capability import Answers, Identity, level_of, speaks_star, speaks_text
from kitchen_printer.decisions.level import Level, Provenance, standing

NOBODY = Identity(maker=None, model=None, serial=None, firmware=None)
STAR = bytes((0x23, 0x86, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(("pushes", "echoes", "in_order", "counts"), list(product((False, True), repeat=4)))
def test_the_level_is_the_highest_that_the_answers_allow(
    pushes: bool, echoes: bool, in_order: bool, counts: bool
) -> None:
    answers = Answers(
        pushes_status=pushes,
        echoes_tokens=echoes,
        answers_in_order=in_order,
        has_counters=counts,
        identity=NOBODY,
    )
    if echoes:
        expected = Level.COUNTERS if counts else Level.TOKEN_FENCE
    else:
        expected = Level.QUEUED_STATUS if pushes and in_order else Level.HEALTH
    assert level_of(answers) is expected


def test_a_star_printer_is_known_by_its_greeting() -> None:
    assert speaks_star(STAR)
    assert speaks_star(STAR + b"\x00")


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        STAR[:6],  # too short for a status of Star's
        bytes((0x22, *STAR[1:])),  # bit 0 of the first is clear
        bytes((0x33, *STAR[1:])),  # bit 4 of the first is set, as in ESC/POS
        bytes((STAR[0], 0x7F, *STAR[2:])),  # bit 7 of the second is clear
        bytes((0x14, 0x00, 0x00, 0x0F, 0x14, 0x00, 0x00, 0x0F)),  # ESC/POS pushes its status
    ],
)
def test_no_other_greeting_is_taken_for_stars(greeting: bytes) -> None:
    assert not speaks_star(greeting)


@pytest.mark.parametrize("heard", [b"HTTP", b"login: ", b"220 ready\r\n", b"a\tb~", b"    "])
def test_lines_of_text_come_from_no_printer(heard: bytes) -> None:
    assert speaks_text(heard)


@pytest.mark.parametrize("heard", [b"", b"HTT", b"abc\x7f", b"\x1fabc", b"\x12\x12\x12\x12", b"caf\xc3\xa9"])
def test_a_few_bytes_or_ones_that_are_no_text_may_be_a_printers(heard: bytes) -> None:
    assert not speaks_text(heard)


@given(
    st.lists(st.sampled_from([0x12, 0x16, 0x1A, 0x5E, 0x7E, 0x32]), min_size=4).filter(
        lambda each: 0x12 in each
    )
)
def test_status_bytes_are_never_text_while_one_of_them_is_below_a_blank(heard: list[int]) -> None:
    assert not speaks_text(bytes(heard))


@pytest.mark.parametrize(
    ("level", "provenance", "said"),
    [
        (Level.HEALTH, "pinned", "proves nothing, accepted by a person"),
        (Level.MUTE, "assumed", "proves nothing, gets no tickets"),
        (Level.HEALTH, "proven on paper", "proves nothing, gets no tickets"),
        (Level.TOKEN_FENCE, "assumed", "unverified: the printer was not asked yet"),
        (Level.COUNTERS, "probed", "unverified: asked without paper, no paper test yet"),
        (Level.QUEUED_STATUS, "pinned", "unverified: a person says so"),
        (Level.COUNTERS, "proven on paper", "proven on paper"),
    ],
)
def test_how_far_a_level_can_be_trusted_is_said_in_words(
    level: Level, provenance: Provenance, said: str
) -> None:
    assert standing(level, provenance) == said


@pytest.mark.parametrize(
    ("level", "tells_health", "answers_in_order", "counts", "echoes"),
    [
        (Level.COUNTERS, True, True, True, True),
        (Level.TOKEN_FENCE, True, True, False, True),
        (Level.QUEUED_STATUS, True, True, False, False),
        (Level.HEALTH, True, False, False, False),
        (Level.MUTE, False, False, False, False),
    ],
)
def test_each_level_can_what_the_one_below_it_can(
    level: Level, tells_health: bool, answers_in_order: bool, counts: bool, echoes: bool
) -> None:
    can = level.can
    assert (can.tells_health, can.answers_in_order, can.counts) == (tells_health, answers_in_order, counts)
    assert (level.echoes_tokens, level.proves) == (echoes, answers_in_order)
