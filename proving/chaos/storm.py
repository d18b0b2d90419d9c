"""What every kind of harm shares: the house, chance, a log of what was done, and the end of the storm."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random

from proving.chaos.disturbances import Log
from proving.chaos.house import House

Act = Callable[[], Awaitable[None]]


class Storm:
    """While it lasts, harm is done; when it is over, nobody begins anything and everybody mends what he broke."""

    def __init__(self, house: House, chance: Random, log: Log) -> None:
        self.house = house
        self.chance = chance
        self.log = log
        self._over = asyncio.Event()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    def begin(self) -> None:
        """Let it begin."""
        self._over.clear()

    def end(self) -> None:
        """Let it end; whoever rests wakes up."""
        self._over.set()

    async def rest(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the storm."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
