"""What a printer and a line need of the world they are in, whatever else there is in it."""

from asyncio import TimerHandle
from collections.abc import Callable
from random import Random
from typing import Protocol

from proving.simulation.clock import VirtualLoop


class Surroundings(Protocol):
    """Time, chance, and somebody who counts what is rare."""

    loop: VirtualLoop
    chance: Random

    def at(self, when: float, happen: Callable[..., None], *arguments: object) -> TimerHandle: ...

    def saw(self, probe: str) -> None: ...
