"""What a test print shows of a printer: its width to the column, its code page, and a line per script."""

import pytest

from kitchen_printer.decisions.page import Paper, fitted
from kitchen_printer.decisions.specimen import SCRIPTS, measures, scripts
from kitchen_printer.decisions.text import columns_of
from kitchen_printer.printers.encode import CODECS, can_draw, encode
from tests.virtual_printer.press import CUT, printed


@pytest.mark.parametrize("columns", [16, 32, 42, 48, 64])
def test_the_ruler_is_as_wide_as_the_paper(columns: int) -> None:
    rows = [
        row.text
        for row in fitted(
            measures(Paper(columns=columns, codec="cp858")), Paper(columns=columns, codec="cp858")
        ).rows
    ]
    ruler = next(row for row in rows if row.startswith("1234567890"))
    assert len(ruler) == columns


@pytest.mark.parametrize("code_page", CODECS)
def test_a_specimen_prints_on_every_code_page(code_page: str) -> None:
    paper = Paper(columns=48, codec=CODECS[code_page], can_draw=can_draw)
    page = fitted([*measures(paper), *scripts()], paper)
    for row in page.rows:
        assert columns_of(row.text) <= 48
    result = printed(encode(page, code_page) + CUT, "chinese-80" if code_page == "GB18030" else "epson-80")
    assert result.reports == ()
    assert any("123456789012345678901234567890123456789012345678" in line for line in result.lines)


def test_every_script_of_the_specimen_is_drawn_and_none_falls_back_to_code_points() -> None:
    paper = Paper(columns=48, codec="cp858", can_draw=can_draw)
    text = "\n".join(row.text for row in fitted(scripts(), paper).rows)
    assert "U+" not in text
    for name, _ in SCRIPTS:
        assert name in text
    assert "[peanuts] [hot pepper]" in text


@pytest.mark.parametrize(
    ("columns", "row"), [(35, "80 ÇüéâäàåçêëèïîìÄÅ"), (36, "80 Ç ü é â ä à å ç ê ë è ï î ì Ä Å")]
)
def test_the_code_page_is_shown_with_blanks_between_its_letters_where_there_is_room(
    columns: int, row: str
) -> None:
    paper = Paper(columns=columns, codec="cp858")
    assert row in [each.text for each in fitted(measures(paper), paper).rows]


@pytest.mark.parametrize(
    ("columns", "tens"), [(29, "        10        20"), (30, "        10        20        30"), (9, "")]
)
def test_every_tenth_column_that_there_is_has_its_number(columns: int, tens: str) -> None:
    paper = Paper(columns=columns, codec="cp858")
    assert [row.text for row in measures(paper)][2] == tens
