"""A wire between hosts and one printer that notes who sent ticket bytes, and when: what the printer itself cannot tell,
for it listens to one host at a time."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from virtual_printer import VirtualPrinter

QUESTIONS_BYTES_MAX: Final = 100
"""A connection that has sent more than that has sent a part of a ticket: what is asked beforehand is shorter."""

READ_BYTES_MAX: Final = 4096


@dataclass(slots=True)
class Span:
    """When the first and the last ticket bytes of one connection came by."""

    began: float
    ended: float


class Relay:
    """Listens in a printer's place."""

    def __init__(self, printer: VirtualPrinter) -> None:
        self.spans: list[Span] = []
        self.address = ""
        self._printer = printer
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def overlaps(self) -> list[tuple[Span, Span]]:
        """The pairs of connections that sent ticket bytes at the same time."""
        in_order = sorted(self.spans, key=lambda span: span.began)
        return [(one, other) for one, other in pairwise(in_order) if other.began < one.ended]

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"

    async def stop(self) -> None:
        """Hang up on everybody: no line outlives the relay."""
        if self._server is not None:
            self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(self._serve(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = self._printer.address.rpartition(":")
        with _closing(writer), suppress(OSError):
            answers, printer = await asyncio.open_connection(host, int(port))
            with _closing(printer):
                back = asyncio.create_task(_pump(answers, writer))
                try:
                    await self._note_and_pass_on(reader, printer)
                    printer.close()
                    await back
                finally:
                    back.cancel()

    async def _note_and_pass_on(self, reader: asyncio.StreamReader, printer: asyncio.StreamWriter) -> None:
        sent, span = 0, None
        while data := await reader.read(READ_BYTES_MAX):
            sent += len(data)
            if sent > QUESTIONS_BYTES_MAX:
                if span is None:
                    span = Span(time.monotonic(), time.monotonic())
                    self.spans.append(span)
                span.ended = time.monotonic()
            printer.write(data)
            await printer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(READ_BYTES_MAX):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextmanager
def _closing(writer: asyncio.StreamWriter) -> Generator[None, None, None]:
    try:
        yield
    finally:
        writer.close()


@asynccontextmanager
async def relay_before(printer: VirtualPrinter) -> AsyncGenerator[Relay, None]:
    """A relay that listens."""
    relay = Relay(printer)
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()
