"""The fault desk: knows which faults are armed and which are in force, and when each begins and ends."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

from virtual_printer.breakable import Breakable
from virtual_printer.catalogue import KINDS, checked
from virtual_printer.fault_kinds import Kind, Remedy
from virtual_printer.faults import (
    AtByte,
    AtCommand,
    AtConnect,
    AtLine,
    Chance,
    Fault,
    FaultError,
    Now,
    Parameter,
    Seconds,
    Times,
    fault_to_dict,
)


@dataclass(slots=True, kw_only=True)
class Case:
    """One fault on the desk. `left` counts down to its trigger; `strokes_left` to its end, if it has one."""

    id: int
    fault: Fault
    kind: Kind
    desk: "FaultDesk"
    in_force: bool = False
    left: int = 0
    strokes_left: int | None = None
    chance: random.Random | None = None
    timer: asyncio.TimerHandle | None = field(default=None, repr=False)

    def param(self, name: str) -> Parameter:
        return self.fault.params[name]

    def struck(self) -> None:
        self.desk.count_stroke(self)

    def as_dict(self) -> dict[str, object]:
        return {
            "id": self.id,
            "in_force": self.in_force,
            "where": self.kind.where,
            **fault_to_dict(self.fault),
        }


class FaultDesk:
    """The printer reports bytes, connections, commands and lines; the desk begins and ends faults."""

    def __init__(self, printer: Breakable, tell: Callable[[str, Mapping[str, object]], None]) -> None:
        """`tell` takes the name and the details of what happened to a fault."""
        self._printer = printer
        self._tell = tell
        self._cases: dict[int, Case] = {}
        self._last_id = 0

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(self._cases.values())

    @property
    def is_idle(self) -> bool:
        """No fault is armed or in force."""
        return not self._cases

    def add(self, fault: Fault) -> int:
        """Arm a fault; `FaultError` if it cannot be. Returns the number by which it can be cleared."""
        whole = checked(fault)
        self._last_id += 1
        case = Case(id=self._last_id, fault=whole, kind=KINDS[whole.name], desk=self)
        if isinstance(whole.until, Times):
            case.strokes_left = whole.until.n
        if isinstance(whole.trigger, Chance):
            # Chaos that can be repeated, not a secret.
            case.chance = random.Random(whole.trigger.seed)  # noqa: S311
        self._cases[case.id] = case
        self._watch_commands()
        self._arm(case)
        return case.id

    def clear(self, case_id: int) -> None:
        """End and forget one fault; `FaultError` if there is none of that number."""
        case = self._cases.get(case_id)
        if case is None:
            raise FaultError(f"no fault has the number {case_id}")
        self._forget(case, why="cleared")

    def clear_named(self, name: str) -> None:
        for case in self.cases:
            if case.fault.name == name:
                self._forget(case, why="cleared")

    def clear_all(self) -> None:
        for case in self.cases:
            self._forget(case, why="cleared")

    def operator_did(self, remedy: Remedy) -> None:
        """A person ended what this remedy ends. A new roll also takes back that the old one was to run out."""
        for case in self.cases:
            if case.kind.remedy is remedy and (case.in_force or remedy is Remedy.REFILL):
                self._forget(case, why=remedy)

    # -- what the printer reports -----------------------------------------------------------------------

    def bytes_before_trigger(self) -> int | None:
        """How many bytes may be read before a fault is due; `None` when no fault waits for bytes."""
        return min((case.left for case in self._armed(AtByte)), default=None) if self._cases else None

    def bytes_came(self, count: int) -> None:
        for case in self._armed(AtByte):
            self._count_down(case, count)

    def connected(self) -> None:
        for case in self._armed(AtByte):
            self._arm(case)
        for case in self._armed(AtConnect):
            self._count_down(case, 1)
        for case in self._armed(Chance):
            trigger = case.fault.trigger
            if isinstance(trigger, Chance) and case.chance is not None and case.chance.random() < trigger.p:
                self._begin(case)

    def about_to_execute(self, command: str) -> None:
        for case in self._armed(AtCommand):
            trigger = case.fault.trigger
            if isinstance(trigger, AtCommand) and trigger.command == command:
                self._count_down(case, 1)

    def lines_came(self, count: int) -> None:
        for case in self._armed(AtLine):
            self._count_down(case, count)

    def count_stroke(self, case: Case) -> None:
        """A fault that lasts for n strokes has had one more."""
        if case.strokes_left is not None:
            case.strokes_left -= 1
            if case.strokes_left == 0:
                self._forget(case, why="struck often enough")

    # -- beginning and ending ---------------------------------------------------------------------------

    def _armed(self, trigger: type) -> list[Case]:
        if not self._cases:
            return []
        return [
            case
            for case in self._cases.values()
            if not case.in_force and isinstance(case.fault.trigger, trigger)
        ]

    def _watch_commands(self) -> None:
        """Only while a fault waits for one: a printer is told of every command it executes."""
        watched = any(isinstance(case.fault.trigger, AtCommand) for case in self._cases.values())
        self._printer.engine.before = self.about_to_execute if watched else None

    def _arm(self, case: Case) -> None:
        case.in_force = False
        match case.fault.trigger:
            case Now():
                self._begin(case)
            case AtByte(n) if n == 0 and not self._printer.link.connected:
                case.left = 0
            case AtByte(n) | AtLine(n):
                case.left = n
                self._count_down(case, 0)
            case AtCommand(_, n) | AtConnect(n):
                case.left = n
            case Chance():
                case.left = 0
            case _:
                assert_never(case.fault.trigger)

    def _count_down(self, case: Case, by: int) -> None:
        case.left -= by
        if case.left <= 0:
            self._begin(case)

    def _begin(self, case: Case) -> None:
        case.in_force = True
        self._tell("fault began", {"fault": case.fault.name, "id": case.id})
        case.kind.begin(self._printer, case)
        if case.kind.instant:
            self._after_instant(case)
        elif isinstance(case.fault.until, Seconds):
            loop = asyncio.get_running_loop()
            case.timer = loop.call_later(case.fault.until.s, self._time_is_up, case)

    def _after_instant(self, case: Case) -> None:
        """It happened. Unless its number of times is reached, it waits for its trigger again."""
        case.in_force = False
        self.count_stroke(case)
        if case.id not in self._cases:
            return
        match case.fault.trigger:
            case Now():
                self._forget(case, why="happened")
            case AtLine(n) | AtCommand(_, n) | AtConnect(n) | AtByte(n):
                case.left = n
            case Chance():
                pass
            case _:
                assert_never(case.fault.trigger)

    def _time_is_up(self, case: Case) -> None:
        if case.id in self._cases:
            self._forget(case, why="time is up")

    def _forget(self, case: Case, *, why: str) -> None:
        self._cases.pop(case.id, None)
        self._watch_commands()
        if case.timer is not None:
            case.timer.cancel()
        if case.in_force:
            case.in_force = False
            case.kind.end(self._printer, case)
        self._tell("fault ended", {"fault": case.fault.name, "id": case.id, "why": str(why)})
