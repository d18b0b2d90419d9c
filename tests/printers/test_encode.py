"""A page becomes bytes that hold text and looks, and nothing else."""

from typing import Literal

import pytest
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions import style
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.page import CUT as CUT_ROW
from kitchen_printer.decisions.page import Page, Paper, Row, Size, fitted
from kitchen_printer.decisions.text import printable
from kitchen_printer.printers.encode import CHINESE, CODECS, UnknownCodePageError, can_draw, codec_of, encode
from tests.decisions.tickets import WIDE, ZONE, a_job, a_ticket, an_occasion, the_page
from tests.printers.delivering import PATIENCE_S
from tests.virtual_printer.host import Host
from tests.virtual_printer.press import printed
from virtual_printer import Cut, PrintedLine, VirtualPrinter
from virtual_printer.paper import Run
from virtual_printer.parser import Item, Parsed, Parser, Text
from virtual_printer.style import Style

ALLOWED = {"ESC t", "GS !", "ESC E", "GS B", "LF"}
"""Code page, size, bold, inverse, line feed. No cut, no reset, no drawer, nothing that brings an answer."""

PAGES = sorted(set(CODECS) - {CHINESE})
"""The single-byte ones."""

ASK, CUT = bytes.fromhex("1d 72 01"), bytes.fromhex("1d 56 42 00")


def items(data: bytes) -> list[Item]:
    parser = Parser()
    found = parser.feed(data)
    assert not parser.inside_command
    return found


def commands(data: bytes) -> list[str]:
    """The names of the commands in it; fails on what the virtual printer does not know."""
    named = [item for item in items(data) if not isinstance(item, Text)]
    return [item.command.name if isinstance(item, Parsed) else f"unknown {item.data!r}" for item in named]


def letters_of(codec: str) -> str:
    """The letters that only this code page has in this place: bytes 0x80 to 0xFF, without the invisible two."""
    letters = "".join(bytes((byte,)).decode(codec, errors="ignore") for byte in range(0x80, 0x100))
    return "".join(letter for letter in letters if letter not in "\u00a0\u00ad")


async def on_paper(printer: VirtualPrinter, data: bytes) -> list[PrintedLine]:
    host = await Host.connect(printer)
    await host.ask(b"\x1b@\x1c." + data + CUT + ASK, b"\x00")
    await host.close()
    (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
    assert printer.state.reports == ()
    return [entry for entry in sheet.entries if isinstance(entry, PrintedLine)]


def test_a_ticket_holds_only_commands_of_the_allow_list() -> None:
    data = encode(the_page(a_ticket(round_no=2, note="hurry"), a_job(marked=True)), "CP858")
    assert set(commands(data)) == ALLOWED


def test_the_code_page_is_selected_once_and_first() -> None:
    page = Page((Row(text="crème"), Row(text="plain"), Row(text="ünd"), Row(text="5 €", bold=True)))
    names = commands(encode(page, "CP858"))
    assert names.count("ESC t") == 1
    assert names[0] == "ESC t"


@pytest.mark.parametrize(
    ("code_page", "number"),
    [("CP437", 0), ("CP850", 2), ("CP852", 18), ("CP858", 19), ("CP866", 17), ("CP1252", 16)],
)
def test_a_code_page_is_selected_by_the_number_epson_gave_it(code_page: str, number: int) -> None:
    assert encode(Page((Row(text="x"),)), code_page).startswith(bytes((0x1B, 0x74, number)))


@pytest.mark.parametrize("code_page", PAGES)
async def test_every_letter_of_a_code_page_comes_out_as_itself(
    printer: VirtualPrinter, code_page: str
) -> None:
    letters = letters_of(CODECS[code_page])
    rows = [letters[start : start + 40] for start in range(0, len(letters), 40)]
    assert rows
    printed = await on_paper(printer, encode(Page(tuple(Row(text=row) for row in rows)), code_page))
    assert [line.text for line in printed] == rows


@pytest.mark.parametrize("code_page", PAGES)
async def test_ascii_comes_out_as_itself_on_every_code_page(printer: VirtualPrinter, code_page: str) -> None:
    rows = ["".join(map(chr, range(0x21, 0x50))), "".join(map(chr, range(0x50, 0x7F)))]
    printed = await on_paper(printer, encode(Page(tuple(Row(text=row) for row in rows)), code_page))
    assert [line.text for line in printed] == rows


@pytest.mark.parametrize("code_page", PAGES)
@given(data=st.data())
def test_the_bytes_are_those_that_python_escpos_makes(code_page: str, data: st.DataObject) -> None:
    text = st.text(letters_of(CODECS[code_page]) + "abc XYZ 0123 -+/", max_size=12)
    row = st.builds(Row, text=text, size=st.sampled_from(Size), bold=st.booleans(), inverse=st.booleans())
    rows = data.draw(st.lists(row, max_size=6))
    assert encode(Page(tuple(rows)), code_page) == _by_python_escpos(rows, code_page)


def _by_python_escpos(rows: list[Row], code_page: str) -> bytes:
    """The same rows through the library's own printer; a look is told only where it changes."""
    printer = Dummy()
    printer.magic.force_encoding(code_page)  # pyright: ignore[reportUnknownMemberType]
    before: Row | None = None
    for row in rows:
        if before is None or row.size is not before.size:
            width, height = 2 if row.size is Size.BIG else 1, 1 if row.size is Size.NORMAL else 2
            printer.set(custom_size=True, width=width, height=height)
        printer.set(
            bold=row.bold if before is None or row.bold is not before.bold else None,
            invert=row.inverse if before is None or row.inverse is not before.inverse else None,
        )
        printer.text(row.text + "\n")
        before = row
    return bytes(printer.output)


async def test_a_whole_ticket_comes_out_as_it_was_laid_out(printer: VirtualPrinter) -> None:
    page = the_page(a_ticket(round_no=2, note="hurry, please"), a_job(marked=True), WIDE)
    printed = await on_paper(printer, encode(page, "CP858"))
    assert [line.text for line in printed] == [row.text.rstrip() for row in page.rows]


@pytest.mark.parametrize("size", list(Size))
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("inverse", [False, True])
async def test_a_row_looks_as_laid_out_whatever_came_before(
    printer: VirtualPrinter, size: Size, bold: bool, inverse: bool
) -> None:
    loud = Row(text="LOUD", size=Size.BIG, bold=True, inverse=True)
    row = Row(text="ROW", size=size, bold=bold, inverse=inverse)
    _, printed, after = await on_paper(printer, encode(Page((loud, row, Row(text="PLAIN"))), "CP437"))
    (run,) = printed.runs
    assert isinstance(run, Run)
    assert run.style == Style(
        width=2 if size is Size.BIG else 1,
        height=1 if size is Size.NORMAL else 2,
        bold=bold,
        reverse=inverse,
    )
    (plain,) = after.runs
    assert isinstance(plain, Run)
    assert plain.style == Style()


async def test_a_row_as_wide_as_the_paper_takes_one_line(printer: VirtualPrinter) -> None:
    page = Page((Row(text="n" * 48), Row(text="B" * 24, size=Size.BIG), Row(text="end")))
    printed = await on_paper(printer, encode(page, "CP437"))
    assert [line.text for line in printed] == ["n" * 48, "B" * 24, "end"]


async def test_an_empty_row_is_a_line_feed(printer: VirtualPrinter) -> None:
    printed = await on_paper(printer, encode(Page((Row(text="a"), Row(text=""), Row(text="b"))), "CP437"))
    assert [line.text for line in printed] == ["a", "", "b"]


@given(st.text(max_size=60), st.sampled_from(PAGES))
def test_text_from_outside_never_becomes_a_command(text: str, code_page: str) -> None:
    codec = codec_of(code_page)
    data = encode(Page((Row(text=printable(text, codec)),)), code_page)
    assert set(commands(data)) <= ALLOWED
    typed = b"".join(item.data for item in items(data) if isinstance(item, Text))
    assert typed.decode(codec) == printable(text, codec)


@pytest.mark.parametrize("text", ["\x1b@", "\x10\x14\x01\x00\x01", "a\nb", "\x7f", "\U0001f95c"])
def test_text_that_nobody_made_printable_is_refused_whole(text: str) -> None:
    with pytest.raises(ValueError, match=r"printer command|no font has"):
        encode(Page((Row(text="fine"), Row(text=text))), "CP858")


@pytest.mark.parametrize("name", ["cp858", "CP858", "Cp858"])
def test_a_code_page_may_be_written_in_any_case(name: str) -> None:
    assert codec_of(name) == "cp858"
    assert encode(Page((Row(text="é"),)), name) == encode(Page((Row(text="é"),)), "CP858")


@pytest.mark.parametrize("name", ["", "CP932", "utf-8", "858"])
def test_an_unknown_code_page_names_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownCodePageError, match="CP437, CP850, CP852, CP858, CP866, CP1252, GB18030"):
        encode(Page((Row(text="x"),)), name)


PAPER = Paper(columns=48, codec="cp858", can_draw=can_draw)


def test_a_row_the_code_page_lacks_is_a_picture_and_the_others_stay_text() -> None:
    page = fitted([Row(text="2 x SOUP"), Row(text="1 x 宫保鸡丁"), Row(text="crème")], PAPER)
    assert printed(encode(page, "CP858") + CUT).lines == ("2 x SOUP", "[image 144x32]", "crème")


def test_a_latin_ticket_stays_under_a_kilobyte() -> None:
    lines = [{"action": "ADD", "qty": 2, "menu_name": f"Crème brûlée à la maison no {n}"} for n in range(15)]
    data = encode(lay_out(a_ticket(lines=lines), a_job(), an_occasion(), PAPER, ZONE), "CP858")
    assert len(data) < 1000


def test_a_look_is_set_only_where_it_changes() -> None:
    page = Page((Row(text="a"), Row(text="b"), Row(text="c", bold=True), Row(text="d", bold=True)))
    assert [name for name in commands(encode(page, "CP437")) if name != "LF"] == [
        *("ESC t", "GS !", "ESC E", "GS B"),
        "ESC E",
    ]


@pytest.mark.parametrize(
    ("buzzer", "command"), [("clone", "ESC B"), ("epson", "ESC ("), ("drawer", "ESC p"), ("off", None)]
)
def test_a_page_that_rings_sounds_as_the_kitchen_chose(buzzer: style.Buzzer, command: str | None) -> None:
    loud = commands(encode(Page((Row(text="VOID"),), rings=True), "CP858", style=style.Style(buzzer=buzzer)))
    quiet = commands(encode(Page((Row(text="soup"),)), "CP858", style=style.Style(buzzer=buzzer)))
    assert set(loud) - set(quiet) == ({command} if command else set())


def test_the_drawer_is_never_kicked_by_default() -> None:
    assert "ESC p" not in commands(encode(Page((Row(text="VOID"),), rings=True), "CP858"))


@pytest.mark.parametrize(("cut", "kind"), [("partial", Cut.PARTIAL), ("full", Cut.FULL)])
def test_a_page_of_two_sheets_is_cut_between_them(cut: Literal["partial", "full"], kind: Cut) -> None:
    page = Page((Row(text="one"), CUT_ROW, Row(text="two")))
    result = printed(encode(page, "CP858", style=style.Style(cut=cut)) + CUT)
    assert [sheet.text for sheet in result.sheets] == ["one", "two"]
    assert result.sheets[0].cut is kind


def test_a_chinese_printer_prints_chinese_with_its_own_letters() -> None:
    paper = Paper(columns=48, codec=codec_of(CHINESE), can_draw=can_draw)
    rows = [Row(text="2 x 宫保鸡丁", size=Size.BIG, bold=True), Row(text="不要花生"), Row(text="café, борщ")]
    data = encode(fitted(rows, paper), CHINESE)
    result = printed(b"\x1b@\x1c." + data + "é\n".encode("cp437") + CUT, "chinese-80")
    assert result.lines == ("2 x 宫保鸡丁", "不要花生", "[image 120x32]", "é")
    assert result.reports == ()
