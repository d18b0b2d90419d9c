"""What is inside a printer: a buffer of commands, a mechanism that needs paper, and counters that outlive little."""

import re
from abc import ABC, abstractmethod
from asyncio import TimerHandle
from dataclasses import dataclass, field
from typing import Final, Literal

from kitchen_printer.decisions.level import Level
from proving.simulation.surroundings import Surroundings

STROKES_PER_LINE: Final = 24
COUNTERS_SAVED_EVERY: Final = 120.0
FULL_ROLL: Final = 100_000
CUT_SECONDS: Final = 0.3

LINE = re.compile(rb"T(\d+) J(\d+) (\d+)/(\d+) ([M-])\n")
"""A line of a ticket: attempt and job, which line of how many, and whether the paper is marked."""

_COMMAND = re.compile(
    rb"\x1b@|\x1c[.&]|\x1da.|\x1d\(H\x06\x00..(?P<token>....)|\x1dr.|\x1dg2\x00(?P<counter>..)|\x1dI(?P<who>.)"
    rb"|\x1dV[AB].|\x00|(?P<text>[^\x1b\x1c\x1d\x10\x00\n]*\n)",
    re.DOTALL,
)
_BEGINNINGS = re.compile(
    rb"\x1b|\x1c|\x1d(?:a|V.?|r|I|g(?:2(?:\x00.?)?)?|\((?:H.{0,7})?)?|[^\x1b\x1c\x1d\x10\x00\n]+", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """What kind of printer it is."""

    level: Level
    line_seconds: float
    buffer_bytes: int
    keeps_echoes: bool
    after_refill: Literal["goes on", "discards", "repeats the line"]
    forgets: Literal["at once", "late", "never"]


@dataclass(frozen=True, slots=True)
class Printed:
    """One line on paper."""

    attempt: int
    job: int
    number: int
    of: int
    is_marked: bool
    at: float


@dataclass(slots=True)
class Paper:
    """What hangs out of the printer, or was cut off."""

    lines: list[Printed] = field(default_factory=list[Printed])
    is_cut: bool = False
    is_void: bool = False


class Mechanism(ABC):
    """Its condition is public: faults set it, then call :meth:`changed`."""

    def __init__(self, number: int, temper: Temper, world: Surroundings) -> None:
        self.number = number
        self.temper = temper
        self.world = world
        self.is_on = True
        self.is_covered_open = self.is_jammed = self.is_hot = False
        self.paper = FULL_ROLL
        self.papers: list[Paper] = []
        self.sheet = Paper()
        self.unknown_bytes = 0
        """Bytes that were no command, though nobody's line had broken inside one."""
        self.buffer: bytearray = bytearray()
        self._torn = 0
        self._cuts, self._strokes = 1000, 900_000
        self._saved = self._cuts, self._strokes
        self._saved_at = 0.0
        self._working: TimerHandle | None = None

    @abstractmethod
    def say_in_order(self, data: bytes, *, is_echo: bool = False) -> None:
        """Answer a question that was reached in the buffer."""

    @abstractmethod
    def push(self, *, anyway: bool = False) -> None:
        """Say how it is, to whom it was asked to."""

    @abstractmethod
    def turn_pushes_on(self) -> None:
        """Say from now on how it is."""

    @abstractmethod
    def has_room(self) -> None:
        """Take what waits outside for room in the buffer."""

    @abstractmethod
    def loses_what_waits(self) -> None:
        """Throw away what waits outside for room in the buffer: a printer that printed only the rest would be lying."""

    @property
    def is_stopped(self) -> bool:
        """Whether it cannot print, and says so."""
        return self.is_covered_open or self.is_jammed or self.paper <= 0 or self.is_hot

    @property
    def has_a_ticket_inside(self) -> bool:
        """Whether something is in its buffer, or hangs out of it."""
        return bool(self.buffer) or bool(self.sheet.lines)

    def work(self) -> None:
        """Begin the next command, unless one is being done, or it cannot."""
        while self._working is None and self.is_on and not self.is_stopped and self.buffer:
            found = _COMMAND.match(self.buffer)
            if found is not None:
                seconds = self._seconds_of(found)
                self._working = self.world.at(self.world.loop.time() + seconds, self._done, bytes(found[0]))
            elif _BEGINNINGS.fullmatch(self.buffer):
                return  # The rest of the command is still to come.
            else:
                self.unknown_bytes += not self._torn
                del self.buffer[:1]

    def _seconds_of(self, found: re.Match[bytes]) -> float:
        if found["text"] is not None:
            return self.temper.line_seconds
        return CUT_SECONDS if found[0][:2] == b"\x1dV" else 0.0002

    def stop_working(self) -> None:
        """Leave the command that is being done; it is still in the buffer."""
        if self._working is not None:
            self._working.cancel()
            self._working = None

    def forget(self) -> None:
        """Clear the buffer, and the command that is being done with it."""
        self.stop_working()
        self.buffer.clear()

    def tear(self) -> None:
        """Note that a sender broke off: until the next one's reset, half a command may eat what follows."""
        self._torn = self.buffer.count(b"\x1b@") + 1
        if _BEGINNINGS.fullmatch(self.buffer):
            self.world.saw("line broke inside a command")

    def _done(self, command: bytes) -> None:
        self._working = None
        del self.buffer[: len(command)]
        found = _COMMAND.match(command)
        if found is not None:
            self._perform(command, found)
        self.has_room()
        self.work()

    def _perform(self, command: bytes, found: re.Match[bytes]) -> None:
        level = self.temper.level
        if found["text"] is not None:
            self._print(command)
        elif command == b"\x1b@":
            self._torn = max(0, self._torn - 1)
        elif command[:2] == b"\x1da":
            self.turn_pushes_on()
        elif command[:2] == b"\x1dV":
            self._cut()
        elif command[:2] == b"\x1dr" and level.proves:
            self.say_in_order(b"\x00")
        elif found["token"] is not None and level.echoes_tokens:
            self.say_in_order(b"\x37\x22" + found["token"] + b"\x00", is_echo=True)
        elif found["counter"] is not None and level is Level.COUNTERS:
            value = self._cuts if found["counter"][0] == 178 else self._strokes
            self.say_in_order(b"\x5f%d\x00" % value)
        elif found["who"] is not None:
            self.say_in_order(b"\x5fPrinter %d/%d\x00" % (self.number, found["who"][0]))

    def _print(self, text: bytes) -> None:
        line = LINE.fullmatch(text)
        if line is not None:
            attempt, job, number, of = (int(line[each]) for each in (1, 2, 3, 4))
            now = self.world.loop.time()
            self.sheet.lines.append(Printed(attempt, job, number, of, line[5] == b"M", now))
        elif b"THROW AWAY" in text:
            self.sheet.is_void = True
        elif not self._torn and not text.startswith(b"N"):
            self.unknown_bytes += len(text)
        self._strokes += STROKES_PER_LINE
        self.paper -= 1
        if self.paper <= 0:
            self.world.saw("paper out in the middle")
            self.push()

    def _cut(self) -> None:
        self._cuts += 1
        now = self.world.loop.time()
        if now - self._saved_at > COUNTERS_SAVED_EVERY:
            self._saved, self._saved_at = (self._cuts, self._strokes), now
        self.sheet.is_cut = True
        self.papers.append(self.sheet)
        self.sheet = Paper()

    # ── what faults do ──────────────────────────────────────────────────────────────────────────────────

    def changed(self) -> None:
        """Tell that cover, paper, cutter or heat are otherwise than before."""
        if self.is_on:
            if self.is_stopped:
                self.stop_working()
            self.push()
            self.work()

    def refilled(self) -> None:
        """A new roll is in, the cover closed."""
        self.paper = FULL_ROLL
        self.is_covered_open = False
        if self.buffer and self.temper.after_refill == "discards":
            self.world.saw("buffer discarded at the refill")
            self.forget()
            self.tear()
            self.loses_what_waits()
        elif self.temper.after_refill == "repeats the line" and self.sheet.lines:
            self.world.saw("line printed again after the refill")
            self.sheet.lines.append(self.sheet.lines[-1])
        self.changed()

    def lose_power(self) -> None:
        """Buffer and unsaved counters are gone; the piece of paper still hangs out of it."""
        self.is_on = False
        self.forget()
        self._torn = 0
        self._cuts, self._strokes = self._saved
