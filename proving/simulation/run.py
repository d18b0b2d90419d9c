"""One evening, from its first ticket until its last paper; all of it follows from one number."""

import asyncio
from functools import partial
from typing import Final

from proving.simulation.nemesis import EVERYTHING, Nemesis, Repertoire
from proving.simulation.probes import count_probes
from proving.simulation.world import World

DRAIN_SECONDS_MAX: Final = 1200.0
"""What is not settled so long after everything is well has no end."""

AFTERWARDS_SECONDS: Final = 45.0
"""How long papers may still come once everything is settled: they are seen, and judged."""


def run_evening(
    seed: int,
    *,
    minutes: float | None = None,
    keeps_trace: bool = False,
    drain_seconds_max: float = DRAIN_SECONDS_MAX,
    repertoire: Repertoire = EVERYTHING,
) -> World:
    """Let an evening happen, and return the world as it leaves it: the same arguments, the same world.

    Raises what broke in the world itself, which is no finding about the service.
    """
    world = World(seed, minutes=minutes, keeps_trace=keeps_trace)
    nemesis = Nemesis(world, repertoire)
    world.audience = (partial(count_probes, world), nemesis.hear)
    world.run(_evening(world, nemesis, drain_seconds_max))
    return world


async def _evening(world: World, nemesis: Nemesis, drain_seconds_max: float) -> None:
    world.begin()
    nemesis.plan()
    await asyncio.sleep(world.minutes * 60)
    nemesis.heal_everything()
    await world.drain(drain_seconds_max)
    await asyncio.sleep(AFTERWARDS_SECONDS)
    await world.end()
