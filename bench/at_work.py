"""A kitchen at work, for measurements of what disturbs it: all its parts are processes of their own."""

import os
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from bench.printers import PrinterProcess, printer_process
from kitchen_demo.edge import new_database, prepared_database, set_routes
from kitchen_demo.postgres import open_postgres
from kitchen_demo.service_process import ServiceProcess

POLL_SECONDS: Final = 0.05
DRAIN_SECONDS_MAX: Final = 300.0

_ORDER = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label, bill_number, server_name, guests)
    SELECT n, 1, (%(stations)s::text[])[1 + n %% cardinality(%(stations)s::text[])], (n %% 40 + 1)::text, n::text,
           'Ana', 2
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
    RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name, note)
SELECT id, line, line, 'Grilled sea bass ' || line, CASE line WHEN 1 THEN 'sauce on the side' END
  FROM ticket, generate_series(1, 3) line
"""
_OVER = """
SELECT NOT EXISTS (SELECT FROM kitchen_tickets WHERE status IN ('NEW', 'PRINTING'))
"""
_TIMES = """
SELECT extract(epoch FROM printed_at - created_at)::float8 FROM kitchen_tickets
 WHERE bill_id BETWEEN %s AND %s AND status = 'PRINTED'
"""
_SPAN = """
SELECT extract(epoch FROM max(printed_at) - min(created_at))::float8, count(*) FILTER (WHERE status = 'PRINTED')
  FROM kitchen_tickets WHERE bill_id BETWEEN %s AND %s
"""


@dataclass(slots=True)
class AtWork:
    """A running kitchen to order from. Bills are numbered upwards from ``next_bill``."""

    dsn: str
    record: psycopg.Connection[TupleRow]
    service: ServiceProcess
    fleet: PrinterProcess
    next_bill: int = field(default=1)

    def order(self, tickets: int) -> range:
        """Order that many tickets in one commit, spread over all printers; return their bills."""
        bills = range(self.next_bill, self.next_bill + tickets)
        self.next_bill = bills.stop
        values = {"stations": list(self.fleet.addresses), "first": bills.start, "last": bills.stop - 1}
        self.record.execute(_ORDER, values)
        return bills

    def wait_until_over(self) -> None:
        """Return when nothing waits any more."""
        self.wait_until(lambda: self.record.execute(_OVER).fetchone() == (True,))

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Return when something has happened; raise when the service ends or it takes too long."""
        deadline = time.monotonic() + DRAIN_SECONDS_MAX
        while not happened():
            assert self.service.pid  # raises when it has ended
            if time.monotonic() > deadline:
                raise TimeoutError(f"not after {DRAIN_SECONDS_MAX:.0f} s: {self.service.log_end()}")
            time.sleep(POLL_SECONDS)

    def rate_of(self, bills: range) -> float:
        """Return the tickets a second at which those bills were brought to paper, from their commit on."""
        row = self.record.execute(_SPAN, [bills.start, bills.stop - 1]).fetchone()
        assert row is not None
        assert row[1] == len(bills), f"{row[1]} of {len(bills)} tickets were printed"
        return len(bills) / float(row[0])

    def seconds_of(self, bills: range) -> list[float]:
        """Return how long each ticket took from its commit to its proof on record."""
        rows = self.record.execute(_TIMES, [bills.start, bills.stop - 1]).fetchall()
        return [float(seconds) for (seconds,) in rows]


@contextmanager
def at_work(
    printers: int, environment: Mapping[str, str] | None = None, before: Callable[[str], None] | None = None
) -> Generator[AtWork, None, None]:
    """Run a kitchen; ``before`` may fill its database before the service starts."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
        printer_process(printers, Path(folder)) as fleet,
        psycopg.connect(dsn, autocommit=True) as record,
    ):
        if before is not None:
            before(dsn)
        set_routes(dsn, fleet.addresses)
        service = ServiceProcess(prepared.service_dsn, Path(folder) / "service.log", environment)
        service.start()
        try:
            service.wait_until_healthy()
            yield AtWork(dsn, record, service, fleet)
        finally:
            service.stop()
