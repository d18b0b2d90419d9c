"""Ends tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Final

CANCEL_AGAIN_SECONDS: Final = 0.5
"""How long a task may take to end before it is told again: the driver's pool can lose a cancellation."""


async def end_tasks(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until all have ended: one that was lent a connection just then may not hear it the first time."""
    alive = set(tasks)
    while alive:
        for task in alive:
            task.cancel()
        _, alive = await asyncio.wait(alive, timeout=CANCEL_AGAIN_SECONDS)
