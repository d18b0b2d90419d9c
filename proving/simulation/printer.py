"""A printer on the network: it serves one connection at a time, and answers for its mechanism."""

import re
from collections import deque
from typing import Final

from kitchen_printer.decisions.level import Level
from proving.simulation.mechanism import Mechanism, Temper
from proving.simulation.surroundings import Surroundings
from proving.simulation.wire import KEEPALIVE_SECONDS, Cable, Connection

WAITING_CONNECTIONS_MAX: Final = 2

_REAL_TIME = re.compile(rb"\x10\x04[\x01-\x04]|\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")


class Printer(Mechanism):
    """What a line ends at. How it answers, and whether anything reaches it, is public: faults set it."""

    def __init__(self, number: int, temper: Temper, world: Surroundings) -> None:
        super().__init__(number, temper, world)
        self.cable = Cable()
        self.is_mute = self.is_garbled = self.loses_pushes = self.is_hogged = False
        self.late_seconds = 0.0
        self._held_echo = b""
        self._pushes = False
        self._pushed = b""
        self._slot: Connection | None = None
        self._queue: deque[Connection] = deque()

    # ── connections ─────────────────────────────────────────────────────────────────────────────────────

    def accepts(self, line: Connection) -> bool:
        """Take a connection: the first is served, the next wait, further ones are refused."""
        if self._slot is None and not self.is_hogged:
            self._serve(line)
        elif len(self._queue) < WAITING_CONNECTIONS_MAX:
            self.world.saw("connection waits behind another")
            self._queue.append(line)
        else:
            self.world.saw("connection refused")
            return False
        return True

    def _serve(self, line: Connection) -> None:
        self._slot, self._pushes = line, False
        if self._held_echo:
            self.world.saw("echo held back until somebody connects")
            line.answer(self._held_echo)
            self._held_echo = b""
        self.drain(line)

    def released(self, line: Connection, *, is_torn: bool = False) -> None:
        """Note that a connection has ended, ``is_torn`` perhaps inside a command; the next one is served."""
        if line in self._queue:
            self._queue.remove(line)
        if self._slot is line:
            self._slot = None
            if is_torn:
                self.tear()
            self._serve_next()

    def _serve_next(self) -> None:
        while self._queue and self._slot is None and not self.is_hogged:
            self._serve(self._queue.popleft())

    def drain(self, line: Connection) -> None:
        """Take what waits at the network side, as far as the buffer has room."""
        if self._slot is not line or not self.is_on:
            return
        room = max(0, self.temper.buffer_bytes - len(self.buffer))
        if len(line.window) > room:
            self.world.saw("buffer full: the window closes")
            halved = (
                each for each in _REAL_TIME.finditer(bytes(line.window)) if each.start() < room < each.end()
            )
            room = next((each.end() for each in halved), room)
        data = bytes(line.window[:room])
        del line.window[:room]
        self.swallow(line, data)
        line.ends_if_all_is_said()

    def has_room(self) -> None:
        if self._slot is not None and self._slot.window:
            self.drain(self._slot)

    def loses_what_waits(self) -> None:
        if self._slot is not None:
            self._slot.window.clear()

    def swallow(self, line: Connection, data: bytes) -> None:
        """Answer what is real-time, queue the rest."""
        end = 0
        for found in _REAL_TIME.finditer(data):
            self.buffer += data[end : found.start()]
            self._real_time(line, found[0])
            end = found.end()
        self.buffer += data[end:]
        self.work()

    # ── answers ─────────────────────────────────────────────────────────────────────────────────────────

    def _say(self, line: Connection | None, data: bytes) -> None:
        if line is None or self.temper.level is Level.MUTE:
            return
        if self.is_mute:
            self.world.saw("answer swallowed")
            return
        if self.is_garbled:
            self.world.saw("answer garbled")
            data = self.world.chance.choice(self._garbage(data))
        if self.late_seconds:
            self.world.saw("answer late")
        line.answer(data, self.late_seconds)

    def _garbage(self, data: bytes) -> tuple[bytes, ...]:
        """What may come instead; where answers have no names, none that would pass for another one."""
        anyway = b"\xff\xfe", b"HTTP/1.1 400 Bad Request\r\n", data[:-1]
        return (*anyway, data * 2, b"\x16", bytes(3)) if self.temper.level.echoes_tokens else anyway

    def say_in_order(self, data: bytes, *, is_echo: bool = False) -> None:
        if self._slot is None and is_echo and self.temper.keeps_echoes:
            self._held_echo = data
        self._say(self._slot, data)

    def _real_time(self, line: Connection, command: bytes) -> None:
        if command[:2] == b"\x10\x04":
            self._say(line, bytes((self._status(command[2]),)))
        elif self.temper.forgets != "never" and self.temper.level.echoes_tokens:
            after = 2.5 if self.temper.forgets == "late" else 0.02
            self.world.at(self.world.loop.time() + after, self._forget_and_say_so, line)

    def _forget_and_say_so(self, line: Connection) -> None:
        if self.is_on:
            self.world.saw("buffer cleared on request")
            self.forget()
            if self._slot is not line:
                # Late, it wipes out what came since, as a whole: one that answered the rest would be lying.
                self.tear()
                self.loses_what_waits()
            self.is_jammed = False  # An error of the cutter ends with the buffers, as Epson documents it.
            self.changed()
            self._say(line, b"\x37\x25\x00")

    def _status(self, question: int) -> int:
        offline = 0x08 if self.is_stopped else 0
        match question:
            case 1:
                return 0x16 | offline
            case 2:
                return 0x12 | (0x04 if self.is_covered_open else 0) | (0x20 if self.paper <= 0 else 0)
            case 3:
                return 0x12 | (0x08 if self.is_jammed else 0)
            case _:
                return 0x12 | (0x60 if self.paper <= 0 else 0)

    def turn_pushes_on(self) -> None:
        self._pushes = True
        self.push(anyway=True)

    def push(self, *, anyway: bool = False) -> None:
        first = 0x14 | (0x28 if self.is_covered_open else 0x08 if self.is_stopped else 0)
        status = bytes((first, 0x08 if self.is_jammed else 0, 0x0C if self.paper <= 0 else 0, 0x0F))
        if self._pushes and (anyway or status != self._pushed):
            self._pushed = status
            if self.loses_pushes:
                self.world.saw("pushed status lost")
            else:
                self._say(self._slot, status)

    # ── what faults do ──────────────────────────────────────────────────────────────────────────────────

    @property
    def _lines(self) -> list[Connection]:
        return [*self._queue, *([self._slot] if self._slot else [])]

    def power_cut(self) -> None:
        """The power is gone, and every connection, of which nobody hears at once."""
        self.lose_power()
        self._held_echo = b""
        now = self.world.loop.time()
        for line in self._lines:
            self.world.at(now + self.world.chance.uniform(0.05, KEEPALIVE_SECONDS), line.abort)
        self._queue.clear()
        self._slot = None

    def power_back(self) -> None:
        """It starts again, and remembers nobody."""
        self.is_on = True

    def cable_out(self) -> None:
        """Nothing passes; our end finds out by itself, the printer's when the cable is back."""
        self.cable.is_plugged = False
        for line in self._lines:
            self.world.at(self.world.loop.time() + KEEPALIVE_SECONDS, self._given_up, line)

    def _given_up(self, line: Connection) -> None:
        if not self.cable.is_plugged:
            self.world.saw("connection half open")
            line.abort()

    def cable_in(self) -> None:
        """Everything passes again."""
        self.cable.is_plugged = True
        self._flows_again()

    def cable_clogs(self) -> None:
        """Nothing passes, and neither end is told."""
        self.cable.is_clogged = True

    def cable_frees_itself(self) -> None:
        """Everything passes again, if the cable is in."""
        self.cable.is_clogged = False
        self._flows_again()

    def _flows_again(self) -> None:
        """Bring what was held back on the way, in both directions; what nobody hears any more is reset."""
        if not self.cable.is_free:
            return
        for line, data in self.cable.let_go():
            line.answer(data)
        for line in self._lines:
            if line.is_open:
                line.arrive()
            else:
                self.released(line, is_torn=True)

    def hogged(self, *, is_hogged: bool) -> None:
        """Another host holds the only place, or has let it go."""
        self.is_hogged = is_hogged
        if not is_hogged:
            self._serve_next()

    def reset_line(self) -> None:
        """The connection is reset; a part of what is on its way still arrives."""
        if self._slot is not None:
            self._slot.broken(tells_the_printer=True, keeps=self.world.chance.randrange(0, 200))
