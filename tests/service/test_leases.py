"""A lease that has ended is not had again by a heartbeat alone: another service may have taken the lanes meanwhile."""

import asyncio
from uuid import uuid4

import pytest

from kitchen_printer.config import read_settings
from kitchen_printer.database.leases import Holdings
from kitchen_printer.service import leases as leases_module
from kitchen_printer.service.leases import Leases
from tests.database.lanes_and_jobs import opened
from tests.service.kitchen_under_test import WAIT_SECONDS


class Clock:
    """A monotonic clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let leases read this clock."""
    clock = Clock()
    monkeypatch.setattr(leases_module, "monotonic", clock)
    return clock


async def test_after_its_lease_a_service_acts_again_only_when_it_has_looked_which_lanes_are_left(
    database: str, clock: Clock
) -> None:
    looked: list[bool] = []
    settings = read_settings({"DATABASE_URL": database, "KITCHEN_LEASE_SECONDS": "6"})

    def held(_: Holdings) -> list[int]:
        looked.append(leases.may_act())
        return []

    async with opened(database) as pool:
        leases = Leases(pool, uuid4(), settings, "test", held)
        await leases.renew()
        clock.seconds += 2
        await leases.renew()
        clock.seconds += 4
        assert leases.may_act()  # It was ours all the time: each heartbeat lets it last.
        clock.seconds += 20  # Frozen for longer than the lease.
        running = asyncio.create_task(leases.run())
        async with asyncio.timeout(WAIT_SECONDS):
            while not leases.may_act():  # noqa: ASYNC110  # another task of this process
                await asyncio.sleep(0)
        running.cancel()
    assert looked == [False]
