"""A line of mixed scripts stands on paper in the order in which it is read."""

from bidi import get_display
from hypothesis import example, given
from hypothesis import strategies as st

from kitchen_printer.decisions.bidi import is_rtl, visual_runs

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
    assert is_rtl("12 كباب")
    assert not is_rtl("2 x كباب")
    assert not is_rtl("12 (!)")
    assert not is_rtl("宫保鸡丁 كباب")


def test_joiners_do_not_break_a_word_apart() -> None:
    assert [run.text for run in visual_runs("نمی\u200cخواهم", rtl=True)] == ["نمی\u200cخواهم"]
