"""One TCP connection to one printer: it carries out what deliveries ask for, and nothing else.

It reads from connect to close, also while it writes: a printer says by itself that its paper ran out, and a
connection that is closed with unread bytes destroys what was sent over it.
"""

import asyncio
import fcntl
import math
import socket
import struct
import termios
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

from kitchen_printer.decisions.address import host_and_port
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_steps import ASK_AGAIN_SECONDS
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.reason import Reason

CONNECT_SECONDS: Final = 3.0
"""A printer on the same network answers in milliseconds; a dead address takes about this long to show."""

FAREWELL_SECONDS: Final = 2.0
"""How long the printer may take to close its side after we closed ours."""

FORGET_SECONDS: Final = 3.0
"""A real-time command is heard at once; some makes finish the line they print first."""

READ_BYTES: Final = 256

QUEUE_SECONDS: Final = 0.02
"""How often the kernel is asked whether all has left us; there is no event for it."""

LOST_SECONDS: Final = 15.0
"""A question to a stopped printer that its network side does not acknowledge for so long: the cable is out."""

_SIOCOUTQNSD: Final = 0x894B
"""How many bytes wait here unsent; Python has no name for it."""


class NoConnectionError(Exception):
    """There is no connection to the printer; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Line:
    """A TCP connection to a printer: send, hear, hang up, close. Use :func:`connected_line` to get one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._socket: socket.socket = writer.get_extra_info("socket")
        self._hearing: asyncio.Timeout | None = None

    def send(self, data: bytes) -> None:
        """Hand bytes to the connection; they go out while we listen."""
        self._writer.write(data)

    @property
    def has_left(self) -> bool:
        """Whether everything sent has reached the other machine: TCP has acknowledged the last byte (SIOCOUTQ)."""
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > 0:
            return False
        return self._bytes(termios.TIOCOUTQ) == 0

    @property
    def is_unacknowledged(self) -> bool:
        """Whether something is on its way; what waits here because the other side's window is closed is not."""
        if self._writer.transport.is_closing():
            return False
        return self._bytes(termios.TIOCOUTQ) > self._bytes(_SIOCOUTQNSD)

    def _bytes(self, queue: int) -> int:
        return int(struct.unpack("i", fcntl.ioctl(self._socket.fileno(), queue, struct.pack("i", 0)))[0])

    async def hear(self, until: float | None) -> bytes | None:
        """Return what came, ``b""`` when the line ended, None when nothing came ``until`` (loop time)."""
        try:
            async with asyncio.timeout_at(until) as self._hearing:
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            return None
        except OSError:
            return b""
        finally:
            self._hearing = None

    def interrupt(self) -> None:
        """Let who hears return at once, as if nothing had come."""
        if self._hearing is not None:
            self._hearing.reschedule(asyncio.get_running_loop().time())

    def abort(self) -> None:
        """Break the line now."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Say that no more comes, read what the printer still has to say, and close."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                while await self._reader.read(READ_BYTES):
                    pass
        except (TimeoutError, OSError):
            pass  # It had its time; nothing of ours depends on its farewell.
        finally:
            self.abort()


async def open_line(address: str) -> Line:
    """Connect to a printer; whoever gets the line closes it. Raises :class:`NoConnectionError`."""
    host, port = host_and_port(address)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
    except (ConnectionRefusedError, ConnectionResetError):
        raise NoConnectionError(Reason.REFUSED) from None
    except (TimeoutError, OSError):
        raise NoConnectionError(Reason.UNREACHABLE) from None
    _keep_alive(writer.get_extra_info("socket"))
    return Line(reader, writer)


@asynccontextmanager
async def connected_line(address: str) -> AsyncGenerator[Line, None]:
    """Connect to a printer and close orderly in the end. Raises :class:`NoConnectionError`."""
    line = await open_line(address)
    try:
        yield line
    finally:
        await line.close()


class PrinterConnection:
    """The shell around a :class:`Delivery`. Use :func:`connected` to get one."""

    def __init__(self, line: Line, delivery: Delivery) -> None:
        self.line = line
        self.delivery = delivery
        self.stopped_seconds = 0.0
        """How long the printer was seen stopped by a visible cause since the payload was handed over."""
        self._step = 0
        self._step_ends: float | None = None
        self._looks_next_at = 0.0
        self._lost_at = math.inf
        self._hung_up: Reason | None = None

    async def converse(self, until: frozenset[State], changed: Callable[[], None] = lambda: None) -> None:
        """Carry the delivery on until it is in one of the states of ``until`` or has ended.

        ``changed`` is called whenever its state did, or the reason for it.
        """
        before = self._condition
        while self.delivery.state not in until | FINAL:
            self._send()
            await self._hear()
            if self._condition != before:
                before = self._condition
                changed()
        self._send()

    async def catch_up(self) -> None:
        """Hear what the printer said while nobody listened, without waiting for more."""
        await asyncio.sleep(0)  # Let the event loop read what has arrived.
        while data := await self.line.hear(asyncio.get_running_loop().time()):
            self.delivery.received(data)
        if data == b"":
            self.delivery.line_lost(self._hung_up)

    async def hear_the_receipt(self) -> None:
        """Hear a printer say that it has forgotten what it was told to, for a while, if it has not said so yet.

        It may have printed the ticket all the same. What it is sent before the receipt it may forget too.
        """
        ends = asyncio.get_running_loop().time() + FORGET_SECONDS
        while self.delivery.owes_a_receipt and asyncio.get_running_loop().time() < ends:
            data = await self.line.hear(ends)
            if data == b"":
                return
            self.delivery.received(data or b"")

    @property
    def _condition(self) -> tuple[State, Reason | None]:
        return self.delivery.state, self.delivery.reason

    def _send(self) -> None:
        data = self.delivery.to_send()
        if data:
            self.line.send(data)

    async def _hear(self) -> None:
        """Wait for the next thing that happens: bytes, the end of the line, or the end of the step's time."""
        was_stopped, began = self.delivery.state is State.STOPPED, asyncio.get_running_loop().time()
        ends, step = self._when_the_step_ends(), self.delivery.steps
        data = await self.line.hear(self._sooner(ends))
        if data is None:
            self._nothing_came(ends, step)
        elif data:
            self.delivery.received(data)
        else:
            self.delivery.line_lost(self._hung_up)
        if was_stopped:
            self.stopped_seconds += asyncio.get_running_loop().time() - began

    def _nothing_came(self, ends: float | None, step: int) -> None:
        now = asyncio.get_running_loop().time()
        if self.delivery.state is State.SENDING and self.line.has_left:
            self.delivery.left_us()
        elif self.delivery.steps == step and ends is not None and now >= ends:
            self.delivery.silence()
        elif self.delivery.state is State.STOPPED and now >= self._looks_next_at:
            self._look_after_the_stopped(now)
        # Or somebody else carried the delivery on meanwhile.

    def _look_after_the_stopped(self, now: float) -> None:
        """Ask it again how it is, unless it has not even taken what it was sent before."""
        self._looks_next_at = now + ASK_AGAIN_SECONDS
        if self.line.has_left:
            self._lost_at = now + LOST_SECONDS
            self.delivery.ask_again()
        elif now >= self._lost_at and self.line.is_unacknowledged:
            # While a question is on its way the kernel does not probe, and repeats it for a quarter of an hour.
            self.line.abort()

    def _sooner(self, ends: float | None) -> float | None:
        """Return when to look at what no event tells of, if that is before the step ends."""
        match self.delivery.state:
            case State.SENDING:
                look = asyncio.get_running_loop().time() + QUEUE_SECONDS
            case State.STOPPED:
                look = self._looks_next_at
            case _:
                return ends
        return look if ends is None else min(ends, look)

    def hang_up(self, reason: Reason) -> None:
        """End the conversation from our side, now; the delivery ends as if the line had broken."""
        self._hung_up = reason
        self.line.abort()

    def revoke(self, reason: Reason | None = None) -> None:
        """Take the ticket back from a printer that has stopped: see :meth:`Delivery.revoke`."""
        self.delivery.revoke(reason)
        self._send()
        self.line.interrupt()

    def _when_the_step_ends(self) -> float | None:
        if self.delivery.steps != self._step:
            self._step = self.delivery.steps
            seconds = self.delivery.seconds_to_wait
            if seconds is not None and self.delivery.state is State.STOPPED:
                seconds -= self.stopped_seconds  # A printer that stops again and again gets no new time.
            now = asyncio.get_running_loop().time()
            self._step_ends = None if seconds is None else now + seconds
            self._looks_next_at, self._lost_at = now + ASK_AGAIN_SECONDS, math.inf
        return self._step_ends


def _keep_alive(line: socket.socket) -> None:
    """Notice a pulled cable within 20 seconds while we wait.

    No TCP_USER_TIMEOUT: it also counts the time in which a printer without paper keeps its window closed.
    """
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 3)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
