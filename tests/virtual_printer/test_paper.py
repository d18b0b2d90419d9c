"""What comes out on paper, command by command."""

import pytest

from tests.virtual_printer.press import CUT, printed
from virtual_printer import Cut, PrintedImage, PrintedLine


def first_line(data: bytes, profile: str = "epson-80") -> PrintedLine:
    entry = printed(data, profile).rest.entries[0]
    assert isinstance(entry, PrintedLine)
    return entry


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\x1bt\x00\x82", "é"),
        (b"\x1bt\x10\xe9\x80", "é€"),
        (b"\x1bt\x13\xd5", "€"),
        (b"\x1bt\x11\x8f\xa8\xa2\xae", "Пиво"),
        (b"\x1bt\x0f\xd0\xdf\xf4\xef", "Πίτο"),
        (b"\x1bt\x01\xb1\xb2", "ｱｲ"),
        (b"\x1bR\x02[\\]", "ÄÖÜ"),
        (b"\x1bR\x08\\5", "¥5"),
        (b"\x1c(C\x02\x00\x30\x02\xe2\x82\xac \xe8\x8c\xb6", "€ 茶"),
        (b"\x1bt\x10\x81", "\ufffd"),
    ],
)
def test_bytes_become_the_characters_of_the_selected_page(data: bytes, line: str) -> None:
    assert printed(data + b"\n").lines == (line,)


def test_a_wrong_page_shows_as_wrong_text() -> None:
    assert printed("é".encode("cp1252") + b"\n").lines == ("Θ",)


def test_a_page_the_printer_does_not_have_leaves_the_old_one_and_is_reported() -> None:
    result = printed(b"\x1bt\xc8\x82\n")
    assert result.lines == ("é",)
    assert "code page 200" in result.reports[0]


def test_a_printer_in_chinese_mode_turns_accents_into_han_until_fs_dot() -> None:
    text = "crème".encode("cp1252") + b"\n"
    assert "è" not in printed(b"\x1bt\x10" + text, "chinese-80").lines[0]
    assert printed(b"\x1c.\x1bt\x10" + text, "chinese-80").lines == ("crème",)
    assert printed("茶 2".encode("gb18030") + b"\n", "chinese-80").lines == ("茶 2",)


def test_a_han_character_split_between_two_packets_is_one_character() -> None:
    data = "茶".encode("gb18030") + b"\n"
    assert printed(data, "chinese-80", chunks=[1]).lines == ("茶",)


@pytest.mark.parametrize(
    ("size", "columns"),
    [(b"", 48), (b"\x1d!\x10", 24), (b"\x1d!\x70", 6), (b"\x1bM\x01", 64), (b"\x1b \x04", 36)],
)
def test_a_full_line_wraps_at_the_columns_of_its_size(size: bytes, columns: int) -> None:
    lines = printed(size + b"x" * (columns + 1) + b"\n").lines
    assert lines == ("x" * columns, "x")


def test_a_58_mm_printer_has_32_columns_and_cuts_nothing() -> None:
    result = printed(b"x" * 33 + b"\n" + CUT, "clone-58")
    assert (result.lines, result.sheets) == (("x" * 32, "x"), ())
    assert "no cutter" in result.reports[0]


@pytest.mark.parametrize(("n", "shift"), [(0, 0), (1, 276), (2, 552), (49, 276)])
def test_alignment_moves_the_line(n: int, shift: int) -> None:
    assert first_line(bytes((0x1B, 0x61, n)) + b"ab\n").shift == shift


def test_alignment_in_the_middle_of_a_line_is_ignored_and_reported() -> None:
    result = printed(b"ab\x1ba\x01\n")
    entry = result.rest.entries[0]
    assert isinstance(entry, PrintedLine)
    assert entry.shift == 0
    assert "alignment ignored" in result.reports[0]


def test_tabs_and_positions_leave_gaps() -> None:
    assert printed(b"a\tb\tc\n").lines == ("a       b       c",)
    assert printed(b"\x1bD\x05\x0a\x00a\tb\tc\n").lines == ("a    b    c",)
    assert printed(b"a\x1b$\x78\x00b\x1b\\\x18\x00c\n").lines == ("a         b  c",)


def test_margin_and_width_bound_the_line() -> None:
    lines = printed(b"\x1dL\x18\x00\x1dW\x3c\x00" + b"x" * 6 + b"\n").lines
    assert lines == ("xxxxx", "x")


@pytest.mark.parametrize(
    ("data", "feed"),
    [
        (b"a\n", 30),
        (b"\x1b3\x40a\n", 64),
        (b"\x1b3\x40\x1b2a\n", 30),
        (b"\x1b3\x00a\n", 24),
        (b"\x1d!\x07a\n", 192),
        (b"a\x1bJ\x64", 100),
        (b"\x1bd\x03", 90),
        (b"\x1dP\x00\xcb\x1b3\xcba\n", 203),
    ],
)
def test_the_paper_moves_as_far_as_the_manual_says(data: bytes, feed: int) -> None:
    rest = printed(data).rest
    assert rest.bottom - rest.top == feed


def test_a_cut_without_feed_leaves_the_last_lines_in_the_printer() -> None:
    lines = b"".join(b"line %d\n" % number for number in range(1, 9))
    result = printed(lines + b"\x1dV\x00")
    assert result.sheets[0].lines == ("line 1", "line 2", "line 3", "line 4")
    assert result.rest.lines == ("line 5", "line 6", "line 7", "line 8")


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (b"\x1dV\x41\x00", Cut.FULL),
        (b"\x1dV\x42\x00", Cut.PARTIAL),
        (b"\x1dV\x61\x10", Cut.FULL),
        (b"\x1dV\x68\x10", Cut.PARTIAL),
        (b"\x1bd\x05\x1dV\x00", Cut.FULL),
        (b"\x1bd\x05\x1dV1", Cut.PARTIAL),
        (b"\x1bd\x05\x1bi", Cut.PARTIAL),
    ],
)
def test_every_way_to_cut_ends_the_sheet(command: bytes, kind: Cut) -> None:
    (sheet,) = printed(b"TICKET\n" + command).sheets
    assert (sheet.lines, sheet.cut, sheet.complete) == (("TICKET",), kind, True)


def test_a_cut_behind_an_unprinted_line_is_ignored_and_reported() -> None:
    result = printed(b"half" + CUT)
    assert result.sheets == ()
    assert "cut ignored" in result.reports[0]


def test_one_make_swallows_the_line_feed_after_a_raster_image() -> None:
    image = b"\x1dv0\x00\x01\x00\x08\x00" + b"\xff" * 8
    assert printed(image + b"\nafter\n").rest.entries[1].text == ""
    assert printed(image + b"\nafter\n", "clone-80").rest.entries[1].text == "after"


@pytest.mark.parametrize(
    ("data", "width", "height", "rows"),
    [
        (b"\x1dv0\x00\x01\x00\x02\x00\xf0\x0f", 8, 2, b"\xf0\x0f"),
        (b"\x1dv0\x01\x01\x00\x01\x00\xa0", 16, 1, b"\xcc\x00"),
        (b"\x1dv0\x02\x01\x00\x01\x00\xa0", 8, 2, b"\xa0\xa0"),
        (b"\x1dv0\x03\x01\x00\x01\x00\xa0", 16, 2, b"\xcc\x00\xcc\x00"),
        (b"\x1d(L\x0b\x00\x30\x70\x30\x01\x01\x31\x08\x00\x01\x00\x81\x1d(L\x02\x00\x30\x32", 8, 1, b"\x81"),
        (b"\x1d(L\x0b\x00\x30\x70\x30\x02\x01\x31\x03\x00\x01\x00\xa0\x1d(L\x02\x00\x30\x32", 6, 1, b"\xcc"),
        (
            b"\x1d8L\x0b\x00\x00\x00\x30\x70\x30\x01\x01\x31\x08\x00\x01\x00\x81\x1d(L\x02\x00\x30\x02",
            8,
            1,
            b"\x81",
        ),
        (b"\x1d*\x01\x01\x80\x00\x00\x00\x00\x00\x00\x01\x1d/\x00", 8, 8, b"\x80" + b"\x00" * 6 + b"\x01"),
    ],
)
def test_images_print_the_dots_they_were_sent(data: bytes, width: int, height: int, rows: bytes) -> None:
    (entry,) = printed(data).rest.entries
    assert isinstance(entry, PrintedImage)
    assert (entry.width, entry.height, entry.rows) == (width, height, rows)


def test_column_images_stand_in_the_line_with_text() -> None:
    line = first_line(b"ab\x1b*\x21\x02\x00\xff\xff\xff\x80\x00\x01\n")
    strip = line.runs[1]
    assert (strip.x, strip.width, line.height) == (24, 2, 24)


def test_a_qr_code_and_a_barcode_say_what_they_hold() -> None:
    qr = b"\x1d(k\x03\x001C\x04\x1d(k\x03\x001E1\x1d(k\x09\x001P0TABLE1\x1d(k\x03\x001Q0"
    bars = b"\x1dH\x02\x1dkI\x0a{BABC-1234"
    assert printed(qr + bars).lines == ("[QR TABLE1]", "[CODE128 ABC-1234]", "ABC-1234")


@pytest.mark.parametrize("data", [b"\x1dk\x43\x0d4006381333930", b"\x1dkI\x03ABC", b"\x1dk\x02400638x\x00"])
def test_a_barcode_that_cannot_be_is_reported_and_not_printed(data: bytes) -> None:
    result = printed(data)
    assert result.rest.entries == ()
    assert "cannot be printed" in result.reports[0]


def test_page_mode_prints_nothing_before_ff_and_everything_with_it() -> None:
    page = b"\x1bL\x1bW\x00\x00\x00\x00\x40\x02\xc8\x00TOP\n\x1d$\x64\x00LOWER\n"
    assert printed(page).lines == ()
    assert printed(page + b"\x0c").lines == ("TOP", "LOWER")
    rest = printed(page + b"\x0c").rest
    assert rest.bottom - rest.top == 200
    assert printed(page + b"\x1bSAFTER\n").lines == ("AFTER",)
    assert printed(page + b"\x18KEPT\n\x0c").lines == ("KEPT",)


def test_a_fence_in_page_mode_waits_for_ff_and_is_lost_with_the_page() -> None:
    fence = b"\x1d(H\x06\x0000A7Qk"
    assert printed(b"\x1bLTEXT\n" + fence).answers == b""
    assert printed(b"\x1bLTEXT\n" + fence + b"\x0c").answers == b"\x37\x22A7Qk\x00"
    assert printed(b"\x1bLTEXT\n" + fence + b"\x1bS").answers == b""


def test_a_deselected_printer_prints_nothing_until_it_is_selected_again() -> None:
    assert printed(b"\x1b=\x02HIDDEN\n\x1b=\x01SEEN\n").lines == ("SEEN",)


def test_an_impact_printer_prints_the_letters_of_a_command_it_does_not_know() -> None:
    result = printed(b"\x1d(H\x06\x0000A7Qk\n", "impact")
    assert result.answers == b""
    assert result.lines == ("H00A7Qk",)


def test_a_liar_answers_before_the_line_is_printed_and_a_star_never() -> None:
    fence = b"half a line\x1d(H\x06\x0000A7Qk"
    assert printed(fence, "liar").answers == b"\x37\x22A7Qk\x00"
    assert printed(fence).answers == b""
    assert printed(b"TICKET\n\x1bd\x03", "star-line").sheets[0].lines == ("TICKET",)
