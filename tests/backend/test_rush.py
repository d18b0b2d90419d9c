"""A short slice of what `python3 dev.py bench rush post_orders` measures for minutes, and of what they are for."""

from pathlib import Path

import pytest
from bench.house import running_house
from bench.post_orders import Orders
from bench.rush import hold_in

from kitchen_demo.postgres import Postgres

pytestmark = pytest.mark.timeout(180)  # four processes start: slow on a machine that does much else

MINUTES = 0.03
ANSWER_SECONDS_MAX = 10.0
"""A printer that accepts and never speaks is waited for longer than that, but by nobody who orders."""


def test_a_rush_comes_out_on_paper_as_it_was_sent(server: Postgres, tmp_path: Path) -> None:
    with running_house(server, tmp_path / "house") as house:
        rush = hold_in(house, MINUTES, tmp_path / "sent.json")
    assert rush.summary["refused"] == []
    assert rush.comparison.is_good, rush.comparison
    assert rush.comparison.tickets == rush.comparison.papers > 0


def test_whoever_orders_waits_for_no_printer_that_is_dead(server: Postgres, tmp_path: Path) -> None:
    with running_house(server, tmp_path / "house", alive=False) as house:
        seconds = Orders(house).place(5, seed=1)
        assert house.open_tickets() > 0
    assert max(seconds) < ANSWER_SECONDS_MAX
