"""Waiting for the printer to reach a state, without polling."""

import asyncio
from collections.abc import Callable


class Changes:
    """Something told everybody who waits to look again."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def tell(self) -> None:
        if not self._waiting:
            return
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def wait_until(self, predicate: Callable[[], bool], timeout: float) -> None:
        """Return once `predicate()` holds; `TimeoutError` after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while not predicate():
                waiting = asyncio.get_running_loop().create_future()
                self._waiting.add(waiting)
                try:
                    await waiting
                finally:
                    self._waiting.discard(waiting)
