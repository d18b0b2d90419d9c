"""Kills services, freezes them, stops them, cuts them off, and lets strangers at them."""

import asyncio
from typing import Final

from bench.hostile_clients import SHAPES

from proving.chaos.replicas import Replica
from proving.chaos.storm import Act, Storm

STRANGER_SECONDS: Final = 3.0
KILLS: Final = 12
"""So many cards of the deck are kills: most of all a service must be able to die."""


class HarmToServices:
    """One service at a time, or all of them."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm

    def deck(self) -> list[Act]:
        """Return everything that can be done, kills above all."""
        acts: list[Act] = [
            *([self._kill] * KILLS),
            self._freeze,
            self._freeze,
            self._stop,
            self._kill_all,
            self._strangers,
        ]
        if self._storm.house.has_cables:
            acts.append(self._pull_cable)
        return acts

    def _replica(self) -> Replica:
        return self._storm.chance.choice(self._storm.house.replicas)

    async def _kill(self) -> None:
        replica = self._replica()
        with self._storm.log.of("service: kill", replica.log.stem):
            self._storm.log.happened["service: kill"] += await replica.kill()

    async def _kill_all(self) -> None:
        with self._storm.log.of("service: kill all", "all"):
            killed = [await replica.kill() for replica in self._storm.house.replicas]
        self._storm.log.happened["service: kill all"] += all(killed)

    async def _freeze(self) -> None:
        """Longer than a lease, so that others take its lanes; then it wakes with what it held in mind."""
        replica = self._replica()
        with self._storm.log.of("service: freeze", replica.log.stem):
            replica.freeze()
            await self._storm.rest(self._storm.chance.uniform(1.0, 5.0))
            self._storm.log.happened["service: freeze"] += replica.is_frozen and replica.pid is not None
            replica.thaw()

    async def _stop(self) -> None:
        replica = self._replica()
        with self._storm.log.of("service: stop", replica.log.stem):
            self._storm.log.happened["service: stop"] += await replica.stop() == 0

    async def _strangers(self) -> None:
        """Everybody comes to one replica's health port who should not: scanners, print blasts, slow readers."""
        replica = self._replica()
        host, _, port = replica.health_address.rpartition(":")
        with self._storm.log.of("service: strangers", replica.log.stem):
            came = await asyncio.gather(*(_stranger(host, int(port), shape) for shape in SHAPES.values()))
        self._storm.log.happened["service: strangers"] += sum(came)

    async def _pull_cable(self) -> None:
        """Cut one replica off from all printers: it still has the database, and its lanes."""
        replica = self._replica()
        with self._storm.log.of("service: pull the cable", replica.log.stem):
            await asyncio.to_thread(replica.place.pull)
            await self._storm.rest(self._storm.chance.uniform(2.0, 8.0))
            await asyncio.to_thread(replica.place.plug)
        self._storm.log.happened["service: pull the cable"] += 1


async def _stranger(host: str, port: int, shape: bytes) -> bool:
    """Say something nobody should say there and hang on; return whether a connection came about."""
    try:
        async with asyncio.timeout(STRANGER_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(shape)
                await reader.read()
            finally:
                writer.transport.abort()
    except ConnectionRefusedError:
        return False
    except (OSError, TimeoutError):
        return True
    return True
