"""Commands at their edges: what is not simulated, cannot be printed or is out of place is reported, never a crash."""

import pytest

from tests.virtual_printer.press import printed
from virtual_printer.barcodes import modules
from virtual_printer.code93 import code93
from virtual_printer.codepages import UNDEFINED, decode_single_bytes
from virtual_printer.lengths import (
    AtLeast,
    LengthRule,
    bit_image,
    by_byte,
    decimal_counter,
    stored_bit_images,
    tab_stops,
    until_nul,
    user_characters,
    windows_bitmap,
)

QR = b"\x1d(k"


def qr(function: int, *parameters: int) -> bytes:
    """A command about QR codes."""
    body = bytes((49, function, *parameters))
    return QR + len(body).to_bytes(2, "little") + body


@pytest.mark.parametrize(
    ("data", "report"),
    [
        (b"abc\x1bL", "page mode ignored: only possible at the beginning of a line"),
        (b"\x1bL\x1bW" + bytes(8) + b"\x0c", "page mode area of 0 x 0 dots at 0, 0 ignored"),
        (b"\x1bL\x1bW" + b"\xff\xff" + bytes(2) + b"\x10\x00\x10\x00\x0c", "ignored"),
        (b"abc\x1dk\x04A\x00", "barcode ignored: the line before it has not been printed"),
        (QR + b"\x03\x00\x30\x41\x30", "GS ( k code 48 is not simulated"),
        (b"abc" + qr(80, 48, 65) + qr(81, 48), "QR code ignored: no data, or the line before it"),
        (qr(81, 48), "QR code ignored: no data, or the line before it"),
        (qr(67, 16) + qr(80, 48, *b"x" * 300) + qr(81, 48), "dots are wider than the print area"),
        (b"\x1dw\x06\x1dk\x04" + b"A" * 40 + b"\x00", "dots are wider than the print area"),
        (b"\x1dr\x09", "GS r 9 has no answer"),
        (b"\x1d(H\x06\x00\x30\x30\x00\x00\x00\x00", "GS ( H without four printable bytes has no answer"),
    ],
)
def test_what_cannot_be_done_is_reported_and_nothing_is_printed_for_it(data: bytes, report: str) -> None:
    result = printed(data + b"\n")
    assert any(report in each for each in result.reports), result.reports
    assert not any("QR" in line or "CODE" in line for line in result.lines)


def test_commands_of_page_mode_do_nothing_outside_it() -> None:
    outside = b"\x1bS\x1b\x0c\x18\x1bT\x01\x1bW" + bytes(8) + b"\x1d$\x10\x00\x1d\\\x10\x00\x0c"
    assert printed(outside + b"soup\n").lines == ("soup",)
    assert printed(outside).reports == ()


def test_a_page_is_cleared_left_turned_and_printed_as_it_is_told() -> None:
    area = b"\x1bW\x00\x00\x00\x00\x00\x02\x00\x02"
    assert printed(b"\x1bL" + area + b"lost\n\x18kept\n\x0c").lines[-1] == "kept"
    assert printed(b"\x1bL" + area + b"lost\n\x1bSsoup\n").lines == ("soup",)
    moved = b"\x1bL" + area + b"\x1bT\x30\x1d$\x20\x00\x1d\\\xff\xffsoup\n\x1b\x0cmore\n\x0c"
    assert {"soup", "more"} <= {word for line in printed(moved).lines for word in line.split()}


def test_texts_of_bars_stand_where_they_are_wanted() -> None:
    def lines(position: int) -> tuple[str, ...]:
        return printed(b"\x1dH" + bytes((position,)) + b"\x1dh\x28\x1dw\x02\x1dk\x04SOUP\x00\n").lines

    assert sum("SOUP" in line for line in lines(0)) == 1
    assert sum("SOUP" in line for line in lines(0x33)) == 3
    assert sum("SOUP" in line for line in lines(1)) == sum("SOUP" in line for line in lines(2)) == 2


def test_a_clones_qr_code_and_sizes_beyond_the_limits_print_the_nearest_that_there_is() -> None:
    assert any("QR soup" in line for line in printed(b"\x1bZ\x00\x02\x00\x04\x00soup\n").lines)
    sized = qr(67, 0) + qr(69, 51) + qr(80, 48, *b"tea") + qr(81, 48)
    assert any("QR tea" in line for line in printed(sized + b"\n").lines)
    assert printed(QR + b"\x01\x00\x31" + qr(99) + b"soup\n").lines == ("soup",)


@pytest.mark.parametrize(
    ("system", "data"),
    [
        (3, b"12x"),  # EAN-8 takes digits
        (4, b"*"),  # CODE39 without a character
        (4, b"soup"),
        (6, b"1"),  # CODABAR needs a start and a stop
        (73, b"{"),  # CODE128: half a selector
        (73, b"A"),  # no code set chosen
        (73, b"{S"),
        (73, b"{A\x7f"),
        (73, b"{Aa"),
        (73, b"{B\x01"),
        (73, b"{C\x64"),
        (73, b"{B"),
        (72, b""),
        (72, b"\xff"),
    ],
)
def test_what_no_reader_could_read_is_no_barcode(system: int, data: bytes) -> None:
    assert modules(system, data) is None


@pytest.mark.parametrize("data", [b"{B{{x", b"{A{4A{SA", b"{B{4x", b"{A\x01{BxyZ{C\x0c\x22", b"{C\x0c{1\x22"])
def test_every_notation_of_code_128_has_bars(data: bytes) -> None:
    bars = modules(73, data)
    assert bars is not None
    assert (bars[0], bars[-1], len(bars) % 11) == ("1", "1", 2)


def test_code_93_is_of_ascii_only() -> None:
    assert code93(b"") is code93(b"\xff") is None
    assert code93(b"a") is not None


def test_a_code_page_that_the_printer_does_not_have_shows_that_it_has_none() -> None:
    assert decode_single_bytes(b"a\xe9", None, 0) == f"a{UNDEFINED}"
    assert decode_single_bytes(b"soup", None, 0) == "soup"


@pytest.mark.parametrize(
    ("rule", "data", "length"),
    [
        (until_nul(3), b"\x1dk\x04AB", AtLeast(6)),
        (until_nul(3), b"\x1dk\x04AB\x00", 6),
        (by_byte(2, {65: bit_image}, until_nul(3)), b"\x1dk", AtLeast(3)),
        (bit_image, b"\x1b*\x21", AtLeast(5)),
        (bit_image, b"\x1b*\x21\x02\x00", 11),
        (bit_image, b"\x1b*\x01\x02\x00", 7),
        (user_characters, b"\x1b&\x03", AtLeast(5)),
        (user_characters, b"\x1b&\x03AA", AtLeast(6)),
        (user_characters, b"\x1b&\x03AA\x02", 12),
        (tab_stops, b"\x1bD\x08", AtLeast(4)),
        (tab_stops, b"\x1bD\x08\x00", 4),
        (tab_stops, b"\x1bD" + b"\x01" * 33, 34),
        (stored_bit_images, b"\x1cq", AtLeast(3)),
        (stored_bit_images, b"\x1cq\x01\x01", AtLeast(7)),
        (stored_bit_images, b"\x1cq\x01\x01\x00\x01\x00", 15),
        (decimal_counter, b"\x1dC;1;2", AtLeast(7)),
        (decimal_counter, b"\x1dC;1;2;3;4;5;", 13),
        (decimal_counter, b"\x1dC;" + b"9" * 40, 33),
        (windows_bitmap(4), b"\x1dD00", AtLeast(10)),
    ],
)
def test_a_command_is_as_long_as_its_parameters_say(
    rule: LengthRule, data: bytes, length: int | AtLeast
) -> None:
    assert rule(data) == length
