"""What a clock that is set does to the tickets that wait: an hour forward at boot, back again, forward while all runs.

PostgreSQL and the service share a clock that this measurement sets, by means of the library libfaketime; the printers,
and who measures, keep the right time.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from rich.console import Console
from rich.table import Table

from kitchen_demo.edge import prepared_database, set_routes
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from virtual_printer import VirtualPrinter

HOUR: Final = 3600
TICKETS: Final = 6
WAITING_SECONDS: Final = 5.0
"""So long tickets wait, in each step, for a printer that is off."""

OVER_SECONDS_MAX: Final = 60.0
LIBRARIES: Final = ("/usr/lib", "/usr/local/lib")
FAKETIME: Final = "libfaketime.so.1"

_ORDER = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, printer_target, table_label)
    SELECT %(first)s + n, %(station)s, '7' FROM generate_series(0, %(tickets)s - 1) n ORDER BY n RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name) SELECT id, 1, 'Soup' FROM ticket ORDER BY id
"""
_STATUSES = """
SELECT count(*) FILTER (WHERE status <> 'PRINTED'), count(*) FILTER (WHERE status = 'FAILED') FROM kitchen_tickets
"""


def run() -> None:
    """Print what became of the tickets in each step."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _clock(Path(folder) / "clock") as clock,
        embedded_postgres(find_programs_folder(os.environ), durable=True) as postgres,
        prepared_database(postgres.dsn()) as prepared,
    ):
        service = ServiceProcess(prepared.service_dsn, Path(folder) / "service.log")
        table = asyncio.run(_evening(clock, postgres, service))
    Console(width=120).print(table)


class _Clock:
    """The wall clock of every process that is started while this is told to the environment."""

    def __init__(self, told: Path) -> None:
        self._told = told
        self.set_forward(0)

    def set_forward(self, seconds: int) -> None:
        """Set it so far ahead of the right time."""
        written = self._told.with_suffix(".new")
        written.write_text(f"{seconds:+d}\n")
        written.rename(self._told)


@contextmanager
def _clock(told: Path) -> Generator[_Clock, None, None]:
    found = [path for root in LIBRARIES for path in sorted(Path(root).glob(f"**/{FAKETIME}"))]
    if not found:
        raise SystemExit(
            f"{FAKETIME} is not installed: install it (Debian's package is libfaketime) and try again."
        )
    variables = {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(told),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    clock = _Clock(told)
    os.environ.update(variables)
    try:
        yield clock
    finally:
        for name in variables:
            del os.environ[name]


async def _evening(clock: _Clock, postgres: EmbeddedPostgres, service: ServiceProcess) -> Table:
    table = Table("step", "waited for the printer", "FAILED", "then on paper after")
    async with AsyncExitStack() as stack:
        printer = await stack.enter_async_context(VirtualPrinter(name="KITCHEN"))
        set_routes(postgres.dsn(), {"KITCHEN": printer.address})
        stack.callback(service.stop)
        steps = _Steps(postgres.dsn(), printer, table)

        await _boot(service)
        await steps.wait("at the right time")
        service.kill()
        postgres.stop(Stop.KILL)
        clock.set_forward(HOUR)
        postgres.start()
        await _boot(service)
        await steps.print("the power was cut; at boot the clock is an hour ahead")

        await steps.wait("an hour ahead")
        service.kill()
        clock.set_forward(0)
        await _boot(service)
        await steps.print("the service was killed; the clock was set right before it started again")

        await steps.wait("at the right time")
        clock.set_forward(HOUR)
        await steps.print("the clock was set an hour forward while all ran")

        await steps.wait("an hour ahead")
        clock.set_forward(0)
        await steps.print("the clock was set an hour back while all ran")
    return table


async def _boot(service: ServiceProcess) -> None:
    service.start()
    await asyncio.to_thread(service.wait_until_healthy)


class _Steps:
    """Tickets wait for a printer that is off, something happens to the clock, and the printer comes back."""

    def __init__(self, dsn: str, printer: VirtualPrinter, table: Table) -> None:
        self._dsn = dsn
        self._printer = printer
        self._table = table
        self._ordered = 0

    async def wait(self, when: str) -> None:
        """Order what cannot be printed now, and see that it waits."""
        self._printer.causes.refuse()
        self._order()
        await asyncio.sleep(WAITING_SECONDS)
        self._table.add_row(
            f"{TICKETS} tickets ordered {when}", f"{WAITING_SECONDS:.0f} s", f"{self._failed()}", ""
        )

    async def print(self, happened: str) -> None:
        """More is ordered; then the printer comes back, and everything must come out of it in order."""
        self._order()
        await asyncio.sleep(WAITING_SECONDS)
        failed = self._failed()
        self._printer.causes.accept()
        began = time.monotonic()
        async with asyncio.timeout(OVER_SECONDS_MAX):
            while self._count()[0]:  # noqa: ASYNC110  # another process' record
                await asyncio.sleep(0.05)
        seconds = time.monotonic() - began
        self._table.add_row(happened, f"{WAITING_SECONDS:.0f} s", f"{failed}", f"{seconds:.1f} s")
        assert failed == 0
        assert self._on_paper() == self._on_record()

    def _order(self) -> None:
        with psycopg.connect(self._dsn) as connection:
            connection.execute(_ORDER, {"first": self._ordered + 1, "station": "KITCHEN", "tickets": TICKETS})
        self._ordered += TICKETS

    def _failed(self) -> int:
        return self._count()[1]

    def _count(self) -> tuple[int, int]:
        with psycopg.connect(self._dsn) as connection:
            row = connection.execute(_STATUSES).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])

    def _on_record(self) -> list[int]:
        with psycopg.connect(self._dsn) as connection:
            return [row[0] for row in connection.execute("SELECT id FROM kitchen_tickets ORDER BY id")]

    def _on_paper(self) -> list[int]:
        """The tickets' ids in the order of their papers; lists of what waited are no tickets."""
        footers = [sheet.lines[-1] for sheet in self._printer.paper.sheets]
        return [int(each[1:].partition("-")[0]) for each in footers if not each.startswith("#N")]
