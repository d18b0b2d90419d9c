"""A restaurant for tests: the record to look at, tickets to submit, and services of the real kind to run.

Services run inside the test's own event loop here, with the test subscribed to their facts; tests that kill
processes start real ones (``kitchen_demo.service_process``).
"""

import asyncio
import json
import os
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row

from kitchen_demo.logins import create_login
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_printer.config import read_settings
from kitchen_printer.database.migrate import migrate
from kitchen_printer.service.facts import Announcer, Fact, ServiceStarted
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.run import Service
from virtual_printer import VirtualPrinter

F = TypeVar("F")

WAIT_SECONDS = 15.0
"""How long a test waits for something that should take milliseconds: a loaded machine is slow, not wrong."""

QUICK = {
    "KITCHEN_HEALTH_PORT": "0",
    "KITCHEN_POLL_SECONDS": "0.1",
    "KITCHEN_LEASE_SECONDS": "2",
    "KITCHEN_CONFIRM_SECONDS": "2",
    "KITCHEN_ALARM_SECONDS": "3600",
}
"""Settings at the short end of their ranges: tests wait for states, and the states come soon. But for alarms: their
slips would lie between the papers that tests count."""


class Facts:
    """Hears every fact of one service."""

    def __init__(self) -> None:
        self.seen: list[Fact] = []
        self._news = asyncio.Event()

    def __call__(self, fact: Fact) -> None:
        self.seen.append(fact)
        self._news.set()

    def of(self, kind: type[F]) -> list[F]:
        """Return all facts of a kind so far."""
        return [fact for fact in self.seen if isinstance(fact, kind)]

    async def wait_for(self, kind: type[F], which: Callable[[F], bool] = lambda _: True) -> F:
        """Return the first fact of a kind that fits, as soon as there is one."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                self._news.clear()
                for fact in self.of(kind):
                    if which(fact):
                        return fact
                await self._news.wait()


class RunningService:
    """One service inside the test."""

    def __init__(self, dsn: str, settings: dict[str, str]) -> None:
        self.facts = Facts()
        self.service = Service(read_settings({"DATABASE_URL": dsn, **settings}), Announcer([self.facts]))
        self._task = asyncio.create_task(self.service.run())

    @property
    def lanes(self) -> list[Lane]:
        """The lanes that this service serves, to look at and to age."""
        return list(self.service.lanes.values())

    async def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Ask the health port; return the HTTP status and the body."""
        address = (await self.facts.wait_for(ServiceStarted)).health_address
        return await asyncio.to_thread(_get, f"http://{address}{path}")

    async def stop(self) -> None:
        """Stop it the orderly way."""
        self.service.stop()
        await self._task


class KitchenUnderTest:
    """See the module's docstring."""

    def __init__(self, dsn: str, service_dsn: str) -> None:
        self.dsn = dsn
        self.service_dsn = service_dsn
        self._services: list[RunningService] = []
        self._connection: AsyncConnection[DictRow] | None = None

    async def __aenter__(self) -> Self:
        self._connection = await AsyncConnection[DictRow].connect(
            self.dsn, autocommit=True, row_factory=dict_row
        )
        return self

    async def reconnect(self) -> None:
        """Connect again after the server was away."""
        if self._connection is not None:
            await self._connection.close()
        await self.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for running in self._services:
            await running.stop()
        if self._connection is not None:
            await self._connection.close()

    async def start_service(self, **settings: str) -> RunningService:
        """Start a service; keyword arguments are environment variables."""
        running = RunningService(self.service_dsn, QUICK | settings)
        self._services.append(running)
        return running

    async def stop_service(self, running: RunningService) -> None:
        """Stop one service the orderly way."""
        self._services.remove(running)
        await running.stop()

    # ── what the restaurant does ────────────────────────────────────────────────────────────────────────

    async def route(
        self, station: str, printer: VirtualPrinter | str, *, priority: int = 1, copy_no: int = 1
    ) -> None:
        """Let a printer serve a station."""
        address = printer if isinstance(printer, str) else printer.address
        await self.execute(
            "INSERT INTO station_printers (station_code, printer_ip, priority, copy_no) VALUES (%s, %s, %s, %s)",
            [station, address, priority, copy_no],
        )

    async def pin(self, printer: VirtualPrinter, level: str) -> None:
        """Say by hand what a printer can prove: it will not be probed."""
        await self.execute(
            "INSERT INTO printers (address, level, level_provenance) VALUES (%s, %s, 'pinned')",
            [printer.address, level],
        )

    async def submit(self, station: str, *dishes: str, bill_id: int = 1, round_no: int | None = None) -> int:
        """Make a ticket the way the contract's functions do; return its id."""
        assert self._connection is not None
        async with self._connection.transaction():
            ticket = await self.one(
                "INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label)"
                " VALUES (%s, %s, %s, '7') RETURNING id",
                [bill_id, round_no, station],
            )
            for place, dish in enumerate(dishes or ("Soup",), start=1):
                await self.execute(
                    "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name)"
                    " VALUES (%s, %s, 1, %s)",
                    [ticket["id"], place, dish],
                )
        return int(ticket["id"])

    # ── what is on record ───────────────────────────────────────────────────────────────────────────────

    async def rows(self, query: str, values: Sequence[Any] = ()) -> list[DictRow]:
        """Return the rows of a query."""
        return await (await self.execute(query, values)).fetchall()

    async def one(self, query: str, values: Sequence[Any] = ()) -> DictRow:
        """Return the first row of a query."""
        row = await (await self.execute(query, values)).fetchone()
        assert row is not None, f"no row for: {query}"
        return row

    async def execute(self, query: str, values: Sequence[Any] = ()) -> AsyncCursor[DictRow]:
        """Run a statement as superuser."""
        assert self._connection is not None
        return await self._connection.execute(query.encode(), values)

    async def status(self, ticket_id: int) -> str:
        """Return a ticket's status."""
        return str(
            (await self.one("SELECT status FROM kitchen_tickets WHERE id = %s", [ticket_id]))["status"]
        )

    async def attempts(self, ticket_id: int) -> list[tuple[int, bool, str | None, str | None, str | None]]:
        """Return a ticket's attempts: number, marked, outcome, evidence, reason."""
        rows = await self.rows(
            "SELECT attempt_no, marked, outcome, a.evidence, a.reason FROM print_attempts a"
            " JOIN print_jobs j ON j.id = a.job_id WHERE j.ticket_id = %s ORDER BY a.id",
            [ticket_id],
        )
        return [(r["attempt_no"], r["marked"], r["outcome"], r["evidence"], r["reason"]) for r in rows]

    async def events(self, ticket_id: int) -> list[str]:
        """Return the names of a ticket's events, oldest first."""
        rows = await self.rows("SELECT event FROM print_events WHERE ticket_id = %s ORDER BY id", [ticket_id])
        return [row["event"] for row in rows]

    async def wait_for_status(self, ticket_id: int, status: str) -> None:
        """Return when a ticket has a status."""
        await self.wait_until(
            "SELECT status = %s AS yes FROM kitchen_tickets WHERE id = %s", [status, ticket_id]
        )

    async def wait_until(
        self, query: str, values: Sequence[Any] = (), *, seconds: float = WAIT_SECONDS
    ) -> None:
        """Return when a query's column ``yes`` is true."""
        try:
            async with asyncio.timeout(seconds):
                while not (await self.one(query, values))["yes"]:  # noqa: ASYNC110  # another process' record
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"never came true within {seconds} s: {query} {values}") from None


def _get(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@asynccontextmanager
async def own_database() -> AsyncGenerator[tuple[KitchenUnderTest, EmbeddedPostgres], None]:
    """A restaurant on a PostgreSQL server of its own, for tests that stop or freeze it: it keeps what it commits."""
    with embedded_postgres(find_programs_folder(os.environ), durable=True) as postgres:
        dsn = postgres.dsn()
        migrate(dsn)
        with psycopg.connect(dsn) as connection:
            login = create_login(connection, "kitchen_service")
        async with KitchenUnderTest(dsn, login.dsn(dsn)) as kitchen:
            yield kitchen, postgres
