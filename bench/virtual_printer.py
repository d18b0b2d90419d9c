"""How fast 64 virtual printers in one process take tickets, beside a sink that only reads.

The question is whether a benchmark of a sender measures the sender or these printers.
"""

import asyncio
import multiprocessing
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection

from virtual_printer import VirtualPrinter

PRINTERS = 64
TICKETS = 5000
HEADROOM = 3.0  # the printers must be this much faster than whatever is measured against them
PATIENCE_S = 120.0
ASK_ALL = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
START = b"\x1b@\x1c.\x1da\x0e"
COUNTERS = b"\x1dg2\x00\xb2\x00\x1dg2\x00\x95\x00"
FENCE = b"\x1d(H\x06\x0000"
BODY = (
    b"\x1ba\x01\x1d!\x11KITCHEN\n\x1d!\x00Table 12   Order 4711\n\x1ba\x00"
    + b"2 x Grilled salmon with lemon butter\n  no onions, sauce aside\n" * 6
    + b"#4711-1/1 A7Qk\n"
)
CUT = b"\x1dVB\x00"
TICKET = BODY + FENCE + b"A7Qk" + CUT + FENCE + b"A7Ql"
ANSWERS_BYTES_MIN = 4 + 4 + 3 + 3 + 14


async def printers(count: int, ready: Connection) -> None:
    async with AsyncExitStack() as stack:
        fleet = [await stack.enter_async_context(VirtualPrinter()) for _ in range(count)]
        ready.send([printer.address for printer in fleet])
        await asyncio.to_thread(ready.recv)
        ready.send((sum(len(printer.paper.sheets) for printer in fleet), time.process_time()))


async def sinks(count: int, ready: Connection) -> None:
    """Reads, and answers a ticket's worth of bytes with as many bytes as a printer would."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        owed = 0
        while data := await reader.read(65536):
            owed += len(data)
            while owed >= len(ASK_ALL + START + COUNTERS + TICKET):
                owed -= len(ASK_ALL + START + COUNTERS + TICKET)
                writer.write(b"\x00" * ANSWERS_BYTES_MIN)
        writer.close()

    servers = [await asyncio.start_server(swallow, "127.0.0.1", 0) for _ in range(count)]
    ready.send([f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers])
    await asyncio.to_thread(ready.recv)
    ready.send((0, time.process_time()))


def serve(kind: str, count: int, ready: Connection) -> None:
    asyncio.run(printers(count, ready) if kind == "printers" else sinks(count, ready))


async def send_tickets(addresses: list[str], tickets: int) -> float:
    """One connection per ticket and one ticket in flight per printer; returns seconds."""

    async def lane(address: str, share: int) -> None:
        host, port = address.rsplit(":", 1)
        for _ in range(share):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(ASK_ALL + START + COUNTERS + TICKET)
            await reader.readexactly(ANSWERS_BYTES_MIN)
            writer.close()
            await writer.wait_closed()

    shares = [tickets // len(addresses) + (at < tickets % len(addresses)) for at in range(len(addresses))]
    started = time.perf_counter()
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(
            *(lane(address, share) for address, share in zip(addresses, shares, strict=True))
        )
    return time.perf_counter() - started


@dataclass(frozen=True)
class Figures:
    """`processor_us` is the receiving side's processor time per ticket, which other load does not change."""

    rate: float
    processor_us: float
    sheets: int


def measure(kind: str, count: int, tickets: int) -> Figures:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(kind, count, there))
    server.start()
    addresses: list[str] = here.recv()
    seconds = asyncio.run(send_tickets(addresses, tickets))
    here.send("enough")
    sheets, processor_seconds = here.recv()
    server.join()
    return Figures(rate=tickets / seconds, processor_us=processor_seconds / tickets * 1e6, sheets=sheets)


def run() -> None:
    """Print both rates, their ratio, and the fastest sender that can honestly be measured against the printers."""
    sink = measure("sinks", PRINTERS, TICKETS)
    fleet = measure("printers", PRINTERS, TICKETS)
    print(
        f"{PRINTERS} printers in one process, {TICKETS} tickets of {len(TICKET)} bytes, one connection each"
    )
    print(
        f"plain byte sink   {sink.rate:8.0f} tickets/s  {sink.processor_us:6.0f} us of processor per ticket"
    )
    print(
        f"virtual printers  {fleet.rate:8.0f} tickets/s  {fleet.processor_us:6.0f} us of processor per ticket"
    )
    print(f"ratio             {fleet.rate / sink.rate:8.2f}")
    print(
        f"good for senders  {fleet.rate / HEADROOM:8.0f} tickets/s, {HEADROOM:.0f} times slower than the printers"
    )
    if fleet.sheets != TICKETS:
        raise AssertionError(f"{fleet.sheets} sheets came out for {TICKETS} tickets")
