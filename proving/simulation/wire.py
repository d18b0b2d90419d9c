"""The network between a service and a printer: connections that can clog, break and be left half open."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from random import Random
from typing import Final, Protocol

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import (
    CONNECT_SECONDS,
    FAREWELL_SECONDS,
    READ_BYTES,
    NoConnectionError,
)
from proving.simulation.surroundings import Surroundings

KEEPALIVE_SECONDS: Final = 19.0
"""What our kernel takes to find out that the other side is gone, as the service sets it up."""

_HEARD_LATE: Final = 4096


class Cable:
    """The way to one printer, which all its connections share. Its condition is public: faults set it."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.is_clogged = False
        self._held_back: list[tuple[Connection, bytes]] = []

    @property
    def is_free(self) -> bool:
        """Whether anything passes, in either direction."""
        return self.is_plugged and not self.is_clogged

    def hold_back(self, line: "Connection", answer: bytes) -> None:
        """Keep an answer that does not get through."""
        self._held_back.append((line, answer))

    def let_go(self) -> "list[tuple[Connection, bytes]]":
        """Return the answers that were held back, in their order, and keep none of them."""
        held_back, self._held_back = self._held_back, []
        return held_back


class Listener(Protocol):
    """What a line ends at: a printer, as far as the network knows it."""

    world: Surroundings
    cable: Cable
    is_on: bool

    def accepts(self, line: "Connection") -> bool:
        """Take a connection, or refuse it."""
        ...

    def drain(self, line: "Connection") -> None:
        """Take of the line's window what there is room for."""
        ...

    def swallow(self, line: "Connection", data: bytes) -> None:
        """Take what still arrives when a line has broken, whatever there is room for."""
        ...

    def released(self, line: "Connection", *, is_torn: bool = False) -> None:
        """Hear that a connection has ended, ``is_torn`` perhaps inside a command."""
        ...


class Connection:
    """One TCP connection, both ends. It is what the service calls a line: send, hear, hang up, close."""

    def __init__(self, printer: Listener, latency: float, on_sent: Callable[[bytes], None]) -> None:
        self.printer = printer
        self.is_open = True
        """Whether our end thinks that it is open."""
        self.is_fallen_silent = False
        """Whether we have said that no more comes."""
        self.window = bytearray()
        """What arrived at the printer and waits for room in its buffer."""
        self._latency = latency
        self._on_sent = on_sent
        self._inbox = bytearray()
        self._in_flight: list[bytes] = []
        self._arrives_at = 0.0
        self._answers_at = 0.0
        self._waiter: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] | None = None

    # ── our end, as the service uses it ─────────────────────────────────────────────────────────────────

    def send(self, data: bytes) -> None:
        """Hand bytes to our kernel; they go out while we listen."""
        if self.is_open and data:
            self._on_sent(data)
            self._in_flight.append(data)
            world = self.printer.world
            self._arrives_at = max(self._arrives_at, world.loop.time() + self._latency)
            world.at(self._arrives_at, self.arrive)

    @property
    def has_left(self) -> bool:
        """Whether everything sent has reached the other machine."""
        return self.is_open and not self._in_flight and not self.window

    @property
    def is_unacknowledged(self) -> bool:
        """Whether something is on its way and not taken."""
        return self.is_open and bool(self._in_flight)

    async def hear(self, until: float | None) -> bytes | None:
        """Return what came, ``b""`` when the line ended, None when nothing came ``until``."""
        loop = self.printer.world.loop
        if not self._inbox and self.is_open and (until is None or loop.time() < until):
            self._waiter = loop.create_future()
            timer = None if until is None else loop.call_at(until, self.interrupt)
            try:
                await self._waiter
            finally:
                self._waiter = None
                if timer is not None:
                    timer.cancel()
        if self._inbox:
            data = bytes(self._inbox[:READ_BYTES])
            del self._inbox[:READ_BYTES]
            return data
        return None if self.is_open else b""

    def interrupt(self) -> None:
        """Let who hears return at once."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def abort(self) -> None:
        """Break the line now: what the printer has not taken is lost."""
        if self.is_open:
            self.broken(tells_the_printer=self.printer.cable.is_plugged)

    async def close(self) -> None:
        """Say that no more comes, hear what the printer still has to say, and close."""
        if self.is_open:
            self.is_fallen_silent = True
            world = self.printer.world
            world.at(max(self._arrives_at, world.loop.time() + self._latency), self.arrive)
            self._closed = world.loop.create_future()
            try:
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self._closed
            except TimeoutError:
                pass
        self.abort()

    # ── the wire, and the other end ─────────────────────────────────────────────────────────────────────

    def arrive(self) -> None:
        """Bring what is on its way to the printer, if the way is free."""
        printer = self.printer
        if not printer.cable.is_free or not printer.is_on:
            return  # Our kernel repeats it until the way is free, or we give up.
        self.window += b"".join(self._in_flight)
        self._in_flight.clear()
        printer.drain(self)
        self.ends_if_all_is_said()

    def ends_if_all_is_said(self) -> None:
        """End once the printer has everything and knows that no more comes."""
        if self.is_open and self.is_fallen_silent and not self.window and not self._in_flight:
            self._is_let_go()

    def answer(self, data: bytes, after: float = 0.0) -> None:
        """Bring the printer's words to us, in their order."""
        world = self.printer.world
        self._answers_at = max(self._answers_at, world.loop.time() + self._latency + after)
        world.at(self._answers_at, self._deliver, data)

    def _deliver(self, data: bytes) -> None:
        if not self.printer.cable.is_free:
            self.printer.cable.hold_back(self, data)
        elif self.is_open and len(self._inbox) < _HEARD_LATE:
            self._inbox += data
            self.interrupt()

    def broken(self, *, tells_the_printer: bool, keeps: int = 0) -> None:
        """End the connection; of what is on its way, ``keeps`` bytes still arrive."""
        rest = (bytes(self.window) + b"".join(self._in_flight))[:keeps]
        self._in_flight.clear()
        self.window.clear()
        self._is_let_go(tells_the_printer=False)
        if tells_the_printer:
            if rest and self.printer.is_on:
                self.printer.swallow(self, rest)
            self.printer.released(self, is_torn=True)

    def _is_let_go(self, *, tells_the_printer: bool = True) -> None:
        self.is_open = False
        self.interrupt()
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)
        if tells_the_printer:
            self.printer.released(self)

    def left_by_a_dead_process(self, *, orderly: bool) -> None:
        """Do what a kernel does with the connection of a process that was killed."""
        if orderly and self.is_open:
            self.is_fallen_silent = True
            self.arrive()
        else:
            self.abort()


class Stage(Protocol):
    """What of a world one service can feel."""

    chance: Random
    lines: list[Connection]

    @property
    def printer_at(self) -> Callable[[str], Listener]: ...

    @property
    def sent(self) -> Callable[[bytes], None]: ...


ON_STAGE: Final[ContextVar[Stage]] = ContextVar("stage")


async def open_line(address: str) -> Connection:
    """Stand for the product's function of this name: connect; whoever gets the line closes it."""
    stage = ON_STAGE.get()
    line = await _connected(stage.printer_at(address), stage.sent)
    stage.lines[:] = [*(each for each in stage.lines if each.is_open), line]
    return line


@asynccontextmanager
async def connected_line(address: str) -> AsyncGenerator[Connection, None]:
    """Stand for the product's function of this name: connect, and close orderly in the end."""
    line = await open_line(address)
    try:
        yield line
    finally:
        await line.close()


async def _connected(printer: Listener, on_sent: Callable[[bytes], None]) -> Connection:
    if not printer.is_on or not printer.cable.is_free:
        await asyncio.sleep(CONNECT_SECONDS)
        raise NoConnectionError(Reason.UNREACHABLE)
    latency = printer.world.chance.uniform(0.0005, 0.004)
    await asyncio.sleep(latency)
    line = Connection(printer, latency, on_sent)
    if not printer.accepts(line):
        raise NoConnectionError(Reason.REFUSED)
    return line
