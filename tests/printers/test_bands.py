"""Pictures reach the paper dot by dot, in small bands, and cannot act as a command."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kitchen_printer.printers.bands import BAND_ROWS_MAX, REAL_TIME, Bands, in_bands, without_commands
from tests.virtual_printer.press import CUT, printed

COMMANDS: list[Bands] = ["GS v 0", "GS ( L"]


def a_picture(width: int, height: int, data: bytes) -> Image.Image:
    return Image.frombytes("1", (width, height), data).convert("L")


def ink_on_paper(data: bytes) -> Image.Image:
    """What was printed, without the margins of the virtual paper."""
    result = printed(data + CUT)
    assert result.reports == ()
    assert result.answers == b""
    picture = result.sheets[0].picture()
    margin = (picture.width - 576) // 2
    return picture.crop((margin, 0, margin + 576, picture.height))


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("height", [1, 63, 64, 65, 150])
def test_a_picture_comes_out_dot_by_dot(command: Bands, height: int) -> None:
    data = bytes((place * 37 + 11) & 0xEF for place in range(72 * height))
    bands = list(in_bands(a_picture(576, height, data), command))
    assert len(bands) == -(-height // BAND_ROWS_MAX)
    paper = ink_on_paper(b"".join(bands))
    assert paper.crop((0, 0, 576, height)).tobytes() == data


@pytest.mark.parametrize("command", COMMANDS)
def test_white_at_the_right_costs_nothing(command: Bands) -> None:
    picture = Image.new("L", (576, 64), 255)
    picture.putpixel((8, 10), 0)
    assert len(b"".join(in_bands(picture, command))) < 2 * 64 + 40


@given(st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x08, 0x18, 0x00, 0xFF]), max_size=200).map(bytes))
def test_no_command_is_left_in_a_picture_and_only_single_dots_change(data: bytes) -> None:
    safe = without_commands(data)
    assert not REAL_TIME.search(safe)
    changed = [(a ^ b).bit_count() for a, b in zip(data, safe, strict=True)]
    assert set(changed) <= {0, 1}
    assert sum(changed) == len(REAL_TIME.findall(data))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_picture_full_of_commands_prints_and_is_not_obeyed(command: Bands) -> None:
    """Status questions, a drawer pulse, the order to clear the buffer: all as dots."""
    orders = bytes.fromhex("1004011004041005021014010001101408010314010602081014020108") + bytes(43)
    picture = a_picture(576, 64, bytes(byte ^ 0xFF for byte in orders * 64))
    data = b"".join(in_bands(picture, command))
    result = printed(data + b"soup\n" + CUT)
    assert result.answers == b""
    assert result.reports == ()
    assert result.lines[-1] == "soup"


def test_the_length_of_a_band_never_reads_as_a_command() -> None:
    for width, rows in chain((w, r) for w in range(8, 584, 8) for r in range(1, 65)):
        header = b"".join(in_bands(Image.new("L", (width, rows), 0), "GS ( L"))[:20]
        assert not REAL_TIME.search(header)
