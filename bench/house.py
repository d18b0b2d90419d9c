"""A whole house for measurements: database, backend, service and printers, each a process with its own login."""

import shutil
import socket
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench.printers import printer_process
from kitchen_demo.backend_process import BackendProcess
from kitchen_demo.edge import new_database, prepared_database, running_backend, set_routes
from kitchen_demo.menu import STATIONS
from kitchen_demo.postgres import Postgres
from kitchen_demo.service_process import ServiceProcess

LISTENERS_WAITING: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs; ``papers`` is the folder in which the live printers put theirs."""

    dsn: str
    backend: BackendProcess
    token: str
    service: ServiceProcess
    papers: Path

    def open_tickets(self) -> int:
        """Count the tickets that are not on paper."""
        with psycopg.connect(self.dsn) as connection:
            row = connection.execute(
                "SELECT count(*) FROM kitchen_tickets WHERE status <> 'PRINTED'"
            ).fetchone()
        return int(row[0]) if row else 0

    def texts(self) -> list[str]:
        """Return what is on the papers."""
        return [path.read_text(encoding="utf-8") for path in sorted(self.papers.rglob("*.txt"))]


@contextmanager
def running_house(postgres: Postgres, scratch: Path, *, alive: bool = True) -> Generator[House, None, None]:
    """Run a house with a printer for each station; with ``alive=False`` none of them can print."""
    scratch.mkdir()
    with ExitStack() as stack:
        dsn = stack.enter_context(new_database(postgres))
        prepared = stack.enter_context(prepared_database(dsn))
        ready = stack.enter_context(running_backend(dsn, scratch))
        papers = scratch / "papers"
        if alive:
            fleet = stack.enter_context(printer_process(len(STATIONS), scratch, names=STATIONS, paper=papers))
            set_routes(dsn, fleet.addresses)
        else:
            set_routes(dsn, stack.enter_context(_dead_printers()))
        service = ServiceProcess(prepared.service_dsn, scratch / "service.log")
        service.start()
        # Asked to stop, it waits a while for a printer that does not speak: nothing is measured then.
        stack.callback(service.stop if alive else service.kill)
        service.wait_until_healthy()
        yield House(dsn=dsn, backend=ready.process, token=ready.token, service=service, papers=papers)
    shutil.rmtree(scratch)


@contextmanager
def _dead_printers() -> Generator[Mapping[str, str], None, None]:
    """Yield an address for each station: one accepts and never says a word, the others refuse."""
    with socket.socket() as silent, socket.socket() as refusing:
        silent.bind(("127.0.0.1", 0))
        silent.listen(LISTENERS_WAITING)
        refusing.bind(("127.0.0.1", 0))  # bound and not listening: nobody else gets the port meanwhile
        addresses = [f"127.0.0.1:{each.getsockname()[1]}" for each in (silent, refusing, refusing)]
        yield dict(zip(STATIONS, addresses, strict=True))
