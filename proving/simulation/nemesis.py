"""Does harm to a world by chance: a few kinds of trouble of all there are.

Whatever it breaks it mends, but for a clock: the database goes on from where it has jumped to.
"""

from dataclasses import dataclass
from typing import Final

from kitchen_printer.service.facts import Fact
from proving.simulation.aimed import AIMED, Aimed
from proving.simulation.fault import Fault, Heal
from proving.simulation.faults import FAULTS
from proving.simulation.replica import Replica
from proving.simulation.world import BEGIN_SECONDS, World


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What a nemesis chooses from: what goes wrong by itself, and what is aimed at an open attempt."""

    faults: tuple[Fault, ...] = FAULTS
    aimed: tuple[Aimed, ...] = AIMED


EVERYTHING: Final = Repertoire()


class Nemesis:
    """Lets faults begin and end in one world, until it is told to heal everything."""

    def __init__(self, world: World, repertoire: Repertoire) -> None:
        self._world = world
        self._repertoire = repertoire
        self._aimed: list[Aimed] = []
        self._aims = 0.0
        """How likely it is that one that is aimed strikes when it could."""
        self._heals: dict[int, Heal] = {}
        self._is_at_rest = False

    def plan(self) -> None:
        """Choose this evening's kinds of trouble, a few of all: what happens often hides what is rare."""
        world, chance = self._world, self._world.chance
        faults = [each for each in self._repertoire.faults if chance.random() < 0.4]
        self._aimed = [each for each in self._repertoire.aimed if chance.random() < 0.4]
        self._aims = chance.choice((0.0, 0.05, 0.15, 0.3))
        for fault in faults:
            for _ in range(chance.randint(1, 3)):
                world.at(chance.uniform(BEGIN_SECONDS, world.minutes * 60), self._strike, fault)

    def hear(self, replica: Replica, fact: Fact) -> None:
        """Aim at what a service says, as long as the evening is one for trouble."""
        world, chance = self._world, self._world.chance
        if self._is_at_rest:
            return
        for aimed in self._aimed:
            if isinstance(fact, aimed.at) and chance.random() < self._aims:
                world.saw(f"aimed: {aimed.name}")
                world.after(chance.uniform(0, aimed.within), self._strike_there, aimed, replica, fact)

    def _strike_there(self, aimed: Aimed, replica: Replica, fact: Fact) -> None:
        fault = None if self._is_at_rest else aimed.strike(self._world, replica, fact)
        if fault is not None:
            self._strike(fault)

    def _strike(self, fault: Fault) -> None:
        """Let a fault begin, and end after a while."""
        world = self._world
        shortest, longest = fault.seconds
        seconds = shortest * (longest / shortest) ** world.chance.random()
        begun = fault.begin(world, seconds)
        if begun is None:
            return
        hit, heal = begun
        world.saw(f"fault: {fault.name}")
        world.note_trouble(fault.name, hit, seconds)
        key = len(world.troubles)
        self._heals[key] = heal
        world.after(seconds, self._heal, key)

    def _heal(self, key: int) -> None:
        heal = self._heals.pop(key, None)
        if heal is not None:
            heal()

    def heal_everything(self) -> None:
        """End what has begun, put right whatever a fault may have left behind, and strike no more."""
        self._is_at_rest = True
        for key in list(self._heals):
            self._heal(key)
        self._heal_database()
        self._heal_printers()
        self._heal_replicas()

    def _heal_database(self) -> None:
        server = self._world.server
        server.is_away = server.is_slow = False
        server.frozen_until = server.loses_answers = 0.0

    def _heal_printers(self) -> None:
        for printer in self._world.printers:
            printer.is_jammed = printer.is_hot = printer.is_mute = printer.is_garbled = False
            printer.cable.is_clogged = printer.loses_pushes = False
            printer.late_seconds = 0.0
            printer.hogged(is_hogged=False)
            if not printer.is_on:
                printer.power_back()
            printer.refilled()
            printer.cable_in()
            if self._world.server.record.printers[printer.number].printer.parked:
                self._world.server.do("park", printer.number, False)

    def _heal_replicas(self) -> None:
        for replica in self._world.replicas:
            replica.process.resume(self._world.loop)
        if not self._world.living:
            self._world.start_replica()
