"""Every byte a printer may send has one meaning, however the bytes are cut up, and none does harm."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.status import (
    BLOCK_BYTES_MAX,
    FLOW_CONTROL,
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
    described,
    is_near_end,
    most_telling,
    trouble_in_pushed_status,
    trouble_in_real_time_status,
)


def parsed(data: bytes) -> list[Answer]:
    return AnswerParser().feed(data)


def fixed_bits(byte: int) -> str:
    """The bits by which Epson tells the classes of answers apart: 7, 4, 1 and 0 of the byte."""
    return "".join(str(byte >> bit & 1) for bit in (7, 4, 1, 0))


GOLDEN = [
    ("16", [RealTimeStatus(0x16)], "DLE EOT 1 of a healthy Epson, drawer pin high"),
    ("12 12 12", [RealTimeStatus(0x12)] * 3, "DLE EOT 2 to 4 of a healthy printer"),
    ("72", [RealTimeStatus(0x72)], "DLE EOT 4 without paper"),
    ("00", [QueuedStatus(0x00)], "GS r 1 with paper"),
    ("03", [QueuedStatus(0x03)], "GS r 1 with the roll near its end"),
    ("14 00 00 0f", [PushedStatus((0x14, 0, 0, 0x0F))], "GS a 14, healthy, drawer pin high"),
    ("10 00 00 00", [PushedStatus((0x10, 0, 0, 0))], "the same of a clone with an empty fourth byte"),
    ("1c 00 0c 0f", [PushedStatus((0x1C, 0, 0x0C, 0x0F))], "GS a: offline, paper end"),
    ("37 22 41 37 51 6b 00", [Echo("A7Qk")], "GS ( H 48 echoes its four bytes"),
    ("37 22 20 7e 37 5f 00", [Echo(" ~7_")], "which may be any printable ones"),
    ("37 33 41 37 51 6b 00", [NotPrinted("A7Qk")], "a vendor's answer to GS ( H: no paper, not printed"),
    ("11 12 13", [RealTimeStatus(0x12)], "XON and XOFF of a serial bridge"),
    ("37 22 41 37 51 00", [Junk(b"\x37\x22A7Q\0")], "an echo that lost a byte"),
    ("37 22 41 37 51 6b 6b 00", [Junk(b"\x37\x22A7Qkk\0")], "an echo that gained one"),
    ("37 22 41 37 51 ff 00", [Junk(b"\x37\x22A7Q\xff\0")], "an echo of what nobody can have sent"),
    ("ff 80", [Junk(b"\xff"), Junk(b"\x80")], "bytes with the highest bit set"),
    ("14 00 37 22 41 37 51 6b 00", [Junk(b"\x14\0"), Echo("A7Qk")], "a pushed status cut short by an echo"),
    ("14 16 12", [Junk(b"\x14"), RealTimeStatus(0x16), RealTimeStatus(0x12)], "one cut even shorter"),
]


@pytest.mark.parametrize(("answer", "meaning", "source"), GOLDEN, ids=[source for *_, source in GOLDEN])
def test_answers_in_the_makers_documents_are_understood(
    answer: str, meaning: list[Answer], source: str
) -> None:
    """Facts: Epson's ESC/POS reference (GS ( H function 48, GS a, GS r, GS I, DLE EOT, DLE DC4 function 8) and
    TM-T88III specification, appendix G (fixed bits of each class of answer). The vendor's 37 33 is from the
    header of a Chinese printer library.
    """
    assert parsed(bytes.fromhex(answer)) == meaning, source


@pytest.mark.parametrize("byte", range(256))
def test_every_byte_begins_exactly_one_class_of_answer(byte: int) -> None:
    """The fixed bits decide: 0xx1xx10 real-time, 0xx1xx00 pushed, 0xx0xxxx queued; the rest begins blocks,
    is flow control, or is unknown.
    """
    answers = parsed(bytes((byte, 0, 0, 0)))
    first = answers[0] if byte not in (0x11, 0x13) else None
    bits = fixed_bits(byte)
    if byte in (0x11, 0x13):
        assert answers == [QueuedStatus(0)] * 3
    elif bits == "0110":
        assert first == RealTimeStatus(byte)
    elif bits == "0100":
        assert answers == [PushedStatus((byte, 0, 0, 0))]
    elif bits.startswith("00"):
        assert first == QueuedStatus(byte)
    elif byte in (0x37, 0x5F):
        assert answers[1:] == [QueuedStatus(0), QueuedStatus(0)]
    else:
        assert first == Junk(bytes((byte,)))


HEALTHY, OUT_OF_PAPER = bytes.fromhex("14 00 00 0f"), bytes.fromhex("1c 00 0c 0f")


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("follower", [HEALTHY, OUT_OF_PAPER, b"\x16", b"\x37\x22A7Qk\x00"])
def test_no_byte_of_a_broken_pushed_status_passes_for_a_queued_answer(lost: int, follower: bytes) -> None:
    """The last three bytes of a pushed status look like answers to GS r; taken for one they would prove a print.

    So a frame that lost a byte is one piece of junk, and what follows it is understood.
    """
    for frame in (HEALTHY, OUT_OF_PAPER):
        broken = frame[:lost] + frame[lost + 1 :]
        assert parsed(broken + follower) == [Junk(broken), *parsed(follower)]


@given(st.sampled_from([answer for answer, *_ in GOLDEN]), st.data())
def test_flow_control_inside_an_answer_changes_nothing(answer: str, draw: st.DataObject) -> None:
    """Citizen (CBM1000, appendix 3) warns of XOFF between the bytes of a pushed status."""
    data = bytes.fromhex(answer)
    place = draw.draw(st.integers(0, len(data)))
    assert parsed(data[:place] + b"\x13\x11" + data[place:]) == parsed(data)


def test_a_block_that_never_ends_is_junk_after_its_longest_length() -> None:
    parser = AnswerParser()
    assert parser.feed(b"\x5f" + b"x" * (BLOCK_BYTES_MAX - 2)) == []
    assert parser.feed(b"x") == [Junk(b"\x5f" + b"x" * (BLOCK_BYTES_MAX - 1))]
    assert parser.feed(b"\x16") == [RealTimeStatus(0x16)]


ANSWERS = st.one_of(
    st.sampled_from([bytes.fromhex(answer) for answer, *_ in GOLDEN]),
    st.binary(max_size=6),
    st.sampled_from([b"HTTP/1.1 400 Bad Request\r\n", b"\x37" + b"A" * 100, b"\x5f" * 100]),
)
STREAMS = st.lists(ANSWERS, max_size=10).map(b"".join)


@given(STREAMS, st.data())
def test_any_chunking_gives_the_same_answers(stream: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    parser = AnswerParser()
    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    assert [answer for piece in pieces for answer in parser.feed(piece)] == parsed(stream)


@given(STREAMS)
def test_byte_by_byte_gives_the_same_answers(stream: bytes) -> None:
    parser = AnswerParser()
    assert [answer for byte in stream for answer in parser.feed(bytes((byte,)))] == parsed(stream)


@given(STREAMS, st.integers(0, 200))
def test_a_stream_that_breaks_off_gives_a_beginning_of_the_answers(stream: bytes, length: int) -> None:
    beginning = parsed(stream[:length])
    assert parsed(stream)[: len(beginning)] == beginning


@given(STREAMS, st.integers(0, 1000), st.integers(0, 7))
def test_a_flipped_bit_forges_no_echo(stream: bytes, place: int, bit: int) -> None:
    """Every echo is in the bytes as they came, with its frame around it."""
    flipped = bytearray(stream)
    if flipped:
        flipped[place % len(flipped)] ^= 1 << bit
    for answer in parsed(bytes(flipped)):
        if isinstance(answer, Echo):
            assert b"\x37\x22" + answer.token.encode() + b"\x00" in flipped.translate(None, FLOW_CONTROL)


@given(st.binary(max_size=400))
def test_random_bytes_come_out_as_answers_that_can_be_described_without_quoting_them(data: bytes) -> None:
    for answer in parsed(data):
        assert described(answer).isascii()
        assert described(answer).isprintable()
        if isinstance(answer, Junk):
            assert 1 <= len(answer.data) <= BLOCK_BYTES_MAX


REAL_TIME_TROUBLES = {
    1: [(0x08, Reason.OFFLINE)],
    2: [(0x04, Reason.COVER_OPEN), (0x20, Reason.PAPER_OUT), (0x40, Reason.PRINTER_ERROR)],
    3: [
        (0x08, Reason.CUTTER),
        (0x04, Reason.PRINTER_ERROR),
        (0x20, Reason.PRINTER_ERROR),
        (0x40, Reason.PRINTER_ERROR),
    ],
    4: [(0x20, Reason.PAPER_OUT), (0x40, Reason.PAPER_OUT)],
}
"""DLE EOT, question by question: bit and what it says, the more telling ones first (Epson's reference)."""


@pytest.mark.parametrize("question", REAL_TIME_TROUBLES)
def test_every_real_time_answer_is_judged_by_its_bits(question: int) -> None:
    for byte in range(256):
        expected = next((why for bit, why in REAL_TIME_TROUBLES[question] if byte & bit), None)
        assert trouble_in_real_time_status(question, byte) == expected


@pytest.mark.parametrize(
    ("answer", "is_thin"),
    [
        (RealTimeStatus(0x12), False),
        (RealTimeStatus(0x1E), True),
        (RealTimeStatus(0x7E), True),  # out of paper, too
        (RealTimeStatus(0x16), False),  # one bit of two is no sensor
        (PushedStatus((0x14, 0, 0x03, 0)), True),
        (PushedStatus((0x14, 0, 0x0F, 0)), True),
        (PushedStatus((0x14, 0, 0x00, 0)), False),
        (PushedStatus((0x14, 0, 0x01, 0)), False),
    ],
)
def test_a_thin_roll_is_seen_where_both_bits_of_its_sensor_are_set(
    answer: RealTimeStatus | PushedStatus, is_thin: bool
) -> None:
    assert is_near_end(answer) is is_thin


def test_paper_near_its_end_and_a_pulled_drawer_are_no_trouble() -> None:
    assert trouble_in_real_time_status(1, 0x16) is None
    assert trouble_in_real_time_status(4, 0x1E) is None
    assert trouble_in_pushed_status(PushedStatus((0x14, 0x00, 0x03, 0x0F))) is None


@pytest.mark.parametrize("question", [0, 5, 7])
def test_only_the_four_questions_of_a_receipt_printer_are_asked(question: int) -> None:
    with pytest.raises(ValueError, match=f"DLE EOT {question}"):
        trouble_in_real_time_status(question, 0x12)


PUSHED_TROUBLES = [
    (0, 0x20, Reason.COVER_OPEN),
    (2, 0x04, Reason.PAPER_OUT),
    (2, 0x08, Reason.PAPER_OUT),
    (1, 0x08, Reason.CUTTER),
    (1, 0x04, Reason.PRINTER_ERROR),
    (1, 0x20, Reason.PRINTER_ERROR),
    (1, 0x40, Reason.PRINTER_ERROR),
    (0, 0x08, Reason.OFFLINE),
]
"""Automatic status: byte, bit and what it says, the more telling ones first (Epson's reference, GS a)."""


def test_every_pushed_status_is_judged_by_its_bits() -> None:
    first = [byte for byte in range(256) if fixed_bits(byte) == "0100"]
    others = [byte for byte in range(256) if fixed_bits(byte).startswith("00")]
    for bits in product(first, others, others, (0x00, 0x0F)):
        expected = next((why for place, bit, why in PUSHED_TROUBLES if bits[place] & bit), None)
        assert trouble_in_pushed_status(PushedStatus(bits)) == expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (RealTimeStatus(0x16), "real-time status 16"),
        (QueuedStatus(0x03), "queued status 03"),
        (PushedStatus((0x14, 0, 0, 0x0F)), "pushed status 14 00 00 0f"),
        (Echo("A7Qk"), "Echo 4137516b"),
        (NotPrinted("A7Qk"), "NotPrinted 4137516b"),
        (Info("TM-T88"), "info 544d2d543838"),
        (Cleared(), "cleared"),
        (Junk(b"HTTP/1.1 400"), "12 unknown bytes 48 54 54 50 2f 31 2e 31"),
    ],
)
def test_an_answer_is_worded_for_the_log_without_a_word_of_the_printers_own(
    answer: Answer, words: str
) -> None:
    assert described(answer) == words


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (b"\x37\x25\x00", Cleared()),
        (b"\x37\x25\x00"[:2] + b"\x01\x00", Junk(b"\x37\x25\x01\x00")),
        (b"\x37\x24A7Qk\x00", Junk(b"\x37\x24A7Qk\x00")),
        (b"\x5fTM-T88\x00", Info("TM-T88")),
        (b"\x5f ~\x00", Info(" ~")),
        (b"\x5f\x00", Info("")),
        (b"\x5fTM\x1f\x00", Junk(b"\x5fTM\x1f\x00")),
        (b"\x5fTM\x7f\x00", Junk(b"\x5fTM\x7f\x00")),
        (b"\x37\x22A7Q\x1f\x00", Junk(b"\x37\x22A7Q\x1f\x00")),
        (b"\x37\x22A7Q\x7f\x00", Junk(b"\x37\x22A7Q\x7f\x00")),
        (b"\x5f" + b"x" * (BLOCK_BYTES_MAX - 2) + b"\x00", Info("x" * (BLOCK_BYTES_MAX - 2))),
    ],
)
def test_a_block_is_one_answer_of_printable_letters_or_junk(answer: bytes, meaning: Answer) -> None:
    assert parsed(answer) == [meaning]


def test_a_parser_is_at_rest_while_no_answer_has_only_begun() -> None:
    parser = AnswerParser()
    assert parser.is_at_rest
    parser.feed(b"\x37\x22A7")
    assert not parser.is_at_rest
    parser.feed(b"Qk\x00")
    assert parser.is_at_rest


def test_the_longest_block_is_ninety_bytes() -> None:
    assert parsed(b"\x5f" + b"x" * 200)[0] == Junk(b"\x5f" + b"x" * 89)


def test_a_trouble_that_names_a_cause_is_told_before_one_that_says_only_that_there_is_one() -> None:
    assert most_telling([Reason.OFFLINE, Reason.CUTTER, Reason.PAPER_OUT]) is Reason.CUTTER
    assert most_telling([Reason.OFFLINE, Reason.OFFLINE]) is Reason.OFFLINE
    assert most_telling([Reason.PAPER_OUT, Reason.OFFLINE]) is Reason.PAPER_OUT
