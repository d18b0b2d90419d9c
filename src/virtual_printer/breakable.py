"""A printer as its faults see it: the parts they strike and the switches they throw, nothing else of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from virtual_printer.engine import Engine
from virtual_printer.link import Link
from virtual_printer.replies import Bends


class PowerCycle(Protocol):
    """Plug pulled and put back, with or without RST to the host; the task ends when the printer is up."""

    def __call__(self, *, boot_seconds: float, reset: bool) -> asyncio.Task[None]: ...


@dataclass(slots=True, kw_only=True)
class Breakable:
    """Faults write the switches, the printer obeys them; `look_again` tells it that something changed."""

    engine: Engine
    link: Link
    look_again: Callable[[], None]
    begin_power_cycle: PowerCycle
    bends: Bends = field(default_factory=Bends)
    slowed_to_mm_s: float | None = None
    keeps_answers: bool = False  # one that reached nobody waits for the next host

    def change_condition(self, **changes: bool) -> None:
        """Sensors and switches, by their names in `Condition`."""
        self.engine.machine.set_condition(**changes)
        self.look_again()
