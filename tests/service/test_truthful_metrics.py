"""The metrics tell the truth while printers go, tables are locked and the service is paused: a short slice."""

import pytest
from bench.truthful import WINDOW_SECONDS_MAX, chaos


@pytest.mark.timeout(90)
async def test_the_metrics_are_never_behind_the_database_for_long(empty_database: str) -> None:
    compared = await chaos(empty_database, 4)
    assert compared.samples + compared.unanswered >= 2
    assert compared.longest_window < WINDOW_SECONDS_MAX
