"""A line of mixed scripts stands on paper in the order in which it is read."""

from itertools import product

import pytest
from bidi import get_display
from hypothesis import example, given
from hypothesis import strategies as st

from kitchen_printer.decisions.bidi import embedding_levels, is_rtl, visual_runs

MIXED = st.text(st.sampled_from("abx אבג عدس 123 ٤٥ .,:+-/%$€ ()[]<>{} !?\"' é「」（）"), max_size=24)


def shown(text: str, *, rtl: bool) -> str:
    """The characters from left to right on paper, brackets as they were typed."""
    runs = visual_runs(text, rtl=rtl)
    return "".join(run.text[::-1] if run.is_rtl else run.text for run in runs)


@given(MIXED, st.booleans())
@example("2 x كباب (حار)", False)
@example("ملح 12% (بدون) abc!", True)
def test_a_second_implementation_of_the_standard_agrees(text: str, rtl: bool) -> None:
    assert shown(text, rtl=rtl) == get_display(text, base_dir="R" if rtl else "L")


@given(st.text(max_size=40), st.booleans())
def test_no_character_is_lost_by_reordering(text: str, rtl: bool) -> None:
    assert sorted(shown(text, rtl=rtl)) == sorted(text)


def test_a_line_begins_where_its_first_letter_says() -> None:
    assert is_rtl("12 كباب") is True
    assert is_rtl("2 x كباب") is is_rtl("宫保鸡丁 كباب") is False
    assert is_rtl("12 (!)") is is_rtl("12 (€)") is False


def test_joiners_do_not_break_a_word_apart() -> None:
    assert [run.text for run in visual_runs("نمی\u200cخواهم", rtl=True)] == ["نمی\u200cخواهم"]


KINDS = "aאع12٤٥.+%! \u0301()"
"""Characters of each kind that the algorithm tells apart: letters, two digits of each kind (as 1+1 reads the same from
both sides), separators, signs, blanks, marks."""


@pytest.mark.parametrize("rtl", [False, True])
@pytest.mark.parametrize(
    ("characters", "length"),
    [(KINDS, 1), (KINDS, 2), (KINDS, 3), ("a\u05d01+ ()", 4), ("a\u05d0()\u0301", 5)],
)
def test_every_line_of_a_few_characters_agrees_with_a_second_implementation(
    characters: str, length: int, rtl: bool
) -> None:
    for each in product(characters, repeat=length):
        text = "".join(each)
        assert shown(text, rtl=rtl) == get_display(text, base_dir="R" if rtl else "L"), text.encode(
            "unicode_escape"
        )


@pytest.mark.parametrize(
    "text",
    [
        "أ(\u0301a)\u0301 b",  # marks behind brackets follow them
        "a(أ\u0301)\u0301\u0301",
        "a(b)\u0301\u0301",
        "a(b]أ)c",  # brackets of another kind in between
        "a(أ[b)c]",
        "a((أ)",
        "(" * 63 + "أ" + ")" * 63 + "a",
        "أ" + "([{" * 5 + "a" + "}])" * 5 + "1",
        "1أ(2)3",
        "أ (1) b",
        "a\u200c\u0301أ",
        "12%أ",
        "أ 12%",
        "ع 1+2",
        "ع 1,2",
        "1%%+",
    ],
)
@pytest.mark.parametrize("rtl", [False, True])
def test_brackets_marks_and_numbers_agree_with_a_second_implementation(text: str, rtl: bool) -> None:
    assert shown(text, rtl=rtl) == get_display(text, base_dir="R" if rtl else "L")


@pytest.mark.parametrize(("depth", "level"), [(63, 2), (64, 1)])
def test_beyond_sixty_three_open_brackets_no_pair_is_looked_for(depth: int, level: int) -> None:
    """As the standard has it: a closing bracket then takes the direction of the line, not of what it holds."""
    text = "a" + "(" * depth + "b" + ")" * depth
    assert embedding_levels(text, rtl=True)[-depth:] == [level] * depth
