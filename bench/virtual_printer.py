"""How fast 64 virtual printers in one process take tickets, beside a sink that only reads and beside the service.

The question is whether a benchmark of the service measures the service or these printers. A sender that decides and
records nothing takes the service's place; it says the service's bytes in the service's turns. The three are measured
in turns, round after round, because other load on the machine comes and goes. Processor time says what each would do
on a core of its own, and changes less with other load than the clock does.
"""

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.conversation import TURNS, send_tickets
from bench.drain import drain
from bench.printers import printer_process
from bench.processor import processor_seconds

PRINTERS: Final = 64
TICKETS: Final = 5_000
ROUNDS: Final = 5
HEADROOM_MIN: Final = 3.0
"""The printers must be this much faster than what is measured against them."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Tickets a second by the clock, and the own processor seconds per 1,000 tickets of whom the row is about."""

    rate: float
    processor: float


@dataclass(frozen=True, slots=True)
class Round:
    """The three measured one after the other; ``driven`` is the printers' part while the service drove them."""

    sinks: Capacity
    printers: Capacity
    service: Capacity
    driven: Capacity


def run() -> None:
    """Print the rates, and how much faster than the service the printers are."""
    rounds: list[Round] = []
    for number in range(ROUNDS):
        rounds.append(_round())
        print(f"round {number + 1} of {ROUNDS}: {_clock(rounds[-1]):.1f} times by the clock", flush=True)
    _show(rounds)


def _clock(each: Round) -> float:
    return each.printers.rate / each.service.rate


def _processor(each: Round) -> float:
    return each.service.processor / each.printers.processor


def _show(rounds: Sequence[Round]) -> None:
    table = Table(
        "what",
        "tickets a second",
        "processor seconds per 1,000 tickets",
        title=f"{TICKETS} tickets, {PRINTERS} printers, one connection per ticket, {ROUNDS} rounds: median (range)",
    )
    rows: tuple[tuple[str, Callable[[Round], Capacity]], ...] = (
        ("sender to byte sinks: the sinks", lambda each: each.sinks),
        ("sender to virtual printers: the printers", lambda each: each.printers),
        ("service to virtual printers: the service", lambda each: each.service),
        ("service to virtual printers: the printers", lambda each: each.driven),
    )
    for what, of in rows:
        table.add_row(
            what,
            _spread([of(each).rate for each in rounds], ".0f"),
            _spread([of(each).processor for each in rounds], ".2f"),
        )
    Console().print(table)
    print(
        f"The printers can take {_spread([_clock(each) for each in rounds], '.1f')} times what the service delivers,"
    )
    print(f"{_spread([_processor(each) for each in rounds], '.1f')} times by processor time;", end=" ")
    print(f"at least {HEADROOM_MIN:.0f} is wanted.")


def _spread(values: Sequence[float], form: str) -> str:
    return f"{median(values):{form}} ({min(values):{form}}-{max(values):{form}})"


def _round() -> Round:
    sinks, printers = _capacity_of_sinks(), _capacity_of_printers()
    service = drain(PRINTERS, TICKETS)
    per_thousand = {party: seconds / service.tickets * 1000 for party, seconds in service.processor.items()}
    return Round(
        sinks=sinks,
        printers=printers,
        service=Capacity(service.rate, per_thousand["service"]),
        driven=Capacity(service.rate, per_thousand["printers"]),
    )


def _capacity_of_printers() -> Capacity:
    with tempfile.TemporaryDirectory() as folder, printer_process(PRINTERS, Path(folder)) as fleet:
        before = processor_seconds(fleet.pid)
        seconds = send_tickets(list(fleet.addresses.values()), TICKETS)
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
    seconds = send_tickets(addresses, TICKETS)
    here.send("enough")
    processor: float = here.recv()
    process.join()
    return Capacity(TICKETS / seconds, processor / TICKETS * 1000)


def _run_sinks(count: int, bench: Connection) -> None:
    asyncio.run(_sinks(count, bench))


async def _sinks(count: int, bench: Connection) -> None:
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(_ByteSink, "127.0.0.1", 0) for _ in range(count)]
    bench.send([f"127.0.0.1:{server.sockets[0].getsockname()[1]}" for server in servers])
    before = time.process_time()
    await asyncio.to_thread(bench.recv)
    bench.send(time.process_time() - before)


class _ByteSink(asyncio.Protocol):
    """Counts the bytes of a turn, and answers it with as many zeros as the sender waits for."""

    def __init__(self) -> None:
        self._turn = 0
        self._owed = len(TURNS[0].said)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._owed -= len(data)
        if self._owed == 0:
            turn = TURNS[self._turn]
            self._transport.write(bytes(max(turn.answer_bytes, turn.answer_blocks)))
            self._turn += 1
            self._owed = len(TURNS[self._turn].said) if self._turn < len(TURNS) else 0
