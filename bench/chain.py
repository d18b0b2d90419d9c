"""Two edges, each with its own service and printer, and one central database that collects the record of both.

PostgreSQL's own logical replication does it; the commands are those of docs/chains.md. On the way the central server is
away for a while: the edges print on, and what they did arrives afterwards.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console

from bench.customer import Customer, kept_in, open_tickets, wait_until_drained
from bench.printers import printer_process
from kitchen_demo.edge import set_routes
from kitchen_demo.logins import create_login
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

ROOT: Final = Path(__file__).resolve().parents[1]
GUIDE: Final = (ROOT / "docs" / "chains.md").read_text(encoding="utf-8")


def _block(language: str, what: str) -> str:
    """Return the block of the guide that holds ``what``."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return next(each for each in blocks if what in each)


SETTLE_IN: Final = re.sub(r"--.*", "", _block("sql", "wal_level")).split(";")
"""What the guide lets every edge be told: two settings, then what it publishes."""

EDGES: Final = (17, 18)
ORDERS_PER_SECOND: Final = 10.0
PHASE_SECONDS: Final = 6.0
ARRIVE_SECONDS_MAX: Final = 60.0

TABLES: Final = ("kitchen_tickets", "kitchen_ticket_items", "print_jobs", "print_attempts", "print_events")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """Rows of each table at the edges together and in the central database; how long the last took to arrive."""

    at_edges: dict[str, int]
    centrally: dict[str, int]
    lag_seconds: float
    catch_up_seconds: float
    wal_bytes_per_ticket: float
    tickets_by_edge: dict[int, int]


def run() -> None:
    """Print what arrived, and fail if anything did not."""
    collected = collect()
    say = Console(width=140).print
    say(f"tickets in the central database, by edge: {collected.tickets_by_edge}")
    say(f"rows at the edges: {collected.at_edges}")
    say(f"rows centrally:    {collected.centrally}")
    say(f"the last row arrived {collected.lag_seconds:.2f} s after it was printed")
    say(
        f"after {PHASE_SECONDS:.0f} s without the central server all was there in {collected.catch_up_seconds:.1f} s"
    )
    say(f"WAL per ticket of one dish: {collected.wal_bytes_per_ticket / 1024:.1f} kB")
    assert collected.at_edges == collected.centrally


def collect() -> Collected:
    """Let two edges print, with and without the central server."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        central = stack.enter_context(_server())
        edges = {edge: stack.enter_context(_edge(edge, scratch)) for edge in EDGES}
        for edge, server in edges.items():
            _execute(server, SETTLE_IN[2])
            _in_shell(_block("sh", "CREATE SUBSCRIPTION"), edge, server, central)
        before = sum(_wal(each) for each in edges.values())
        _order(edges)
        ended = time.monotonic()
        _wait_until_equal(edges, central)
        lag = time.monotonic() - ended
        central.stop()
        _order(edges, first=10_001)
        wal = sum(_wal(each) for each in edges.values()) - before
        central.start()
        began = time.monotonic()
        _wait_until_equal(edges, central)
        return Collected(
            at_edges=_total(edges),
            centrally=_counts(central),
            lag_seconds=lag,
            catch_up_seconds=time.monotonic() - began,
            wal_bytes_per_ticket=wal / _counts(central)["kitchen_tickets"],
            tickets_by_edge={edge: _tickets_of(central, edge) for edge in EDGES},
        )


@contextmanager
def _server() -> Generator[EmbeddedPostgres, None, None]:
    with embedded_postgres(find_programs_folder(os.environ), durable=True) as server:
        yield server


@contextmanager
def _edge(number: int, scratch: Path) -> Generator[EmbeddedPostgres, None, None]:
    """An edge that prints: a database with keys of its own, a printer and a service."""
    folder = scratch / f"edge-{number}"
    folder.mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(_server())
        for statement in SETTLE_IN[:2]:
            _execute(server, statement)
        server.stop()
        server.start()
        migrate(server.dsn())
        _in_shell(_block("sh", "edge-keys"), number, server)
        with psycopg.connect(server.dsn()) as connection:
            login = create_login(connection, "kitchen_service")
        fleet = stack.enter_context(printer_process(1, folder, names=["BAR"]))
        set_routes(server.dsn(), fleet.addresses)
        service = ServiceProcess(login.dsn(server.dsn()), folder / "service.log")
        stack.callback(service.stop)
        service.start()
        service.wait_until_healthy()
        yield server


def _order(edges: dict[int, EmbeddedPostgres], first: int = 1) -> None:
    """Order at both edges at once, the same bills with the same numbers, until all is on paper."""
    customers = [Customer(each.dsn(), ["BAR"], ORDERS_PER_SECOND, first) for each in edges.values()]
    for customer in customers:
        customer.start()
    time.sleep(PHASE_SECONDS)
    for customer, server in zip(customers, edges.values(), strict=True):
        ordered = customer.stop()
        assert ordered.acknowledged.keys() <= kept_in(server.dsn())
        wait_until_drained(server.dsn(), ARRIVE_SECONDS_MAX)
        assert open_tickets(server.dsn()) == 0


def _wait_until_equal(edges: dict[int, EmbeddedPostgres], central: EmbeddedPostgres) -> None:
    deadline = time.monotonic() + ARRIVE_SECONDS_MAX
    while _total(edges) != _counts(central):
        if time.monotonic() > deadline:
            raise TimeoutError(f"at the edges {_total(edges)}, centrally {_counts(central)}")
        time.sleep(0.05)


def _total(edges: dict[int, EmbeddedPostgres]) -> dict[str, int]:
    counts = [_counts(each) for each in edges.values()]
    return {table: sum(each[table] for each in counts) for table in TABLES}


def _counts(server: EmbeddedPostgres) -> dict[str, int]:
    with psycopg.connect(server.dsn()) as connection:
        return {
            table: _one(connection, f"SELECT count(*) FROM {table}")  # a constant
            for table in TABLES
        }


def _tickets_of(central: EmbeddedPostgres, edge: int) -> int:
    with psycopg.connect(central.dsn()) as connection:
        question = f"SELECT count(*) FROM kitchen_tickets WHERE id % 1000 = {edge} AND status = 'PRINTED'"
        return _one(connection, question)


def _wal(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.dsn()) as connection:
        return _one(connection, "SELECT (pg_current_wal_lsn() - '0/0')::bigint")


def _one(connection: "psycopg.Connection[tuple[object, ...]]", question: str) -> int:
    row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(str(row[0]))


def _execute(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(statement.encode())


def _in_shell(
    commands: str, edge: int, server: EmbeddedPostgres, central: EmbeddedPostgres | None = None
) -> None:
    """Run commands of the guide, with this edge in the place of number 17."""
    own = commands.replace("edge-keys 17", f"edge-keys {edge}").replace(
        "kitchen_edge_17", f"kitchen_edge_{edge}"
    )
    own = own.replace("postgresql://postgres@edge-17/kitchen", f"'{server.dsn()}'")
    own = own.replace("'host=edge-17 dbname=kitchen user=replica'", f"'{make_conninfo(server.dsn())}'")
    if central is not None:
        own = own.replace("postgresql://postgres@central/kitchens", f"'{central.dsn()}'")
    path = f"{find_programs_folder(os.environ)}:{os.environ['PATH']}"
    subprocess.run(
        ["sh", "-e", "-c", own], cwd=ROOT, env={**os.environ, "PATH": path}, check=True, capture_output=True
    )
