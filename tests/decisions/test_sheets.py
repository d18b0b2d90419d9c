"""A ticket that is longer than anybody can hold goes on over numbered sheets, and never for ever."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.page import CUT, Page, Paper, Row, Size, mm_of
from kitchen_printer.decisions.sheets import Content, on_sheets
from kitchen_printer.decisions.words import ENGLISH

SHEET_MM, SHEETS_MAX = 2000, 5
PAPER = Paper(columns=48, codec="cp858")
ROW_MM = 4.0


def a_content(*blocks: int, head: int = 1, warnings: int = 0, hints: int = 0) -> Content:
    """A ticket whose blocks are so many rows long each, every row with its own number."""
    numbers = iter(range(sum(blocks)))
    return Content(
        banners=(),
        title=(Row(text="BAR"),) * head,
        facts=(Row(text="19:42"),),
        blocks=tuple(tuple(Row(text=f"row {next(numbers)}") for _ in range(rows)) for rows in blocks),
        warnings=(Row(text="careful"),) * warnings,
        hints=(Row(text="hint"),) * hints,
        footer=Row(text="#1"),
    )


def sheets(page: Page) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for row in page.rows:
        if row is CUT:
            found.append([])
        else:
            found[-1].append(row.text)
    return found


def laid_out(content: Content) -> list[list[str]]:
    return sheets(on_sheets(content, PAPER, ENGLISH, rings=False))


def dishes_on(sheet: list[str]) -> list[str]:
    return [text for text in sheet if text.startswith("row ")]


ROOM_MM = SHEET_MM - 3 * ROW_MM
"""What is left of a sheet below one row of title, one of facts and a rule."""

FITS = int(ROOM_MM // ROW_MM)


def test_what_fits_one_sheet_is_one_paper_without_a_number() -> None:
    (only,) = laid_out(a_content(FITS))
    assert only[:3] == ["BAR", "19:42", "-" * 48]
    assert len(dishes_on(only)) == FITS
    assert only[-2:] == ["-" * 48, "#1"]


def test_one_row_more_makes_a_second_sheet_and_each_says_which_it_is() -> None:
    first, second = laid_out(a_content(FITS + 1))
    assert [text.strip() for text in first[:3]] == ["BAR", "SHEET 1 of 2", "19:42"]
    assert [text.strip() for text in second[:3]] == ["BAR", "SHEET 2 of 2", "-" * 48]
    assert dishes_on(first) == [f"row {number}" for number in range(FITS)]
    assert dishes_on(second) == [f"row {FITS}"]


def test_a_block_that_fits_a_sheet_is_not_torn_apart() -> None:
    first, second = laid_out(a_content(FITS - 1, 2))
    assert (len(dishes_on(first)), len(dishes_on(second))) == (FITS - 1, 2)


def test_a_block_that_just_fits_the_rest_of_a_sheet_stays_on_it() -> None:
    (only,) = laid_out(a_content(FITS - 2, 2))
    assert len(dishes_on(only)) == FITS


def test_a_block_that_is_as_long_as_a_sheet_gets_one_of_its_own() -> None:
    first, second = laid_out(a_content(1, FITS))
    assert (len(dishes_on(first)), len(dishes_on(second))) == (1, FITS)


def test_a_block_that_fits_no_sheet_begins_where_there_is_room() -> None:
    first, second = laid_out(a_content(1, FITS + 1))
    assert (len(dishes_on(first)), len(dishes_on(second))) == (FITS, 2)


def test_warnings_are_on_every_sheet_and_hints_on_the_last_one_only() -> None:
    first, second = laid_out(a_content(FITS, warnings=1, hints=1))
    assert first[-4:] == ["-" * 48, "careful", "-" * 48, "#1"]
    assert second[-5:] == ["-" * 48, "careful", "-" * 48, "hint", "#1"]
    assert len(dishes_on(first)) == FITS - 1  # the warning took its place


def test_a_head_that_takes_the_whole_sheet_leaves_a_quarter_of_one_for_the_dishes() -> None:
    quarter = int(SHEET_MM / 4 // ROW_MM)
    first, second = laid_out(a_content(quarter + 1, head=1000))
    assert (len(dishes_on(first)), len(dishes_on(second))) == (quarter, 1)


def test_five_sheets_are_printed_and_what_is_beyond_is_counted_on_the_last() -> None:
    found = laid_out(a_content(FITS * SHEETS_MAX))
    assert len(found) == SHEETS_MAX
    assert not any("more rows" in text for sheet in found for text in sheet)
    more = laid_out(a_content(FITS * SHEETS_MAX + FITS + 7))
    assert [len(dishes_on(sheet)) for sheet in more] == [FITS] * SHEETS_MAX
    counted = [text.strip() for sheet in more for text in sheet if "more rows" in text]
    assert counted == [f"...(+{FITS + 7} more rows)"]
    assert more[-1].index(f" {counted[0]} ") > len(dishes_on(more[-1]))


def test_a_page_rings_when_it_is_told_to() -> None:
    assert on_sheets(a_content(1), PAPER, ENGLISH, rings=True).rings
    assert not on_sheets(a_content(1), PAPER, ENGLISH, rings=False).rings


@given(st.lists(st.integers(1, 700), min_size=1, max_size=4))
def test_no_sheet_is_too_long_and_rows_stay_in_their_order(blocks: list[int]) -> None:
    page = on_sheets(a_content(*blocks), PAPER, ENGLISH, rings=False)
    found = sheets(page)
    assert page.sheets == len(found)
    for sheet in found:
        assert len(dishes_on(sheet)) * ROW_MM <= ROOM_MM
    printed = [int(text.removeprefix("row ")) for sheet in found for text in dishes_on(sheet)]
    assert all(after == before + 1 for before, after in pairwise(printed))
    assert len(printed) == min(sum(blocks), len(printed)) or len(found) == SHEETS_MAX


@pytest.mark.parametrize(
    ("row", "millimetres"),
    [
        (Row(text=""), 4.0),
        (Row(text="", size=Size.TALL), 8.0),
        (Row(text="", size=Size.BIG), 8.0),
        (CUT, 20.0),
    ],
)
def test_a_row_takes_as_much_paper_as_its_letters_are_high(row: Row, millimetres: float) -> None:
    assert mm_of(row) == millimetres


def test_the_feed_to_the_cutter_is_paper_but_nothing_printed() -> None:
    page = Page((Row(text="a"), CUT, Row(text="b")))
    assert (page.printed_mm, page.length_mm, page.sheets) == (28.0, 48.0, 2)
