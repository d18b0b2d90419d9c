"""Ends tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Final

CANCEL_AGAIN_SECONDS: Final = 0.5
"""How long a task may take to end before it is told again."""


async def end_tasks(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until all have ended.

    Once is not always enough: before Python 3.12 ``asyncio.wait_for`` loses a cancellation that comes together with
    what is waited for, and the driver's pool waits with it for a connection.
    """
    alive = set(tasks)
    while alive:
        for task in alive:
            task.cancel()
        _, alive = await asyncio.wait(alive, timeout=CANCEL_AGAIN_SECONDS)
