"""The simulated POS: its evening is one, and a comparison of its list with papers finds what is wrong."""

from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen_demo.comparison import compare
from kitchen_demo.evening import Deed, Visit, share_of_rush, visits

PEAK = 3.0


def evening(seed: int, *, minutes: float = 240.0, is_steady: bool = False) -> list[Visit]:
    return list(
        visits(Random(seed), peak_a_minute=PEAK, start_hour=18.0, minutes=minutes, is_steady=is_steady)
    )


def test_the_same_seed_is_the_same_evening() -> None:
    assert evening(7) == evening(7)
    assert evening(7) != evening(8)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(), minutes=st.floats(1, 300))
def test_a_table_orders_first_and_wants_nothing_after_the_end(seed: int, minutes: float) -> None:
    for visit in evening(seed, minutes=minutes):
        times = [step.at for step in visit.steps]
        assert times == sorted(times)
        assert times[0] > 0
        assert times[-1] <= minutes
        assert visit.steps[0].deed is Deed.ORDER
        assert all(step.items for step in visit.steps if step.deed is Deed.ORDER)


@given(hour=st.floats(0, 48))
def test_no_hour_is_busier_than_the_rush_and_the_morning_is_quiet(hour: float) -> None:
    assert 0 <= share_of_rush(hour) <= share_of_rush(19.5) == 1
    assert share_of_rush(8) == 0


def test_tables_come_at_the_rate_of_the_hour() -> None:
    steady = len(evening(1, is_steady=True))
    assert abs(steady - PEAK * 240) < 5 * (PEAK * 240) ** 0.5  # five standard deviations
    expected = sum(PEAK * share_of_rush(18 + (minute + 0.5) / 60) for minute in range(240))
    assert expected < PEAK * 240 * 0.85
    assert abs(len(evening(1)) - expected) < 5 * expected**0.5


def test_an_evening_has_everything_that_goes_wrong_in_it() -> None:
    steps = [step for visit in islice(evening(1), 300) for step in visit.steps]
    assert {step.deed for step in steps} == set(Deed)
    assert len({step.tap for step in steps}) == 3


def paper(ticket: int, *lines: str) -> str:
    return "\n".join(["BAR 001", *lines, f"#{ticket}-1/1 aB3$"])


def test_a_dish_that_was_voided_before_its_paper_came_may_be_struck_through_there_and_nowhere_else() -> None:
    sent = {1: ["1 x Tomato Soup", "1 x Negroni"], 2: ["VOID 1 x Tomato Soup"], 3: ["1 x Tomato Soup"]}
    others = [paper(2, "VOID 1 x Tomato Soup"), paper(3, "1 x Tomato Soup")]
    struck = ("VOIDED, DO NOT MAKE:", "[image 360x64]")
    assert compare(sent, [paper(1, *struck, "1 x Negroni"), *others]).is_good
    assert compare(sent, [paper(1, "1 x Negroni"), *others]).wrong == (1,)
    assert compare(sent, [paper(1, *struck), *others]).wrong == (1,)
    assert compare(
        sent, [paper(1, "1 x Tomato Soup", "1 x Negroni"), others[0], paper(3, *struck)]
    ).wrong == (3,)


@pytest.mark.parametrize(
    ("papers", "problem"),
    [
        ([paper(1, "2 x Lager 0.5", "1 x Espresso"), paper(2, "1 x Negroni")], None),
        ([paper(1, "2 x Lager", "  0.5", "1 x Espresso"), paper(2, "1 x Negroni")], None),
        ([paper(1, "2 x Lager 0.5", "1 x Espresso")], "lost"),
        ([paper(1, "2 x Lager 0.5"), paper(2, "1 x Negroni")], "wrong"),
        ([paper(1, "2 x Lager 0.5", "1 x Espresso"), paper(2, "1 x Negroni")] * 2, "twice"),
        (
            [paper(1, "2 x Lager 0.5", "1 x Espresso"), *[paper(n, "1 x Negroni") for n in (2, 3)]],
            "unknown",
        ),
    ],
)
def test_a_comparison_finds_what_is_wrong(papers: list[str], problem: str | None) -> None:
    sent = {1: ["2 x Lager 0.5", "1 x Espresso"], 2: ["1 x Negroni"]}
    comparison = compare(sent, papers)
    assert comparison.is_good == (problem is None)
    for name in ("lost", "wrong", "twice", "unknown"):
        assert bool(getattr(comparison, name)) == (name == problem)


def test_a_marked_second_paper_is_not_one_too_many() -> None:
    first = paper(1, "1 x Negroni")
    assert compare({1: ["1 x Negroni"]}, [first, "POSSIBLE DUPLICATE\n" + first]).is_good
