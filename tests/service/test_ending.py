"""A service that is told to end ends, also when one of its parts does not hear it the first time."""

import asyncio

from kitchen_printer.service.ending import end_tasks
from tests.service.kitchen_under_test import WAIT_SECONDS


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    async def hard_of_hearing() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()  # As a pool that was just about to lend a connection.

    tasks = [asyncio.create_task(hard_of_hearing())]
    await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_SECONDS):
        await end_tasks(tasks)
    assert all(task.cancelled() for task in tasks)
