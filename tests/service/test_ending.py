"""A service that is told to end ends, also when one of its parts does not hear it the first time."""

import asyncio

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kitchen_printer.service.ending import end_tasks
from tests.service.kitchen_under_test import WAIT_SECONDS


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    async def hard_of_hearing() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_SECONDS):
        await end_tasks([task])
    assert task.cancelled()


@pytest.mark.parametrize("turns", range(8))
async def test_a_part_ends_in_whatever_moment_it_is_lent_a_connection(database: str, turns: int) -> None:
    """Somewhere between, Python 3.11 and the driver's pool lose a cancellation: a service that was stopped went on."""
    pool = AsyncConnectionPool[AsyncConnection](database, min_size=1, max_size=1, open=False)
    async with pool:
        lent = await pool.getconn()
        part = asyncio.create_task(_work_for_ever(pool))
        while not pool.get_stats().get("requests_waiting"):  # noqa: ASYNC110  # the pool tells nobody
            await asyncio.sleep(0)
        given_back = asyncio.create_task(pool.putconn(lent))
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(WAIT_SECONDS):
            await end_tasks([part])
        await given_back
    assert part.cancelled()


async def _work_for_ever(pool: AsyncConnectionPool[AsyncConnection]) -> None:
    async with pool.connection():
        await asyncio.Event().wait()
