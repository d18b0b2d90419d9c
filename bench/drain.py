"""How many tickets a second the service delivers: a backlog that waits for it, printers that cost no time.

PostgreSQL keeps every commit, and PostgreSQL, service and printers are processes of their own on this one machine.
"""

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow
from rich.console import Console
from rich.table import Table

from bench.printers import PrinterProcess, printer_process
from bench.processor import processor_seconds
from kitchen_demo.edge import new_database, prepared_database, set_routes
from kitchen_demo.postgres import GivenPostgres, Postgres, open_postgres
from kitchen_demo.service_process import ServiceProcess

PRINTERS: Final = 16
TICKETS: Final = 2_000
DRAIN_SECONDS_MAX: Final = 300.0
POLL_SECONDS: Final = 0.1
LINES: Final = 3
"""Dishes on a ticket: what a table orders at one station."""

Connection = psycopg.Connection[TupleRow]

_ORDER = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label, bill_number, server_name, guests)
    SELECT n, 1, (%(stations)s::text[])[1 + n %% cardinality(%(stations)s::text[])], (n %% 40 + 1)::text, n::text,
           'Ana', 2
      FROM generate_series(1, %(tickets)s) n
    RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name, note)
SELECT id, line, line, 'Grilled sea bass ' || line, CASE line WHEN 1 THEN 'sauce on the side' END
  FROM ticket, generate_series(1, %(lines)s) line
"""
_BEGUN = "SELECT EXISTS (SELECT FROM print_attempts)"
_OVER = "SELECT NOT EXISTS (SELECT FROM kitchen_tickets WHERE status NOT IN ('PRINTED', 'FAILED'))"
_DRAINED = """
SELECT extract(epoch FROM max(printed_at) - (SELECT min(started_at) FROM print_attempts))::float8,
       count(*) FILTER (WHERE status = 'PRINTED'), (SELECT count(*) FROM print_attempts)
  FROM kitchen_tickets
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drained:
    """A backlog that was worked off; ``seconds`` run from the first claim to the last PRINTED, by the database's clock.

    ``processor`` holds the processor seconds of each party in that time.
    """

    printers: int
    tickets: int
    attempts: int
    sheets: int
    seconds: float
    processor: dict[str, float]

    @property
    def rate(self) -> float:
        """Tickets a second."""
        return self.tickets / self.seconds


def run() -> None:
    """Print the figures for 16 printers."""
    show(drain(PRINTERS, TICKETS))


def show(drained: Drained) -> None:
    """Print the figures as a table."""
    table = Table("party", "processor seconds per 1,000 tickets", "share of a core", title=_title(drained))
    for party, seconds in drained.processor.items():
        table.add_row(party, f"{seconds / drained.tickets * 1000:.2f}", f"{seconds / drained.seconds:.0%}")
    Console().print(table)


def _title(drained: Drained) -> str:
    return (
        f"{drained.tickets} tickets on {drained.printers} printers in {drained.seconds:.1f} s:"
        f" {drained.rate:.0f} tickets a second, {drained.attempts} attempts"
    )


def drain(printers: int, tickets: int) -> Drained:
    """Put a backlog into the database, start the service, wait until the backlog is on paper."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
        printer_process(printers, Path(folder)) as fleet,
        psycopg.connect(dsn, autocommit=True) as record,
    ):
        set_routes(dsn, fleet.addresses)
        record.execute(_ORDER, {"stations": list(fleet.addresses), "tickets": tickets, "lines": LINES})
        record.execute("VACUUM ANALYZE")
        service = ServiceProcess(prepared.service_dsn, Path(folder) / "service.log")
        service.start()
        try:
            return _measured(record, postgres, service, fleet)
        finally:
            service.stop()


def _measured(
    record: Connection, postgres: Postgres, service: ServiceProcess, fleet: PrinterProcess
) -> Drained:
    pids = {"service": service.pid, "printers": fleet.pid}
    if not isinstance(postgres, GivenPostgres):
        pids["PostgreSQL"] = postgres.pid
    _wait_until(lambda: _is(record, _BEGUN), service)
    before = {party: processor_seconds(pid) for party, pid in pids.items()}
    _wait_until(lambda: _is(record, _OVER), service)
    processor = {party: processor_seconds(pid) - before[party] for party, pid in pids.items()}
    row = record.execute(_DRAINED).fetchone()
    assert row is not None
    seconds, printed, attempts = row
    return Drained(
        printers=len(fleet.addresses),
        tickets=printed,
        attempts=attempts,
        sheets=fleet.sheets(),
        seconds=seconds,
        processor=processor,
    )


def _is(record: Connection, question: str) -> bool:
    row = record.execute(question.encode()).fetchone()
    return row is not None and bool(row[0])


def _wait_until(happened: Callable[[], bool], service: ServiceProcess) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS_MAX
    while not happened():
        assert service.pid  # raises when it has ended
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"the backlog is not on paper after {DRAIN_SECONDS_MAX:.0f} s: {service.log_end()}"
            )
        time.sleep(POLL_SECONDS)
