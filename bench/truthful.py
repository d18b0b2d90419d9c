"""Does ``/metrics`` tell the truth while everything goes wrong? Once a second it is compared with the database."""

import asyncio
import os
import random
import signal
import tempfile
import time
import urllib.request
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from prometheus_client.parser import text_string_to_metric_families
from psycopg.rows import TupleRow
from rich.console import Console
from rich.table import Table

from kitchen_demo.edge import prepared_database, set_routes
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from virtual_printer import VirtualPrinter

CHAOS_SECONDS: Final = 90.0
PRINTERS: Final = 4
SAMPLE_SECONDS: Final = 1.0
WINDOW_SECONDS_MAX: Final = 5.0
ROUNDING_SECONDS: Final = 0.2
"""Between the two readings of a sample time goes by, and the database is read first."""
RESTART: Final = "restart of the database"

_TRUTH = """
SELECT count(*) FILTER (WHERE status = 'FAILED'),
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE status IN ('NEW', 'PRINTING'))), 0)::float8
  FROM kitchen_tickets WHERE status <> 'PRINTED'
"""
_ORDER = """
WITH t AS (INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (%s, %s) RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name) SELECT id, 1, 'Soup' FROM t
"""
_FAIL_ONE = """
UPDATE kitchen_tickets SET status = 'FAILED', failed_reason = 'partial'
 WHERE id = (SELECT max(id) FROM kitchen_tickets WHERE status = 'PRINTED')
"""

Connection = psycopg.AsyncConnection[TupleRow]


@dataclass(slots=True)
class Compared:
    """What the samples showed."""

    samples: int = 0
    unanswered: int = 0
    behind: list[float] = field(default_factory=list[float])
    """Moments at which the page showed fewer FAILED, or a younger oldest ticket, than the database."""

    failed_most: int = 0
    oldest_most: float = 0.0

    @property
    def longest_window(self) -> float:
        """The longest time in which every sample was behind."""
        longest = begin = last = -1.0
        for moment in self.behind:
            if last < 0 or moment - last > 1.5 * SAMPLE_SECONDS:
                begin = moment
            last, longest = moment, max(longest, moment - begin)
        return max(0.0, longest)


def run() -> None:
    """Print what was found beside the limit."""
    with embedded_postgres(find_programs_folder(os.environ), durable=True) as postgres:
        compared = asyncio.run(chaos(postgres.dsn(), CHAOS_SECONDS, stopping=postgres))
    table = Table("figure", "measured", "limit")
    table.add_row("samples that were compared", f"{compared.samples}", "")
    table.add_row("samples without an answer (stopped, frozen)", f"{compared.unanswered}", "")
    table.add_row("single samples behind the database", f"{len(compared.behind)}", "")
    table.add_row("longest time behind", f"{compared.longest_window:.1f} s", f"{WINDOW_SECONDS_MAX:.0f} s")
    table.caption = (
        f"at most {compared.failed_most} FAILED; the oldest ticket waited {compared.oldest_most:.0f} s"
    )
    Console().print(table)
    assert compared.samples > CHAOS_SECONDS / 3
    assert compared.longest_window < WINDOW_SECONDS_MAX


async def chaos(dsn: str, seconds: float, *, stopping: EmbeddedPostgres | None = None) -> Compared:
    """Let everything go wrong for that long, and compare all the while; ``stopping`` is stopped and started, too.

    ``dsn`` is the superuser's, of an empty database.
    """
    async with _kitchen(dsn) as (service, printers):
        disturbing = asyncio.create_task(_disturb(stopping, dsn, service, printers))
        ordering = asyncio.create_task(_order(dsn))
        try:
            return await _compare(dsn, service, seconds)
        finally:
            for task in (disturbing, ordering):
                task.cancel()
            restarting = [each for each in asyncio.all_tasks() if each.get_name() == RESTART]
            ends = await asyncio.gather(disturbing, ordering, *restarting, return_exceptions=True)
            os.kill(service.pid, signal.SIGCONT)
            broken = [each for each in ends if isinstance(each, Exception)]
            if broken:
                raise ExceptionGroup("the chaos itself broke", broken)


@asynccontextmanager
async def _kitchen(dsn: str) -> AsyncGenerator[tuple[ServiceProcess, list[VirtualPrinter]], None]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        prepared = stack.enter_context(prepared_database(dsn))
        printers = [await stack.enter_async_context(VirtualPrinter()) for _ in range(PRINTERS)]
        set_routes(dsn, {f"S{at}": printer.address for at, printer in enumerate(printers)})
        service = ServiceProcess(
            prepared.service_dsn, folder / "service.log", {"KITCHEN_GIVE_UP_SECONDS": "30"}
        )
        service.start()
        stack.callback(service.kill)
        await asyncio.to_thread(service.wait_until_healthy)
        yield service, printers


async def _order(dsn: str) -> None:
    for number in range(1, 1_000_000):
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(_ORDER, [number, f"S{number % PRINTERS}"])
                if number % 20 == 0:
                    await connection.execute(_FAIL_ONE)
        except psycopg.OperationalError:
            pass  # The database is away just now.
        await asyncio.sleep(0.2)


async def _disturb(
    postgres: EmbeddedPostgres | None, dsn: str, service: ServiceProcess, printers: Sequence[VirtualPrinter]
) -> None:
    chance = random.Random(7)
    while True:
        printer = chance.choice(printers)
        await asyncio.sleep(chance.uniform(0.5, 2))
        match chance.choice(["refuse", "cover", "freeze", "lock", "database"]):
            case "refuse":
                printer.causes.refuse()
                await asyncio.sleep(chance.uniform(2, 12))
                printer.causes.accept()
            case "cover":
                printer.causes.open_cover()
                await asyncio.sleep(chance.uniform(1, 6))
                printer.causes.close_cover()
            case "freeze":
                os.kill(service.pid, signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(0.5, 4))
                os.kill(service.pid, signal.SIGCONT)
            case "lock":
                await _lock_tickets(dsn, chance.uniform(0.5, 2))
            case _ if postgres is not None:
                await asyncio.shield(
                    asyncio.create_task(_restart(postgres, chance.uniform(0.5, 4)), name=RESTART)
                )
            case _:
                pass


async def _restart(postgres: EmbeddedPostgres, seconds: float) -> None:
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(seconds)
    postgres.start()  # It insists on the main thread; everything in this process waits meanwhile.


async def _lock_tickets(dsn: str, seconds: float) -> None:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("LOCK TABLE kitchen_tickets IN SHARE MODE")
        await asyncio.sleep(seconds)


async def _compare(dsn: str, service: ServiceProcess, seconds: float) -> Compared:
    compared = Compared()
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        await asyncio.sleep(SAMPLE_SECONDS)
        try:
            async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=2) as connection:
                row = await (await connection.execute(_TRUTH)).fetchone()
            failed, oldest = await asyncio.to_thread(_shown, service.health_address)
        except (psycopg.OperationalError, OSError):
            compared.unanswered += 1
            continue
        assert row is not None
        compared.samples += 1
        compared.failed_most = max(compared.failed_most, row[0])
        compared.oldest_most = max(compared.oldest_most, row[1])
        if failed < row[0] or oldest < row[1] - ROUNDING_SECONDS:
            compared.behind.append(time.monotonic() - began)
    return compared


def _shown(address: str) -> tuple[float, float]:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=1) as answer:
        page = answer.read().decode()
    values = {
        (sample.name, sample.labels.get("state", "")): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    return values.get(("kitchen_tickets", "FAILED"), 0.0), values.get(
        ("kitchen_oldest_unprinted_seconds", ""), 0.0
    )
