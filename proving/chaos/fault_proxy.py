"""A bad line on purpose: a proxy before a printer, or before the database, that does to bytes what networks do.

The names of the faults are Toxiproxy's, and two it has not: accept-and-ignore, and drop-after-connect. What gets
through is always a beginning of what was sent: a line may lose its end, never its middle.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CHUNK: Final = 4096
CONNECT_SECONDS: Final = 5.0
CLOSE_SECONDS: Final = 5.0
_RST_ON_CLOSE: Final = struct.pack("ii", 1, 0)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class LineFault(StrEnum):
    """What a line can do to those who use it."""

    LATENCY = "latency"
    BANDWIDTH = "bandwidth"
    TIMEOUT = "timeout"
    RESET_PEER = "reset_peer"
    SLICER = "slicer"
    LIMIT_DATA = "limit_data"
    SLOW_CLOSE = "slow_close"
    ACCEPT_AND_IGNORE = "accept-and-ignore"
    DROP_AFTER_CONNECT = "drop-after-connect"


@dataclass(frozen=True, slots=True)
class Amount:
    """How bad: seconds, bytes, or bytes a second, whichever the fault is measured in."""

    seconds: float = 0.5
    size: int = 200


class _Reset(Exception):
    """Both sides get a reset."""


class FaultProxy:
    """Listens where it is told to; every connection gets one of its own to the other side.

    ``struck`` counts how often each fault met a connection.
    """

    def __init__(self, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._connect = connect
        self._faults: dict[LineFault, Amount] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self.address = ""
        self.struck: Counter[LineFault] = Counter()

    async def listen(self, host: str, port: int = 0) -> str:
        """Listen on TCP and return the address."""
        self._server = await asyncio.start_server(self._serve, host, port)
        self.address = f"{host}:{self._server.sockets[0].getsockname()[1]}"
        return self.address

    async def listen_at(self, path: str) -> None:
        """Listen on a Unix socket."""
        self._server = await asyncio.start_unix_server(self._serve, path)

    async def close(self) -> None:
        """End all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, fault: LineFault, amount: Amount) -> None:
        """From now on, also for connections that are open."""
        self._faults[fault] = amount
        self._tell()

    def end(self, fault: LineFault) -> None:
        """The line is well again in this respect."""
        self._faults.pop(fault, None)
        self._tell()

    def heal(self) -> None:
        """The line is well again."""
        self._faults.clear()
        self._tell()

    def break_all(self) -> None:
        """End every open connection with a reset."""
        for task in self._tasks:
            task.cancel()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _amount(self, fault: LineFault) -> Amount | None:
        """How bad it is now; that it was asked means that it has met somebody."""
        amount = self._faults.get(fault)
        if amount is not None:
            self.struck[fault] += 1
        return amount

    # -- one connection -------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass_on((reader, writer))
        except (OSError, TimeoutError, _Reset):
            pass  # One side has gone; so goes the other.
        except asyncio.CancelledError:
            _reset(writer)
        finally:
            self._tasks.discard(task)
            await _gone(writer)

    async def _pass_on(self, client: Streams) -> None:
        if self._amount(LineFault.DROP_AFTER_CONNECT):
            return
        if self._amount(LineFault.ACCEPT_AND_IGNORE):
            await self._ignore(client)
            return
        async with asyncio.timeout(CONNECT_SECONDS):
            server = await self._connect()
        there = asyncio.create_task(self._pump(client[0], server[1], is_limited=True))
        back = asyncio.create_task(self._pump(server[0], client[1], is_limited=False))
        try:
            await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
            if there.done() and there.exception() is None:
                # The client has said all: what the other side still has to say may reach him.
                with suppress(OSError):
                    server[1].write_eof()
                await back
            elif back.done() and back.exception() is None:
                await asyncio.wait((there,), timeout=0.05)
            await self._linger()
        finally:
            if any(_ended_with_reset(each) for each in (there, back)):
                _reset(client[1])
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            await _gone(server[1])

    async def _ignore(self, client: Streams) -> None:
        """Read everything and answer nothing, for as long as that is so."""
        while self._amount(LineFault.ACCEPT_AND_IGNORE):
            reading = asyncio.create_task(client[0].read(CHUNK))
            waiting = asyncio.create_task(self._changed.wait())
            await asyncio.wait((reading, waiting), return_when=asyncio.FIRST_COMPLETED)
            over = reading.done() and (reading.exception() is not None or not reading.result())
            for each in (reading, waiting):
                each.cancel()
            await asyncio.gather(reading, waiting, return_exceptions=True)
            if over:
                return

    async def _linger(self) -> None:
        amount = self._amount(LineFault.SLOW_CLOSE)
        if amount is not None:
            await asyncio.sleep(amount.seconds)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_limited: bool
    ) -> None:
        left = None
        while data := await reader.read(CHUNK):
            limit = self._amount(LineFault.LIMIT_DATA) if is_limited else None
            if limit is not None:
                left = limit.size if left is None else left
                data, left = data[:left], left - len(data)
            await self._deliver(data, writer)
            if left is not None and left <= 0:
                raise OSError("so much and no more")

    async def _deliver(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Pass one piece on, as slowly and in as many parts as the faults of the moment want it."""
        if amount := self._amount(LineFault.RESET_PEER):
            await asyncio.sleep(amount.seconds)
            raise _Reset
        if amount := self._amount(LineFault.TIMEOUT):
            await asyncio.sleep(amount.seconds)
            raise OSError("nothing gets through")
        if amount := self._amount(LineFault.LATENCY):
            await asyncio.sleep(amount.seconds)
        if amount := self._amount(LineFault.BANDWIDTH):
            await asyncio.sleep(len(data) / max(1, amount.size))
        size = len(data)
        if amount := self._amount(LineFault.SLICER):
            size = max(1, min(amount.size, len(data)))
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            if size < len(data):
                await asyncio.sleep(0.001)


async def _gone(writer: asyncio.StreamWriter) -> None:
    """Close our side, and see it closed; one who does not read any more is not waited for."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


def _ended_with_reset(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and isinstance(task.exception(), _Reset)


def _reset(writer: asyncio.StreamWriter) -> None:
    line = writer.get_extra_info("socket")
    if line is not None and line.family != socket.AF_UNIX and line.fileno() >= 0:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
    writer.transport.abort()
