"""Ends what a service does: tickets in flight in good order, tasks for certain."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from typing import Final

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.dispatcher import Dispatcher
from kitchen_printer.service.facts import ServiceStopping
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.leases import Leases
from kitchen_printer.service.ledger import Ledger

FINISH_SECONDS: Final = 10.0
"""How long tickets in flight may take to end after the service was asked to stop."""

SETTLE_SECONDS: Final = 2.0
"""How long it may take then to settle what no lane knows of: a successor would find it open, and doubt it."""

LEAVE_SECONDS: Final = 3.0
"""How long it is tried to hand the printers back: each connection that broke meanwhile costs one try."""

LEAVE_AGAIN_SECONDS: Final = 0.1
"""How soon it is tried again."""

CANCEL_AGAIN_SECONDS: Final = 0.5
"""How long a task may take to end before it is told again."""


async def finish(kitchen: Kitchen, leases: Leases, ledger: Ledger, dispatcher: Dispatcher) -> None:
    """Begin nothing more, let tickets in flight come to their end, and leave no attempt open of which nothing was sent.

    Printers stay ours until that is done: they are handed back by whoever calls.
    """
    kitchen.is_stopping = True
    leases.stop_taking()
    ledger.stop_claiming()
    working = dispatcher.working
    kitchen.announce(ServiceStopping(len(working)))
    await _end_of_tickets(working, dispatcher.lanes.values())
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_SECONDS):
            await ledger.finish()


async def _end_of_tickets(working: Collection[asyncio.Task[None]], lanes: Iterable[Lane]) -> None:
    """Wait for lanes at work; hang up on those that take too long, so that they tell how far their ticket came."""
    if not working:
        return
    _, late = await asyncio.wait(working, timeout=FINISH_SECONDS)
    if late:
        for lane in lanes:
            lane.hang_up(Reason.SERVICE_STOPPED)
        await asyncio.wait(late, timeout=FINISH_SECONDS / 2)


async def hand_back(leases: Leases) -> None:
    """Hand all printers back, so that the next owner need not wait; without a database the lease ends by itself."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + LEAVE_SECONDS
    while loop.time() < ends:
        try:
            await leases.leave()
        except DatabaseLostError:
            await asyncio.sleep(LEAVE_AGAIN_SECONDS)
        else:
            return


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
