"""From samples to figures: medians over rounds, intervals by drawing rounds anew, and what they say of a bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil, isnan, nan
from random import Random
from statistics import median
from typing import Final, Literal

RESAMPLES: Final = 2_000
COVERED: Final = 0.90
"""Of the intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One contender's turn in one round of one measurement: single figures, and samples of many tickets."""

    part: str
    size: str
    contender: str
    round_no: int
    figures: dict[str, float]
    samples: dict[str, list[float]] = field(default_factory=dict[str, list[float]])


Statistic = Callable[[Sequence[Turn]], float]
"""One number from the turns of some rounds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its interval."""

    value: float
    low: float
    high: float

    def against(self, bound: float, *, at_least: bool) -> Literal["yes", "no", "not decided"]:
        """Say whether the bound holds; an interval across it decides nothing."""
        if isnan(self.value):
            return "not decided"
        if self.low <= bound <= self.high and self.low != self.high:
            return "not decided"
        return "yes" if (self.value >= bound if at_least else self.value <= bound) else "no"


def median_of(name: str) -> Statistic:
    """Return the statistic that takes the median over rounds of a single figure."""
    return lambda turns: median(each.figures[name] for each in turns)


def quantile_of(name: str, share: float) -> Statistic:
    """Return the statistic that takes a quantile over all samples of all rounds together."""
    return lambda turns: quantile([value for each in turns for value in each.samples[name]], share)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def figure(turns: Sequence[Turn], statistic: Statistic) -> Figure:
    """Return a contender's figure with its interval."""
    return resampled(lambda rounds: statistic([turns[each] for each in rounds]), len(turns))


def ratio(ours: Sequence[Turn], theirs: Sequence[Turn], statistic: Statistic) -> Figure:
    """Return our figure by theirs. Rounds are drawn together: turns of one round share their weather."""
    both = {each.round_no for each in ours} & {each.round_no for each in theirs}
    mine, other = ([each for each in turns if each.round_no in both] for turns in (ours, theirs))
    return resampled(
        lambda rounds: (
            statistic([mine[each] for each in rounds]) / statistic([other[each] for each in rounds])
        ),
        len(both),
    )


def resampled(of: Callable[[Sequence[int]], float], rounds: int) -> Figure:
    """Return what ``of`` makes of all rounds, and its interval by drawing rounds anew."""
    if not rounds:
        return Figure(nan, nan, nan)
    chance = Random(1)  # the same interval for the same samples
    drawn = sorted(of(chance.choices(range(rounds), k=rounds)) for _ in range(RESAMPLES if rounds > 1 else 1))
    edge = (1 - COVERED) / 2
    return Figure(of(range(rounds)), drawn[int(edge * len(drawn))], drawn[int((1 - edge) * len(drawn))])
