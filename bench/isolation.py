"""What broken printers cost the others: six printers, three of them broken in every second turn.

One does not answer connections (unplugged), one is out of paper, one answers garbage; each has tickets waiting. What is
measured is the time from a ticket's commit to PRINTED at the three that are well, by the database's clock.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Final

import psycopg
from psycopg.rows import TupleRow
from rich.console import Console
from rich.table import Table

from kitchen_demo.edge import new_database, prepared_database, set_routes
from kitchen_demo.postgres import open_postgres
from kitchen_demo.service_process import ServiceProcess
from virtual_printer import VirtualPrinter
from virtual_printer.faults import Fault

WELL: Final = ("BAR", "KITCHEN", "DESSERT")
BROKEN: Final = ("GRILL", "SUSHI", "PATIO")
ROUNDS: Final = 20
TICKETS: Final = 120
"""In each turn, on the printers that are well: 2,400 in calm and as many with faults, for a p95 that no stall moves."""

INTERVAL_SECONDS: Final = 0.05
SPEED_MM_S: Final = 1000.0
WAITING: Final = 5
"""Tickets that wait at each broken printer in a turn with faults."""

SETTLE_SECONDS: Final = 4.0
"""So long a broken printer takes to be known as such: three seconds until a connection counts as failed."""

OVER_SECONDS_MAX: Final = 60.0
RATIO_MAX: Final = 1.15
EXTRA_SECONDS_MAX: Final = 2.0
RESAMPLES: Final = 2_000

Connection = psycopg.Connection[TupleRow]

_ORDER = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label) VALUES (%s, 1, %s, '7') RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name)
SELECT id, n, 1, 'Grilled sea bass ' || n FROM ticket, generate_series(1, 3) n RETURNING kitchen_ticket_id
"""
_OVER = "SELECT NOT EXISTS (SELECT FROM kitchen_tickets WHERE id = ANY(%s) AND status <> 'PRINTED')"
_DELAYS = "SELECT extract(epoch FROM printed_at - created_at)::float8 FROM kitchen_tickets WHERE id = ANY(%s)"


@dataclass(slots=True)
class Delays:
    """Seconds from commit to PRINTED, turn by turn."""

    calm: list[list[float]] = field(default_factory=list[list[float]])
    faulty: list[list[float]] = field(default_factory=list[list[float]])


def run() -> None:
    """Print the delays in calm and with broken printers, and their ratio with its interval."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
    ):
        delays = asyncio.run(_measure(dsn, prepared.service_dsn, Path(folder) / "service.log"))
    _show(delays)


async def _measure(dsn: str, service_dsn: str, log: Path) -> Delays:
    async with AsyncExitStack() as stack:
        printers = {
            station: await stack.enter_async_context(VirtualPrinter(name=station, speed_mm_s=SPEED_MM_S))
            for station in WELL + BROKEN
        }
        set_routes(dsn, {station: printer.address for station, printer in printers.items()})
        record = stack.enter_context(psycopg.connect(dsn, autocommit=True))
        service = ServiceProcess(service_dsn, log)
        stack.callback(service.stop)
        service.start()
        await asyncio.to_thread(service.wait_until_healthy)
        turns = _Turns(record, printers)
        await turns.calm()  # The first one only makes everybody acquainted.
        delays = Delays()
        for _ in range(ROUNDS):
            delays.calm.append(await turns.calm())
            delays.faulty.append(await turns.faulty())
        return delays


class _Turns:
    """One turn after the other: tickets at a steady pace, in calm or beside broken printers."""

    def __init__(self, record: Connection, printers: dict[str, VirtualPrinter]) -> None:
        self._record = record
        self._printers = printers
        self._bill = 0

    async def calm(self) -> list[float]:
        """All printers are well, and those that will be broken print as many tickets as wait for them then."""
        others = [self._order(station) for station in BROKEN for _ in range(WAITING)]
        await asyncio.sleep(SETTLE_SECONDS)
        delays = await self._paced()
        await self._until_over(others)
        return delays

    async def faulty(self) -> list[float]:
        """Three printers are broken, and tickets wait for them; in the end they are repaired and print."""
        unplugged, out_of_paper, garbage = (self._printers[station] for station in BROKEN)
        unplugged.causes.add(Fault(name="busy", params={"mode": "timeout"}))
        out_of_paper.causes.paper_out_at_line(0)
        garbage.causes.add(Fault(name="junk", params={"count": 40}))
        waiting = [self._order(station) for station in BROKEN for _ in range(WAITING)]
        await asyncio.sleep(SETTLE_SECONDS)
        delays = await self._paced()
        assert not self._answer(_OVER, waiting), "the broken printers print: nothing was measured"
        for printer in (unplugged, out_of_paper, garbage):
            printer.causes.refill()
            printer.causes.remove_all()
        await self._until_over(waiting)
        return delays

    async def _paced(self) -> list[float]:
        tickets: list[int] = []
        for n in range(TICKETS):
            tickets.append(self._order(WELL[n % len(WELL)]))
            await asyncio.sleep(INTERVAL_SECONDS)
        await self._until_over(tickets)
        return [row[0] for row in self._record.execute(_DELAYS, [tickets])]

    def _order(self, station: str) -> int:
        self._bill += 1
        row = self._record.execute(_ORDER, [self._bill, station]).fetchone()
        assert row is not None
        return int(row[0])

    async def _until_over(self, tickets: list[int]) -> None:
        async with asyncio.timeout(OVER_SECONDS_MAX):
            while not self._answer(_OVER, tickets):  # noqa: ASYNC110  # another process' record
                await asyncio.sleep(0.02)

    def _answer(self, question: str, tickets: list[int]) -> bool:
        row = self._record.execute(question.encode(), [tickets]).fetchone()
        return row is not None and bool(row[0])


def _show(delays: Delays) -> None:
    table = Table("delay, ms", "in calm", "beside three broken printers", "ratio, 95 % interval", "limit")
    for name, figure in (("median", median), ("p95", _p95)):
        calm, faulty = figure(_flat(delays.calm)), figure(_flat(delays.faulty))
        low, high = _interval(delays, figure)
        ratio = f"{faulty / calm:.2f} ({low:.2f} to {high:.2f})"
        table.add_row(name, f"{calm * 1000:.1f}", f"{faulty * 1000:.1f}", ratio, f"{RATIO_MAX}")
    calm, faulty = max(_flat(delays.calm)), max(_flat(delays.faulty))
    extra = f"{faulty - calm:+.2f} s"
    table.add_row("longest", f"{calm * 1000:.1f}", f"{faulty * 1000:.1f}", extra, f"+{EXTRA_SECONDS_MAX} s")
    Console(width=120).print(table)


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _flat(turns: Sequence[Sequence[float]]) -> list[float]:
    return [each for turn in turns for each in turn]


def _interval(delays: Delays, figure: Callable[[Sequence[float]], float]) -> tuple[float, float]:
    """Return the interval of the ratio: rounds are drawn anew, since turns of one round share their weather."""
    random, ratios = Random(1), list[float]()
    for _ in range(RESAMPLES):
        drawn = random.choices(range(ROUNDS), k=ROUNDS)
        calm = figure(_flat([delays.calm[each] for each in drawn]))
        faulty = figure(_flat([delays.faulty[each] for each in drawn]))
        ratios.append(faulty / calm)
    ratios.sort()
    return ratios[int(RESAMPLES * 0.025)], ratios[int(RESAMPLES * 0.975)]
