"""For how many tickets a thin roll lasts: about, never too many, never less than none."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.roll import (
    CLEAR_LOOKS,
    MEAN_OF_TICKETS,
    REMAINING_MM,
    PaperLow,
    Roll,
    how_long,
    tickets_left,
)

LENGTHS = st.lists(st.floats(20, 2500), min_size=1, max_size=MEAN_OF_TICKETS).map(tuple)
USED = st.floats(0, 10_000)


@pytest.mark.parametrize(
    ("printed_mm", "lengths_mm", "left"),
    [
        (0, (160,), 12),  # 12.5: rounded down
        (0, (100, 220), 12),  # a mean of 160
        (400, (160,), 10),
        (1839, (160,), 1),
        (1841, (160,), 0),
        (2000, (160,), 0),
        (5000, (160,), 0),  # the roll was longer than assumed
        (0, (), None),  # nothing was printed yet to go by
    ],
)
def test_what_is_left_is_the_rest_of_the_roll_in_tickets_like_the_last_ones(
    printed_mm: float, lengths_mm: tuple[float, ...], left: int | None
) -> None:
    assert tickets_left(printed_mm, lengths_mm) == left


@given(printed=USED, more=USED, lengths=LENGTHS)
def test_the_estimate_is_never_negative_never_grows_and_never_promises_paper_that_is_not_assumed(
    printed: float, more: float, lengths: tuple[float, ...]
) -> None:
    left, later = tickets_left(printed, lengths), tickets_left(printed + more, lengths)
    assert left is not None
    assert later is not None
    assert 0 <= later <= left
    assert left * sum(lengths) / len(lengths) <= max(0.0, REMAINING_MM - printed) * (1 + 1e-9)


def seen(*looks: bool | None, roll: Roll | None = None) -> Roll:
    return reduce(Roll.looked_at, looks, roll or Roll())


def test_a_printer_that_says_nothing_of_its_paper_has_no_thin_roll() -> None:
    assert seen(None, None) == Roll()
    assert Roll().low is None


def test_paper_counts_from_the_moment_the_sensor_reports() -> None:
    roll = seen(False).used(160, is_ticket=True).used(160, is_ticket=True)
    thin = seen(True, roll=roll)
    assert thin.low == PaperLow(tickets_left=12)
    assert thin.low_on_paper == PaperLow(tickets_left=11)  # the ticket that says so is one of them
    assert seen(True, roll=thin.used(160, is_ticket=True)).low == PaperLow(tickets_left=11)


def test_slips_use_paper_and_are_no_tickets() -> None:
    thin = seen(True).used(160, is_ticket=True).used(800, is_ticket=False)
    assert thin.lengths_mm == (160,)
    assert thin.low == PaperLow(tickets_left=6)


def test_a_roll_wavering_at_its_threshold_is_one_roll_and_says_so_only_while_it_is_seen() -> None:
    thin = seen(True).used(160, is_ticket=True)
    wavering = seen(False, False, roll=thin)
    assert wavering.low == thin.low
    assert wavering.low_on_paper is None
    again = seen(True, roll=wavering)
    assert again == thin


def test_a_new_roll_begins_anew_and_remembers_how_long_tickets_are() -> None:
    thin = seen(True).used(160, is_ticket=True)
    new = seen(*[False] * CLEAR_LOOKS, roll=thin)
    assert new == Roll(is_low=False, lengths_mm=(160,))
    assert seen(True, roll=new).low == PaperLow(tickets_left=12)


def test_only_the_last_tickets_count_for_the_mean() -> None:
    roll = reduce(lambda each, _: each.used(160, is_ticket=True), range(MEAN_OF_TICKETS), Roll())
    assert roll.lengths_mm == (160,) * MEAN_OF_TICKETS
    long = reduce(lambda each, _: each.used(2000, is_ticket=True), range(MEAN_OF_TICKETS), roll)
    assert long.lengths_mm == (2000,) * MEAN_OF_TICKETS


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (None, "paper low"),
        (0, "paper low, ends soon"),
        (1, "paper low, about 1 ticket left"),
        (12, "paper low, about 12 tickets left"),
    ],
)
def test_people_are_told_about_how_long_it_lasts(left: int | None, words: str) -> None:
    assert how_long(left) == words


def test_a_roll_of_which_nothing_was_heard_has_used_and_seen_nothing() -> None:
    assert Roll() == Roll(is_low=None, is_near_end=False, clear_looks=0, printed_mm=0.0, lengths_mm=())
    assert Roll().used(160, is_ticket=True) == Roll(lengths_mm=(160,))


def test_a_mean_is_taken_over_twenty_tickets_and_a_new_roll_is_seen_three_times() -> None:
    long_ago = reduce(lambda each, mm: each.used(mm, is_ticket=True), (2000, *[100] * 20), Roll())
    assert long_ago.lengths_mm == (100,) * 20
    assert [seen(True, *[False] * looks).is_low for looks in (1, 2, 3)] == [True, True, False]


def test_looks_count_only_in_a_row() -> None:
    assert seen(True, False, False, True, False, False).is_low is True


def test_a_thin_roll_of_which_no_ticket_is_known_is_told_without_a_number_on_paper_too() -> None:
    assert seen(True).low == seen(True).low_on_paper == PaperLow(tickets_left=None)


def test_the_last_ticket_of_a_roll_is_never_minus_one() -> None:
    empty = seen(True).used(2000, is_ticket=True)
    assert empty.low == empty.low_on_paper == PaperLow(tickets_left=0)


def test_tickets_of_no_length_say_nothing() -> None:
    assert tickets_left(0, (0.0,)) is None
    assert tickets_left(0, (0.5,)) == 4000
    assert tickets_left(5000, (0.5,)) == 0
