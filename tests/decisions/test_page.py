"""A row is fitted to its paper: broken, boxed, ruled, and printed narrower where it must stay in one piece."""

import pytest

from kitchen_printer.decisions.page import CUT, RULE, Direction, Page, Paper, Row, Size, banner, fitted
from kitchen_printer.decisions.words import Words
from tests.decisions.tickets import drawn

PAPER = Paper(columns=16, codec="cp858")
MIRRORED = Words(language="ar", is_rtl=True)


def test_rows_in_boxes_that_follow_each_other_share_one_and_the_last_is_closed() -> None:
    rows = [
        Row(text="a"),
        Row(text="one", boxed=True),
        Row(text="two", boxed=True, size=Size.BIG),
        Row(text="b"),
        Row(text="three and more to say", boxed=True),
    ]
    assert drawn(fitted(rows, PAPER)) == "\n".join(
        [
            "   |a|",
            "  #|                |",
            "   || one          ||",
            "B  || two  ||",
            "  #|                |",
            "   |b|",
            "  #|                |",
            "   || three and    ||",
            "   ||   more to    ||",
            "   ||   say        ||",
            "  #|                |",
        ]
    )


def test_a_rule_is_as_wide_as_the_paper_and_a_cut_stays_what_it_is() -> None:
    page = fitted([RULE, CUT, RULE], PAPER, MIRRORED)
    assert page.rows[0] == page.rows[2] == Row(text="-" * 16, direction=Direction.LTR)
    assert page.rows[1] is CUT
    assert page.sheets == 2


@pytest.mark.parametrize(
    ("text", "size", "rows"),
    [
        ("LATE", Size.BIG, [" LATE "]),
        ("123456", Size.BIG, [" 123456 "]),
        ("1234567", Size.TALL, [" 1234567 "]),
        ("POSSIBLE DUPLICATE", Size.TALL, [" POSSIBLE", "   DUPLICATE"]),
    ],
)
def test_a_banner_is_printed_narrower_if_that_keeps_it_whole(text: str, size: Size, rows: list[str]) -> None:
    page = fitted([banner(text)], PAPER)
    assert [row.text.rstrip() for row in page.rows] == [row.rstrip() for row in rows]
    assert {(row.size, row.bold, row.inverse, row.is_whole, row.struck) for row in page.rows} == {
        (size, True, True, False, False)
    }


def test_a_row_that_need_not_stay_whole_keeps_its_size() -> None:
    assert [
        (row.size, row.text) for row in fitted([Row(text="one two three", size=Size.BIG)], PAPER).rows
    ] == [
        (Size.BIG, "one two"),
        (Size.BIG, "  three"),
    ]


@pytest.mark.parametrize(
    ("row", "words", "direction"),
    [
        (Row(text="soup"), Words(), Direction.LTR),
        (Row(text="12 كباب"), Words(), Direction.RTL),
        (Row(text="soup"), MIRRORED, Direction.RTL),
        (Row(text="soup", direction=Direction.LTR), MIRRORED, Direction.LTR),
        (Row(text="soup", direction=Direction.RTL), Words(), Direction.RTL),
    ],
)
def test_a_row_begins_where_it_is_told_or_where_its_language_or_first_letter_says(
    row: Row, words: Words, direction: Direction
) -> None:
    paper = Paper(columns=16, codec="cp858", can_draw=lambda _: True)
    assert fitted([row], paper, words).rows[0].direction is direction


def test_a_paper_of_one_column_prints_a_character_a_row() -> None:
    narrow = Paper(columns=1, codec="cp858")
    assert [row.text for row in fitted([Row(text="ab", size=Size.BIG)], narrow).rows] == ["a", "b"]
    boxed = fitted([Row(text="ab", boxed=True)], narrow)
    assert [row.text for row in boxed.rows][1:-1] == ["| a |", "| b |"]


def test_a_page_is_quiet_unless_it_is_told_to_ring() -> None:
    assert not Page(()).rings
    assert not fitted([], PAPER).rings
    assert fitted([], PAPER, rings=True).rings


def test_a_row_is_plain_unless_it_is_told_otherwise() -> None:
    plain = Row(text="soup")
    assert fitted([plain], PAPER).rows == (Row(text="soup", direction=Direction.LTR),)
    assert (plain.bold, plain.inverse, plain.is_whole, plain.struck, plain.boxed) == (False,) * 5
