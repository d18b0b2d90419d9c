"""Breaks printers, in every way of the virtual printer's catalogue, and the lines to them."""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

from proving.chaos.disturbances import FALSE_REPLIES, PRINTER_FAULTS
from proving.chaos.fault_proxy import Amount, LineFault
from proving.chaos.storm import Act, Storm
from virtual_printer.catalogue import KINDS
from virtual_printer.faults import (
    AtByte,
    AtCommand,
    AtConnect,
    AtLine,
    Cleared,
    Fault,
    FaultError,
    Now,
    Parameter,
    Times,
    Trigger,
)

LONG: Final = 0.08
"""The share of faults that stay for long."""

PARAMETERS: Final[dict[str, tuple[dict[str, Parameter], ...]]] = {
    "paper-out": ({"recovery": "resume"}, {"recovery": "discard"}, {"recovery": "reprint"}),
    "cover-open": ({"recovery": "resume"}, {"recovery": "discard"}, {"recovery": "reprint"}),
    "power-cycle": (
        {"boot_seconds": 0.0, "reset_packet": True},
        {"boot_seconds": 1.5, "reset_packet": True},
        {"boot_seconds": 1.0, "reset_packet": False},
    ),
    "busy": ({"mode": "queue"}, {"mode": "refuse"}, {"mode": "timeout"}),
    "slow-print": ({"speed_mm_s": 40.0},),
    "late": ({"seconds": 0.7},),
}
TRIGGERS: Final[tuple[Callable[[Random], Trigger], ...]] = (
    lambda _: Now(),
    lambda _: Now(),
    lambda chance: AtLine(chance.randrange(9)),
    lambda chance: AtByte(chance.randrange(700)),
    lambda chance: AtCommand(chance.choice(("ESC @", "GS V", "GS ( H", "GS r")), chance.randrange(1, 3)),
    lambda chance: AtConnect(chance.randrange(1, 3)),
)


class HarmToPrinters:
    """One printer, or one line, at a time."""

    def __init__(self, storm: Storm) -> None:
        self._storm = storm

    def deck(self) -> list[Act]:
        """Return everything that can be done, each kind once."""

        def printer(name: str) -> Act:
            return lambda: self._break_printer(name)

        def line(fault: LineFault) -> Act:
            return lambda: self._break_line(fault)

        return [
            *(printer(name) for name in (*PRINTER_FAULTS, *FALSE_REPLIES)),
            *(line(fault) for fault in LineFault),
        ]

    async def _break_printer(self, name: str) -> None:
        """Break one printer in this way. What is armed and never begins is taken off again."""
        lines = [
            each for each in self._storm.house.lines if name not in FALSE_REPLIES or each.has_named_answers
        ]
        line = self._storm.chance.choice(lines)
        kind = KINDS[name]
        fault = Fault(
            name=name,
            trigger=self._storm.chance.choice(TRIGGERS)(self._storm.chance),
            until=Times(1) if kind.instant else Cleared(),
            params=self._storm.chance.choice(PARAMETERS.get(name, ({},))),
        )
        number = line.printer.causes.add(fault)
        with self._storm.log.of(f"printer: {name}", line.name):
            await self._storm.rest(self._seconds())
        with suppress(FaultError):  # It has ended by itself.
            line.printer.causes.remove(number)

    async def _break_line(self, fault: LineFault) -> None:
        """Spoil one line in this way; it counts if somebody met it."""
        chance = self._storm.chance
        line = chance.choice(self._storm.house.lines)
        amount = Amount(seconds=chance.choice((0.0, 0.05, 0.3, 1.5)), size=chance.choice((1, 20, 150, 400)))
        before = line.proxy.struck[fault]
        with self._storm.log.of(f"line: {fault}", line.name):
            line.proxy.begin(fault, amount)
            await self._storm.rest(self._seconds())
            line.proxy.end(fault)
        self._storm.log.happened[f"line: {fault}"] += line.proxy.struck[fault] - before

    def _seconds(self) -> float:
        """How long a fault stays: mostly as long as a hiccup, sometimes long enough for failover."""
        chance = self._storm.chance
        return chance.uniform(5, 10) if chance.random() < LONG else chance.uniform(0.2, 2.0)
