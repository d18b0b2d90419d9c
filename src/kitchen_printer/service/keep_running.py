"""Keeps the parts of a service running."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.service.facts import Subscriber, TaskCrashed

RESTART_SECONDS: Final = 1.0
"""How soon a part that failed is started again."""


async def keep_running(name: str, part: Callable[[], Awaitable[None]], announce: Subscriber) -> None:
    """Start a part again whenever it fails, until it is cancelled.

    A service whose half has died looks alive and prints nothing; one that is ending still has tickets to bring to
    their end, and shows people how things stand.
    """
    told = None
    while True:
        try:
            await part()
        except DatabaseLostError:
            pass  # Who needs the database for its tickets notices too, and tells people once.
        except Exception as error:  # noqa: BLE001  # told, then started again
            if told != repr(error):
                told = repr(error)
                announce(TaskCrashed(name, told))
        await asyncio.sleep(RESTART_SECONDS)
