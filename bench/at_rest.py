"""What the service costs while nothing is ordered: three idle printers, measured from outside the process."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg
from rich.console import Console
from rich.table import Table

from kitchen_demo.edge import Prepared, new_database, prepared_database, running_edge
from kitchen_demo.postgres import open_postgres

SETTLE_SECONDS: Final = 3.0
MEASURE_SECONDS: Final = 20.0
LIMITS: Final = {"queries a second": 3.0, "per cent of a core": 2.0, "MiB resident": 120.0}


def run() -> None:
    """Measure and print the three figures beside their limits."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
    ):
        figures = asyncio.run(_measure(dsn, prepared, Path(scratch) / "service.log"))
    table = Table("figure", "measured", "limit")
    for name, limit in LIMITS.items():
        table.add_row(name, f"{figures[name]:.2f}", f"{limit:.0f}")
    Console().print(table)


async def _measure(dsn: str, prepared: Prepared, log: Path) -> dict[str, float]:

    async with running_edge(dsn, prepared, log) as edge:
        await asyncio.to_thread(edge.service.wait_until_healthy)
        await asyncio.sleep(SETTLE_SECONDS)
        with psycopg.connect(dsn, autocommit=True) as connection:
            queries, cpu, began = _queries(connection), _cpu_seconds(edge.service.pid), time.monotonic()
            await asyncio.sleep(MEASURE_SECONDS)
            seconds = time.monotonic() - began
            return {
                "queries a second": (_queries(connection) - queries) / seconds,
                "per cent of a core": (_cpu_seconds(edge.service.pid) - cpu) / seconds * 100,
                "MiB resident": _resident_mib(edge.service.pid),
            }


def _queries(connection: psycopg.Connection[tuple[int, ...]]) -> int:
    """Return the transactions of the database so far; at rest each is one statement. Ours are counted too."""
    connection.execute("SELECT pg_stat_clear_snapshot()")
    row = connection.execute(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    return row[0] if row else 0


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no VmRSS for process {pid}")
