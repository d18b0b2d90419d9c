"""What a fault is: what it does to a world, for how long, and what puts that right."""

from collections.abc import Callable
from dataclasses import dataclass

from proving.simulation.world import World

Heal = Callable[[], None]
"""What puts right again what was done."""

Begun = tuple[str, Heal] | None
"""What was hit and how that ends, or None: there was nothing to hit."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of trouble: ``begin`` does it to a world for some seconds, of which ``seconds`` bounds the number."""

    name: str
    begin: Callable[[World, float], Begun]
    seconds: tuple[float, float] = (0.5, 60.0)
