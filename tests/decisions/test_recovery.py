"""Whether a printer that prints again says first what has waited for it."""

from itertools import product

import pytest

from kitchen_printer.decisions.recovery import deserves_a_list


@pytest.mark.parametrize(
    ("waiting", "was_down", "is_late"), list(product((2, 3, 4), (False, True), (False, True)))
)
def test_a_backlog_is_listed_when_it_is_long_and_somebody_missed_it(
    waiting: int, was_down: bool, is_late: bool
) -> None:
    listed = deserves_a_list(waiting=waiting, list_from=3, was_down=was_down, is_late=is_late)
    assert listed == (waiting >= 3 and (was_down or is_late))
