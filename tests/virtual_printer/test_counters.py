"""Maintenance counters: counted at once, saved every two minutes, rolled back by a power cut."""

from virtual_printer.counters import Counters, Counts

CUTS, STROKES, LINES, HOURS = 178, 149, 148, 198


def test_a_power_cut_takes_back_what_was_counted_since_the_last_save() -> None:
    counters = Counters(now=0.0)
    counters.add(100.0, cuts=3)
    counters.add(130.0, cuts=2)
    counters.power_lost(200.0)
    assert counters.read(CUTS, 200.0) == 3


def test_a_power_cut_right_before_the_first_save_takes_everything_back() -> None:
    counters = Counters(now=0.0, counts=Counts(cuts=1042))
    counters.add(119.0, cuts=1)
    counters.power_lost(119.9)
    assert counters.read(CUTS, 119.9) == 1042


def test_a_long_rest_saves_what_was_counted_before_it() -> None:
    counters = Counters(now=0.0)
    counters.add(1.0, cuts=1, strokes=24, dots_fed=65)
    counters.power_lost(10_000.0)
    assert [counters.read(number, 10_000.0) for number in (CUTS, STROKES, LINES, HOURS)] == [1, 24, 2, 2]


def test_the_resettable_counter_starts_again_and_the_cumulative_one_goes_on() -> None:
    counters = Counters(now=0.0)
    counters.add(1.0, cuts=5)
    counters.reset(50, 2.0)
    counters.add(3.0, cuts=1)
    assert (counters.read(50, 4.0), counters.read(CUTS, 4.0)) == (1, 6)


def test_a_counter_that_does_not_exist_has_no_value() -> None:
    assert Counters(now=0.0).read(11, 0.0) is None
