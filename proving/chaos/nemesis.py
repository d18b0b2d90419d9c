"""Does harm by chance and seed: to printers, to lines, to services, to the database. Whatever it breaks it mends."""

import asyncio
from collections.abc import Iterator
from random import Random
from typing import Final

from proving.chaos.disturbances import Log
from proving.chaos.failpoints import POINTS, Mishap, Plan
from proving.chaos.harm_to_database import HarmToDatabase
from proving.chaos.harm_to_printers import HarmToPrinters
from proving.chaos.harm_to_services import HarmToServices
from proving.chaos.house import House
from proving.chaos.replicas import Replica
from proving.chaos.storm import Act, Storm

HANDS: Final = 4
"""So many printers and lines are broken at once, beside what is done to services and to the database."""

BREAK_EVERY_SECONDS: Final = 0.15
KILL_EVERY_SECONDS: Final = 1.0
DATABASE_EVERY_SECONDS: Final = 5.0
PLANNED: Final = 0.45
"""The share of services that are started with something planned for them."""


class Nemesis:
    """Works from decks that are shuffled by the seed, so that every kind gets its turn before any comes again."""

    def __init__(self, house: House, chance: Random, log: Log) -> None:
        self._house = house
        self._chance = chance
        self._log = log
        self._storm = storm = Storm(house, chance, log)
        self._printers = self._dealt(HarmToPrinters(storm).deck())
        self._services = self._dealt(HarmToServices(storm).deck())
        self._database = self._dealt(HarmToDatabase(storm).deck())

    async def rage(self, seconds: float) -> None:
        """Do harm for so long, then mend everything that can be mended by hand."""
        self._storm.begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(self._work(self._printers, BREAK_EVERY_SECONDS))
            group.create_task(self._work(self._services, KILL_EVERY_SECONDS))
            group.create_task(self._work(self._database, DATABASE_EVERY_SECONDS))
            for replica in self._house.replicas:
                group.create_task(self._supervise(replica))
            await asyncio.sleep(seconds)
            self._storm.end()
        await self.mend()

    async def mend(self) -> None:
        """Everything is well again; services that run go on running."""
        for line in self._house.lines:
            line.proxy.heal()
            line.printer.causes.remove_all()
            line.printer.causes.refill()
            line.printer.causes.close_cover()
            line.printer.causes.remove_jam()
        for proxy in self._house.database_lines:
            proxy.heal()
        for replica in self._house.replicas:
            replica.place.plug()
            replica.thaw()
            await replica.start()

    async def _work(self, deck: Iterator[Act], pause: float) -> None:
        while not self._storm.is_over:
            await next(deck)()
            await self._storm.rest(self._chance.uniform(0.2, 1.8) * pause)

    async def _supervise(self, replica: Replica) -> None:
        """Start what has ended, now and then with something planned for its life; note who ended by himself."""
        while not self._storm.is_over:
            if replica.pid is None:
                await asyncio.sleep(self._chance.uniform(0.0, 0.6))
                await replica.start(self._plan() if self._chance.random() < PLANNED else None)
            await asyncio.sleep(0.05)
            self.note_ends(replica)

    def note_ends(self, replica: Replica) -> None:
        """Tell of those who ended without being asked."""
        while replica.ends:
            end = replica.ends.pop()
            if not end.was_wanted:
                self._log.odd_ends.append(f"{replica.log.name}: exit code {end.code}, planned: {end.plan}")

    def _plan(self) -> Plan:
        mishap = self._chance.choice((Mishap.KILL, Mishap.KILL, Mishap.RAISE, Mishap.HANG, Mishap.CUT))
        return Plan(
            point=self._chance.choice(list(POINTS)),
            mishap=mishap,
            passage=self._chance.choice((1, 1, 2, 3, 5, 8)),
        )

    def _dealt(self, deck: list[Act]) -> Iterator[Act]:
        while True:
            yield from self._chance.sample(deck, len(deck))
