"""The metrics tell the truth while printers go, tables are locked and the service is paused: a short slice."""

import pytest
from bench.truthful import WINDOW_SECONDS_MAX, chaos

from kitchen_demo.postgres import Postgres


@pytest.mark.timeout(90)
async def test_the_metrics_are_never_behind_the_database_for_long(server: Postgres) -> None:
    compared = await chaos(server, 4)
    assert compared.samples + compared.unanswered >= 2
    assert compared.longest_window < WINDOW_SECONDS_MAX
