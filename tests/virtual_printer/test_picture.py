"""The picture against the text: codes can be read from it, and every character has ink where it stands."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.virtual_printer.press import CUT, printed
from virtual_printer import PrintedLine, Sheet
from virtual_printer.paper import Run
from virtual_printer.picture import MARGIN_DOTS
from virtual_printer.style import Style


def sheet_of(data: bytes) -> Sheet:
    return printed(data).rest


def read_codes(sheet: Sheet) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(sheet.picture().convert("L"))]


def has_ink(picture: Image.Image, left: int, top: int, right: int, bottom: int) -> bool:
    return picture.crop((left, top, right, bottom)).getextrema() != (255, 255)


@pytest.mark.parametrize(
    "text", ["4711", "https://example.org/t/4711?table=12", "Crème brûlée €12", "x" * 300]
)
@pytest.mark.parametrize("module", [3, 6])
def test_a_qr_code_can_be_read_from_the_picture(text: str, module: int) -> None:
    data = text.encode()
    store = b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data
    size = b"\x1d(k\x03\x001C" + bytes((module,))
    assert read_codes(sheet_of(b"\n" + size + store + b"\x1d(k\x03\x001Q0\n")) == [text]


@pytest.mark.parametrize(
    ("command", "text"),
    [
        (b"\x1dkI\x0c{BTable 12 x", "Table 12 x"),
        (b"\x1dkI\x05{C\x0c\x22\x38", "123456"),
        (b"\x1dk\x43\x0c400638133393", "4006381333931"),
        (b"\x1dk\x02400638133393\x00", "4006381333931"),
        (b"\x1dk\x41\x0b04210000526", "0042100005264"),
        (b"\x1dk\x00042100005264\x00", "0042100005264"),
        (b"\x1dk\x01425261\x00", "0042100005264"),
        (b"\x1dk\x42\x0804252614", "0042100005264"),
        (b"\x1dk\x42\x0b01230000045", "0012300000451"),
        (b"\x1dk\x42\x0c012345000058", "0012345000058"),
        (b"\x1dk\x44\x075512345", "55123457"),
        (b"\x1dk\x04ABC 123\x00", "ABC 123"),
        (b"\x1dk\x05123456\x00", "123456"),
        (b"\x1dk\x06A40156B\x00", "A40156B"),
        (b"\x1dk\x48\x0aTable {12}", "Table {12}"),
        (b"\x1dk\x48\x08!:;?@[_`", "!:;?@[_`"),
        (b"\x1dk\x48\x0d-. $/+%~AZaz{", "-. $/+%~AZaz{"),
    ],
)
def test_barcodes_can_be_read_from_the_picture(command: bytes, text: str) -> None:
    assert read_codes(sheet_of(b"\n\x1dw\x02" + command + b"\n")) == [text]


def test_control_characters_survive_in_code_93() -> None:
    sheet = sheet_of(b"\n\x1dw\x02\x1dk\x48\x08\x00\x01\x1a\x1b\x1f\x20\x7b\x7f\n")
    (code,) = zxingcpp.read_barcodes(sheet.picture().convert("L"))
    assert code.bytes == b"\x00\x01\x1a\x1b\x1f\x20\x7b\x7f"


@pytest.mark.parametrize("text", ["425261x", "1425261", "04252619", "012345678905", "1234"])
def test_what_is_no_upc_e_number_is_reported_and_not_drawn(text: str) -> None:
    done = printed(b"\x1dk\x01" + text.encode() + b"\x00")
    assert (done.lines, len(done.reports)) == ((), 1)


CHARACTERS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
STYLES = st.lists(
    st.sampled_from(
        [
            b"\x1bE\x01",
            b"\x1b-\x01",
            b"\x1dB\x01",
            b"\x1bM\x01",
            b"\x1bV\x01",
            b"\x1d!\x11",
            b"\x1d!\x07",
            b"\x1ba\x01",
        ]
    ),
    max_size=4,
).map(b"".join)


@settings(deadline=None)
@given(STYLES, CHARACTERS)
def test_every_character_of_the_text_has_ink_in_its_cell(styles: bytes, text: str) -> None:
    sheet = sheet_of(styles + text.encode("ascii") + b"\n")
    picture = sheet.picture()
    assert "".join(sheet.lines) == text
    for line in sheet.entries:
        assert isinstance(line, PrintedLine)
        for run in line.runs:
            assert isinstance(run, Run)
            cell = run.width // len(run.text)
            for at in range(len(run.text)):
                left = MARGIN_DOTS + line.shift + run.x + at * cell
                assert has_ink(picture, left, line.y, left + cell, line.y + line.height)


PAGES_OF_EUROPE = (0, 2, 14, 15, 16, 17, 18, 19, 45, 46)


@pytest.mark.parametrize("page", PAGES_OF_EUROPE)
def test_every_character_of_the_code_page_is_in_the_shipped_font(page: int) -> None:
    """A character the font lacks would be drawn as the font's box for unknown characters."""
    missing = first_cell(alone("\ue123"))
    for byte in range(0x80, 0x100):
        sheet = sheet_of(b"\x1bt" + bytes((page, byte)) + b"\n")
        if sheet.text not in ("", "\ufffd"):
            assert first_cell(sheet) != missing, sheet.text


def alone(character: str) -> Sheet:
    """A sheet with one character that no code page holds."""
    line = PrintedLine(runs=(Run(0, character, Style(), 12),), shift=0, y=0, height=24, offset=0)
    return Sheet(entries=(line,), top=0, bottom=30, width=576, cut=None)


def first_cell(sheet: Sheet) -> bytes:
    return sheet.picture().crop((MARGIN_DOTS, 0, MARGIN_DOTS + 12, 24)).tobytes()


def test_upside_down_and_white_on_black_look_it() -> None:
    plain, reverse = (sheet_of(style + b"HHHH\n").picture() for style in (b"", b"\x1dB\x01"))
    assert sum(reverse.convert("L").tobytes()) < sum(plain.convert("L").tobytes())
    upright = sheet_of(b"L\n").picture().crop((MARGIN_DOTS, 0, MARGIN_DOTS + 12, 24))
    turned = sheet_of(b"\x1b{\x01L\n").picture().crop((MARGIN_DOTS, 0, MARGIN_DOTS + 12, 24))
    assert turned.tobytes() == upright.transpose(Image.Transpose.ROTATE_180).tobytes()


def test_a_page_turned_by_90_degrees_stands_on_its_side() -> None:
    page = b"\x1bL\x1bW\x00\x00\x00\x00\x40\x00\xc8\x00\x1bT\x01SIDEWAYS\n\x0c"
    picture = sheet_of(page).picture()
    assert has_ink(picture, MARGIN_DOTS, 100, MARGIN_DOTS + 24, 200)
    assert not has_ink(picture, MARGIN_DOTS + 30, 0, picture.width, picture.height)


def test_the_picture_is_as_long_as_the_paper_and_a_png_says_203_dpi() -> None:
    (sheet,) = printed(b"TICKET\n" + CUT).sheets
    assert sheet.picture().size == (576 + 2 * MARGIN_DOTS, sheet.bottom - sheet.top)
    assert sheet.png().startswith(b"\x89PNG")


def test_a_bold_character_leaves_no_ink_at_its_other_edge() -> None:
    plain, bold = sheet_of(b"r\n").picture(), sheet_of(b"\x1bE\x01r\n").picture()
    assert has_ink(plain, MARGIN_DOTS + 11, 0, MARGIN_DOTS + 12, plain.height), (
        "an r that reaches its right edge"
    )
    assert not has_ink(plain, MARGIN_DOTS, 0, MARGIN_DOTS + 1, plain.height)
    assert not has_ink(bold, MARGIN_DOTS, 0, MARGIN_DOTS + 1, bold.height)


@pytest.mark.parametrize(
    "command",
    [
        b"\x1b*\x00\x00\x00",
        b"\x1b*\x21\x00\x00",
        b"\x1dv0\x00\x00\x00\x01\x00",
        b"\x1dv0\x03\x01\x00\x00\x00",
        b"\x1d(L\x0a\x000p0\x02\x021\x00\x00\x01\x00\x1d(L\x02\x0002",
    ],
)
def test_an_image_without_dots_leaves_the_lines_around_it_as_they_are(command: bytes) -> None:
    sheet = sheet_of(b"TABLE 12\n" + command + b"\n2 x SOUP\n")
    assert [line for line in sheet.lines if line and not line.startswith("[")] == ["TABLE 12", "2 x SOUP"]
    assert has_ink(sheet.picture(), 0, 0, MARGIN_DOTS + 24, 24)
