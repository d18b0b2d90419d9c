"""A short slice of what `python3 dev.py bench rush post_orders` measures for minutes, and of what they are for."""

from pathlib import Path

import psycopg
import pytest
from bench.house import House, running_house
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
        roles = _roles_at_work(house)
    assert rush.summary["refused"] == []
    assert rush.comparison.is_good, rush.comparison
    assert rush.comparison.tickets == rush.comparison.papers > 0
    assert roles == {("kitchen_backend",), ("kitchen_service",)}, "each process logs in with its one role"


def test_whoever_orders_waits_for_no_printer_that_is_dead(server: Postgres, tmp_path: Path) -> None:
    with running_house(server, tmp_path / "house", alive=False) as house:
        seconds = Orders(house).place(5, seed=1)
        assert house.open_tickets() > 0
    assert max(seconds) < ANSWER_SECONDS_MAX


def _roles_at_work(house: House) -> set[tuple[str, ...]]:
    """Return the roles of each login that is connected to the house's database, ours left out."""
    with psycopg.connect(house.dsn) as connection:
        rows = connection.execute(
            "SELECT array_agg(DISTINCT granted.rolname::text) FROM pg_stat_activity a"
            "  JOIN pg_auth_members m ON m.member = a.usesysid JOIN pg_roles granted ON granted.oid = m.roleid"
            " WHERE a.datname = current_database() AND a.usename <> current_user GROUP BY a.usename"
        ).fetchall()
    return {tuple(roles) for (roles,) in rows}
