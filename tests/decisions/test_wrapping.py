"""How a text is broken over rows: at spaces, between Han characters, and inside words only where there is no choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.text import columns_of
from kitchen_printer.decisions.wrapping import wrapped

ROWS = [
    ("one two three", 13, ["one two three"]),
    ("one two three", 12, ["one two", "  three"]),
    ("one two three", 7, ["one two", "  three"]),
    ("one two three", 6, ["one", "  two", "  three"[:6], "  e"]),
    ("  one two three", 9, ["  one two", "    three"]),
    ("onetwothreefour", 5, ["onetw", "  oth", "  ree", "  fou", "  r"]),
    ("ab cd", 2, ["ab", " c", " d"]),
    ("a b", 2, ["a", " b"]),
    ("abcd   ", 4, ["abcd"]),
    ("one two three     ", 9, ["one two", "  three  "]),  # blanks at the end, as many as there is room for
    ("abcd  efghi", 4, ["abcd", "   e", "  fg", "  hi"]),  # no row is empty, though it could break at once
    ("宫保 鸡丁 不要", 6, ["宫保", "  鸡丁", "  不要"]),
    ("a       b c d", 6, ["a     ", "   b c", "  d"]),
    ("宫保鸡丁不要花生", 16, ["宫保鸡丁不要花生"]),
    ("宫保鸡丁不要花生", 15, ["宫保鸡丁不要花", "  生"]),
    ("宫保鸡丁不要花生", 8, ["宫保鸡丁", "  不要花", "  生"]),
    ("宫保 鸡丁", 4, ["宫保", "  鸡", "  丁"]),
    ("abc宫保鸡", 6, ["abc宫", "  保鸡"]),
    ("宫保abc鸡", 6, ["宫保ab", "  c鸡"]),
    ("宫保鸡丁、不要", 8, ["宫保鸡", "  丁、不", "  要"]),  # a comma begins no row
    ("abc（宫保鸡丁）", 8, ["abc（宫", "  保鸡", "  丁）"]),
    ("宫保鸡（丁）", 8, ["宫保鸡", "  （丁）"]),  # and an opening bracket ends none
    ("宫保鸡 丁", 6, ["宫保鸡", "  丁"]),
    ("宫保", 1, ["宫", "保"]),  # wider than the paper: a row of its own
]


@pytest.mark.parametrize(("text", "width", "rows"), ROWS)
def test_a_text_is_broken_like_this(text: str, width: int, rows: list[str]) -> None:
    assert list(wrapped(text, width)) == rows


MIXED = st.text(st.sampled_from("ab 宫保、（é"), max_size=30)


@given(MIXED, st.integers(4, 20))
def test_no_row_is_wider_than_the_paper(text: str, width: int) -> None:
    assert all(columns_of(row) <= width for row in wrapped(text, width))
