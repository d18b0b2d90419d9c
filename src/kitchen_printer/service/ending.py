"""Ends what a service does: tickets in flight in good order, tasks for certain."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Final

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.lane import Lane

FINISH_SECONDS: Final = 10.0
"""How long tickets in flight may take to end after the service was asked to stop."""

CANCEL_AGAIN_SECONDS: Final = 0.5
"""How long a task may take to end before it is told again."""


async def finish_tickets_in_flight(working: Collection[asyncio.Task[None]], lanes: Iterable[Lane]) -> None:
    """Let lanes at work come to the end of their ticket; hang up on those that take too long, so that they tell how
    far it came."""
    if not working:
        return
    _, late = await asyncio.wait(working, timeout=FINISH_SECONDS)
    if late:
        for lane in lanes:
            lane.hang_up(Reason.SERVICE_STOPPED)
        await asyncio.wait(late, timeout=FINISH_SECONDS / 2)


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
