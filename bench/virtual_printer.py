"""How fast 64 virtual printers in one process take tickets, beside a sink that only reads and beside the service.

The question is whether a benchmark of the service measures the service or these printers. A raw sender, which knows
its bytes beforehand and records nothing, takes the service's place: one connection per ticket, one ticket in flight
per printer.
"""

import asyncio
import multiprocessing
import tempfile
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.drain import drain
from bench.printers import printer_process
from bench.processor import processor_seconds

PRINTERS: Final = 64
TICKETS: Final = 5_000
HEADROOM_MIN: Final = 3.0
"""The printers must be this much faster than what is measured against them."""

SEND_SECONDS_MAX: Final = 120.0
ASK_ALL: Final = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"
START: Final = b"\x1b@\x1c.\x1da\x0e"
COUNTERS: Final = b"\x1dg2\x00\xb2\x00\x1dg2\x00\x95\x00"
FENCE: Final = b"\x1d(H\x06\x0000"
BODY: Final = (
    b"\x1bE\x01\x1d!\x11KITCHEN 047\n\x1bE\x00TABLE 12\n\x1d!\x00"
    b"12:47 / Bill 4711 / Ana / 2 guests\n"
    + b"-" * 48
    + b"\n\x1bE\x01\x1d!\x112 x Grilled salmon\n\x1dB\x01 sauce on the side \x1dB\x00\n"
    + b"1 x Mushroom risotto\n3 x Tomato soup\n\x1bE\x00\x1d!\x00"
    + b"-" * 48
    + b"\n#4711-1/1 A7Qk\n"
)
"""Ten lines, as many as the service prints for the tickets of ``drain``."""

CUT: Final = b"\x1dVB\x00"
TICKET: Final = BODY + FENCE + b"A7Qk" + CUT + FENCE + b"A7Ql"
SENT: Final = ASK_ALL + START + COUNTERS + TICKET
ANSWERS_BYTES_MIN: Final = 4 + 4 + 3 + 3 + 14


@dataclass(frozen=True, slots=True)
class Capacity:
    """Tickets a second, and the receiving process' own processor seconds per 1,000 tickets."""

    rate: float
    processor: float


def run() -> None:
    """Print the three rates, and how much faster than the service the printers are."""
    sinks = _capacity_of_sinks()
    printers = _capacity_of_printers()
    service = drain(PRINTERS, TICKETS)
    service_processor = service.processor["service"] / service.tickets * 1000
    title = f"{TICKETS} tickets, {PRINTERS} connections at once, one connection per ticket"
    table = Table("what", "tickets a second", "processor seconds per 1,000 tickets", title=title)
    for what, rate, processor in (
        ("raw sender to byte sinks", sinks.rate, sinks.processor),
        ("raw sender to virtual printers", printers.rate, printers.processor),
        ("service to virtual printers", service.rate, service_processor),
    ):
        table.add_row(what, f"{rate:.0f}", f"{processor:.2f}")
    table.caption = "processor seconds: of the sinks, of the printers, of the service"
    Console().print(table)
    ratio = printers.rate / service.rate
    print(
        f"The printers can take {ratio:.1f} times what the service delivers; at least {HEADROOM_MIN:.0f} is wanted."
    )
    print(
        f"On a core of their own, which other load does not change, it would be at least"
        f" {service_processor / printers.processor:.1f} times."
    )


def _capacity_of_printers() -> Capacity:
    with tempfile.TemporaryDirectory() as folder, printer_process(PRINTERS, Path(folder)) as fleet:
        before = processor_seconds(fleet.pid)
        seconds = asyncio.run(_send_tickets(list(fleet.addresses.values()), TICKETS))
        processor = processor_seconds(fleet.pid) - before
        sheets = fleet.sheets()
    if sheets != TICKETS:
        raise AssertionError(f"{sheets} sheets came out for {TICKETS} tickets")
    return Capacity(TICKETS / seconds, processor / TICKETS * 1000)


def _capacity_of_sinks() -> Capacity:
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run_sinks, args=(PRINTERS, there))
    process.start()
    addresses: list[str] = here.recv()
    seconds = asyncio.run(_send_tickets(addresses, TICKETS))
    here.send("enough")
    processor: float = here.recv()
    process.join()
    return Capacity(TICKETS / seconds, processor / TICKETS * 1000)


def _run_sinks(count: int, bench: Connection) -> None:
    asyncio.run(_sinks(count, bench))


async def _sinks(count: int, bench: Connection) -> None:
    """Read, and answer a ticket's worth of bytes with as many bytes as a printer would."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        owed = 0
        while data := await reader.read(65536):
            owed += len(data)
            while owed >= len(SENT):
                owed -= len(SENT)
                writer.write(b"\x00" * ANSWERS_BYTES_MIN)
        writer.close()

    servers = [await asyncio.start_server(swallow, "127.0.0.1", 0) for _ in range(count)]
    bench.send([f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers])
    before = time.process_time()
    await asyncio.to_thread(bench.recv)
    bench.send(time.process_time() - before)


async def _send_tickets(addresses: list[str], tickets: int) -> float:
    """Send the tickets, spread over the addresses; return how many seconds that took."""

    async def lane(address: str, share: int) -> None:
        host, port = address.rsplit(":", 1)
        for _ in range(share):
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(SENT)
            await reader.readexactly(ANSWERS_BYTES_MIN)
            writer.close()
            await writer.wait_closed()

    shares = [tickets // len(addresses) + (at < tickets % len(addresses)) for at in range(len(addresses))]
    started = time.perf_counter()
    async with asyncio.timeout(SEND_SECONDS_MAX):
        await asyncio.gather(
            *(lane(address, share) for address, share in zip(addresses, shares, strict=True))
        )
    return time.perf_counter() - started
