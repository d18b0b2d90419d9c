"""A line is closed so that what was sent over it arrives, whatever the printer was still saying."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from kitchen_printer.decisions.outcome import Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import FAREWELL_SECONDS
from tests.printers.delivering import PATIENCE_S, deliver
from virtual_printer import VirtualPrinter

LONG = b"0123456789ABCDEF\n" * 6_000
"""100 kB: more than fits the buffers of both kernels in one go."""

HEALTHY = bytes.fromhex("14 00 00 0f")
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(handle: Handler) -> AsyncGenerator[str, None]:
    async with await asyncio.start_server(handle, "127.0.0.1", 0) as listening:
        host, port = listening.sockets[0].getsockname()
        yield f"{host}:{port}"


async def answer_the_preflight(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A healthy printer of level A, up to the moment at which it gets a ticket."""
    for _ in range(4):
        await reader.readexactly(3)
        writer.write(b"\x12")
    await reader.readexactly(7)
    writer.write(HEALTHY)
    fence = await reader.readexactly(11)
    writer.write(b"\x37\x22" + fence[-4:] + b"\x00")


async def test_a_ticket_arrives_whole_although_nobody_waits_for_its_proof_any_more() -> None:
    async with VirtualPrinter() as printer:
        outcome = await deliver(
            printer.address, body=LONG, confirm_s=0.01, when_ready=lambda _: printer.causes.mute()
        )
        assert outcome == Uncertain(Reason.NO_CONFIRMATION)
        (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
        assert sheet.lines == ("0123456789ABCDEF",) * 6_000


async def test_a_chatty_printer_does_not_destroy_what_is_sent_to_it() -> None:
    """Closing with unread bytes would reset the line and throw the rest of the ticket away."""
    received = bytearray()
    ended = asyncio.Event()

    async def chat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_the_preflight(reader, writer)
        while data := await reader.read(1000):
            received.extend(data)
            writer.write(HEALTHY * 100)
            await writer.drain()
        ended.set()
        writer.close()

    async with server(chat) as address:
        assert isinstance(await deliver(address, body=LONG, confirm_s=0.01), Uncertain)
        async with asyncio.timeout(PATIENCE_S):
            await ended.wait()
    assert received.startswith(LONG)
    assert received.endswith(b"A7Ql")


async def test_what_the_printer_still_has_to_say_is_read_until_it_closes() -> None:
    said_everything = asyncio.Event()

    async def last_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_the_preflight(reader, writer)
        while await reader.read(1000):
            pass
        for _ in range(50):
            writer.write(HEALTHY * 1000)
            await writer.drain()
        writer.write_eof()
        said_everything.set()
        writer.close()

    async with server(last_words) as address:
        assert isinstance(await deliver(address, confirm_s=0.01), Uncertain)
        assert said_everything.is_set()


async def test_a_printer_that_never_closes_is_left_after_its_time() -> None:
    loop = asyncio.get_running_loop()
    forgotten = asyncio.Event()

    async def hold_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_the_preflight(reader, writer)
        await forgotten.wait()
        writer.close()

    async with server(hold_on) as address:
        began = loop.time()
        assert isinstance(await deliver(address, confirm_s=0.01), Uncertain)
        assert FAREWELL_SECONDS <= loop.time() - began < FAREWELL_SECONDS + 1
        forgotten.set()


async def test_a_printer_that_never_stops_talking_is_left_after_its_time() -> None:
    loop = asyncio.get_running_loop()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_the_preflight(reader, writer)
        try:
            while True:
                writer.write(HEALTHY * 100)
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with server(talk) as address:
        began = loop.time()
        assert isinstance(await deliver(address, confirm_s=0.01), Uncertain)
        assert loop.time() - began < FAREWELL_SECONDS + 1
