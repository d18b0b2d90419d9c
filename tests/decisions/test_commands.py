"""The commands of the delivery, byte for byte as the reference of ESC/POS has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.style import Buzzer

PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


@pytest.mark.parametrize(
    ("command", "as_documented"),
    [
        (commands.RESET, "1B 40"),
        (commands.KANJI_OFF, "1C 2E"),
        (commands.KANJI_ON, "1C 26"),
        (commands.STATUS_PUSH_ON, "1D 61 0E"),
        (commands.FEED_AND_CUT, "1D 56 42 00"),
        (commands.FEED_AND_CUT_THROUGH, "1D 56 41 00"),
        (commands.ASK_QUEUED_STATUS, "1D 72 01"),
        (commands.FORGET_EVERYTHING, "10 14 08 01 03 14 01 06 02 08"),
        (commands.feed_and_cut("partial"), "1D 56 42 00"),
        (commands.feed_and_cut("full"), "1D 56 41 00"),
        (commands.ask_counter(commands.CUTS), "1D 67 32 00 B2 00"),
        (commands.ask_counter(commands.STROKES), "1D 67 32 00 95 00"),
        (commands.ask_counter(0x1234), "1D 67 32 00 34 12"),
        (commands.ask_identity(commands.MODEL_ID), "1D 49 01"),
        (commands.ask_identity(commands.FIRMWARE), "1D 49 41"),
        (commands.ask_identity(commands.MAKER), "1D 49 42"),
        (commands.ask_identity(commands.MODEL), "1D 49 43"),
        (commands.ask_identity(commands.SERIAL), "1D 49 44"),
        (commands.ask_real_time_status(4), "10 04 04"),
        (commands.fence("A7Qk"), "1D 28 48 06 00 30 30 41 37 51 6B"),
        (commands.chinese_size(width=1, height=1), "1C 21 00"),
        (commands.chinese_size(width=2, height=1), "1C 21 04"),
        (commands.chinese_size(width=1, height=2), "1C 21 08"),
        (commands.chinese_size(width=2, height=2), "1C 21 0C"),
    ],
)
def test_a_command_is_the_documented_one(command: bytes, as_documented: str) -> None:
    assert command == bytes.fromhex(as_documented)


@pytest.mark.parametrize(
    ("buzzer", "as_documented"),
    [
        ("off", ""),
        ("clone", "1B 42 03 02"),
        ("epson", "1B 28 41 04 00 30 31 03 32"),
        ("drawer", "1B 70 00 32 32"),
    ],
)
def test_each_buzzer_is_sounded_in_its_own_way(buzzer: Buzzer, as_documented: str) -> None:
    assert commands.sound(buzzer) == bytes.fromhex(as_documented)


def test_a_piece_is_declared_void_in_plain_text_and_cut_off() -> None:
    assert commands.VOID_PIECE == b"\x1b@\x1c.INCOMPLETE - THROW AWAY\n\x1dVB\x00"


def test_nuls_fill_up_a_command_of_text_and_a_band_of_64_rows() -> None:
    assert commands.NUL_LINE == b"\x00" * 16
    assert commands.NUL_BAND == b"\x00" * (64 * 72)


@given(st.text(PRINTABLE, min_size=4, max_size=4))
def test_a_fence_carries_any_four_printable_characters(token: str) -> None:
    assert commands.fence(token)[-4:] == token.encode()


@pytest.mark.parametrize("token", ["", "A7Q", "A7Qk1", "A7Q ", "A7Q\x7f", "A7Q\n"])
def test_a_token_that_would_be_another_command_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="four printable characters"):
        commands.fence(token)
