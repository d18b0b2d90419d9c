"""The comparison with other queues says "yes" or "no" only where its rounds agree."""

from statistics import median

import pytest
from bench.rivals.figures import Figure, Turn, figure, median_of, quantile, quantile_of, ratio
from hypothesis import given, settings
from hypothesis import strategies as st

DRAWN = settings(max_examples=15, deadline=None)
"""Each example draws its rounds anew two thousand times, and a busy machine takes its time."""

RATES = st.lists(st.floats(min_value=0.1, max_value=1e6), min_size=1, max_size=7)


def turns(rates: list[float], samples: list[list[float]] | None = None) -> list[Turn]:
    """One contender's turns."""
    taken = samples or [[] for _ in rates]
    return [
        Turn(
            part="drain",
            size="1 printer",
            contender="a",
            round_no=number + 1,
            figures={"rate": rate},
            samples={"ms": values},
        )
        for number, (rate, values) in enumerate(zip(rates, taken, strict=True))
    ]


@DRAWN
@given(RATES)
def test_a_figure_is_the_median_of_its_rounds_and_lies_in_its_interval(rates: list[float]) -> None:
    came = figure(turns(rates), median_of("rate"))
    assert came.value == median(rates)
    assert min(rates) <= came.low <= came.value <= came.high <= max(rates)


@DRAWN
@given(RATES)
def test_whoever_is_twice_as_fast_in_every_round_is_twice_as_fast_whatever_the_weather(
    rates: list[float],
) -> None:
    came = ratio(turns([2 * each for each in rates]), turns(rates), median_of("rate"))
    assert (came.low, came.value, came.high) == pytest.approx((2, 2, 2))


def test_an_interval_across_the_bound_decides_nothing() -> None:
    assert Figure(1.6, 1.4, 1.8).against(1.5, at_least=True) == "not decided"
    assert Figure(1.6, 1.55, 1.8).against(1.5, at_least=True) == "yes"
    assert Figure(1.4, 1.3, 1.45).against(1.5, at_least=True) == "no"
    assert Figure(0.6, 0.5, 0.65).against(0.7, at_least=False) == "yes"
    assert Figure(0.8, 0.75, 0.9).against(0.7, at_least=False) == "no"


def test_a_quantile_is_over_the_tickets_of_all_rounds_together() -> None:
    slow_and_fast = turns([1.0, 1.0], [[float(each) for each in range(1, 51)], [1000.0] * 50])
    assert quantile_of("ms", 0.5)(slow_and_fast) == 50.0
    assert quantile_of("ms", 0.51)(slow_and_fast) == 1000.0


@given(st.lists(st.integers(0, 100), min_size=1), st.floats(0.01, 0.99))
def test_a_quantile_is_one_of_the_values_and_that_share_is_not_above_it(
    values: list[int], share: float
) -> None:
    found = quantile([float(each) for each in values], share)
    assert found in values
    assert sum(each <= found for each in values) >= int(share * len(values))
