"""What the service costs while nothing is ordered, with few printers and with a thousand, from outside the process.

Of a thousand configured printers only the first few were ever asked anything; the others are idle, as most are in
most minutes. They must cost no statement, and next to no processor time.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow
from rich.console import Console
from rich.table import Table

from bench.processor import processor_seconds
from kitchen_demo.edge import Edge, Prepared, new_database, prepared_database, running_edge
from kitchen_demo.postgres import GivenPostgres, Postgres, open_postgres

SETTLE_SECONDS: Final = 3.0
MEASURE_SECONDS: Final = 20.0
READY_SECONDS_MAX: Final = 60.0
MANY: Final = 1_000
LIMITS: Final = {"queries a second": 3.0, "per cent of a core": 2.0, "MiB resident": 120.0}

_IDLE_PRINTERS = """
INSERT INTO station_printers (station_code, printer_ip)
SELECT 'IDLE ' || n, '127.0.0.1:' || 20000 + n FROM generate_series(1, %s) n
"""
_ALL_SERVED = "SELECT count(*) FILTER (WHERE owner IS NOT NULL) >= %s FROM lanes"


def run() -> None:
    """Measure and print the figures with few printers and with many beside their limits."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
    ):
        few, many = asyncio.run(_measure(dsn, prepared, postgres, Path(scratch) / "service.log"))
    table = Table("figure", "few printers", f"{MANY:,} printers", "limit")
    for name, figure in few.items():
        limit = f"{LIMITS[name]:.0f}" if name in LIMITS else ""
        table.add_row(name, f"{figure:.2f}", f"{many[name]:.2f}", limit)
    Console().print(table)


async def _measure(
    dsn: str, prepared: Prepared, postgres: Postgres, log: Path
) -> tuple[dict[str, float], dict[str, float]]:
    async with running_edge(dsn, prepared, log) as edge:
        await asyncio.to_thread(edge.service.wait_until_healthy)
        with psycopg.connect(dsn, autocommit=True) as connection:
            few = await _at_rest(edge, postgres, connection)
            connection.execute(_IDLE_PRINTERS.encode(), [MANY - len(edge.printers)])
            async with asyncio.timeout(READY_SECONDS_MAX):
                while not _answer(connection, _ALL_SERVED, [MANY]):  # noqa: ASYNC110  # another process' record
                    await asyncio.sleep(0.1)
            return few, await _at_rest(edge, postgres, connection)


async def _at_rest(
    edge: Edge, postgres: Postgres, connection: psycopg.Connection[TupleRow]
) -> dict[str, float]:
    await asyncio.sleep(SETTLE_SECONDS)
    server = None if isinstance(postgres, GivenPostgres) else postgres.pid
    queries, cpu, began = _queries(connection), processor_seconds(edge.service.pid), time.monotonic()
    server_cpu = processor_seconds(server) if server else 0.0
    await asyncio.sleep(MEASURE_SECONDS)
    seconds = time.monotonic() - began
    return {
        "queries a second": (_queries(connection) - queries) / seconds,
        "per cent of a core": (processor_seconds(edge.service.pid) - cpu) / seconds * 100,
        "PostgreSQL, per cent of a core": (
            (processor_seconds(server) - server_cpu) / seconds * 100 if server else float("nan")
        ),
        "MiB resident": _resident_mib(edge.service.pid),
    }


_TRANSACTIONS = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


def _queries(connection: psycopg.Connection[TupleRow]) -> int:
    """Return the transactions of the database so far; at rest each is one statement. Ours are counted too."""
    connection.execute("SELECT pg_stat_clear_snapshot()")
    return int(_answer(connection, _TRANSACTIONS, []))


def _answer(connection: psycopg.Connection[TupleRow], question: str, values: list[int]) -> int:
    row = connection.execute(question.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no VmRSS for process {pid}")
