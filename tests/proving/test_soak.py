"""A soak finds what grows, and nothing in what only breathes; a slice of it, run for real, runs through."""

from random import Random

import pytest
from proving.chaos.checker import Findings
from proving.chaos.keeper import with_database
from proving.chaos.soak import Size, Soaked, slope, soak


def soaked(mib_an_hour: float, descriptors_an_hour: float) -> Soaked:
    """Half an hour of a service that grows so fast, beside its breathing."""
    chance = Random(1)
    sizes = [
        Size(
            at=2.0 * n,
            resident_mib=80 + 20 * min(n, 100) / 100 + mib_an_hour * n / 1800 + chance.uniform(-1, 1),
            descriptors=round(30 + descriptors_an_hour * n / 1800 + chance.randrange(3)),
            sessions=8,
        )
        for n in range(900)
    ]
    return Soaked(minutes=30, findings=Findings(), sizes=sizes)


def test_a_service_that_fills_its_caches_and_breathes_is_well() -> None:
    assert soaked(0, 0).problems == []


@pytest.mark.parametrize(
    ("mib", "descriptors", "word"), [(20, 0, "memory grows"), (0, 40, "more files are open")]
)
def test_a_leak_is_found(mib: float, descriptors: float, word: str) -> None:
    (problem,) = soaked(mib, descriptors).problems
    assert word in problem


def test_a_line_through_points_has_their_slope() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert slope([(1, 1)]) == 0


@pytest.mark.timeout(120)
def test_a_few_seconds_of_a_soak_keep_the_promise() -> None:
    result = with_database(
        lambda keeper: soak(
            keeper,
            minutes=0.04,
            orders_a_second=4,
            restart_every=0.02,
            seed=1,
            tell=lambda _share, _what: None,
        ),
        durable=False,
    )
    assert result.problems == []
    assert result.findings.sets["on paper"] > 0
