"""The demo: a bill of six items becomes three papers, then a second round, a void, and more if you like."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from kitchen_demo.edge import Edge, Prepared, running_edge
from kitchen_demo.menu import KITCHEN
from kitchen_demo.orders import SECOND_ROUND, SERVERS, SIX_ITEMS, random_items
from kitchen_demo.show import Show
from kitchen_demo.story import EVENTS, told
from virtual_printer import Sheet

Record = AsyncConnection[DictRow]

TICKET_SECONDS_MAX: Final = 60.0
"""How long the demo waits for the tickets of one submission; virtual printers need well under a second."""

_OPEN_TICKETS: Final = (
    "SELECT count(*) AS open FROM kitchen_tickets WHERE id = ANY(%s) AND status <> 'PRINTED'"
)
_SUMMARY: Final = """
SELECT count(*) AS tickets, count(*) FILTER (WHERE status = 'PRINTED') AS printed,
       (SELECT count(*) FROM print_attempts WHERE outcome = 'CONFIRMED' AND evidence = 'token') AS proved,
       (SELECT count(*) FROM print_attempts WHERE marked) AS marked
  FROM kitchen_tickets
"""


class NotPrinted(Exception):
    """Tickets of the demo did not reach paper in time; the message holds the end of the service's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person at the keyboard asked for: more orders, which chance, where papers go, staying up."""

    orders: int
    seed: int
    paper: Path
    keep: bool


async def play(dsn: str, prepared: Prepared, log: Path, wishes: Wishes, show: Show) -> None:
    """Play the demo on a prepared database. Raises :class:`NotPrinted`, ``ServiceFailed``."""
    async with running_edge(dsn, prepared, log) as edge, _record(dsn) as record:
        with show.step("The service runs, three printers listen"):
            await asyncio.to_thread(edge.service.wait_until_healthy)
        counter = Counter(edge, record, wishes.paper, show)
        first = await _dinner_for_two(edge, counter)
        await _other_tables(edge, counter, wishes)
        await _tell_the_story(record, first, show)
        await _sum_up(record, wishes.paper, show)
        if wishes.keep:
            show.say(
                f"Everything stays up; health: http://{edge.service.health_address}/health. Ctrl-C ends it."
            )
            await asyncio.Event().wait()


async def _dinner_for_two(edge: Edge, counter: "Counter") -> int:
    """Order, order again, change one's mind; return the KITCHEN ticket of the first round."""
    bill = await edge.backend.open_bill("1001", "12", SERVERS[0], 2)
    tickets = await counter.serve(
        "Table 12 orders six items, two for each station", lambda: edge.backend.order(bill, SIX_ITEMS)
    )
    await counter.serve("Table 12 orders a second round", lambda: edge.backend.order(bill, SECOND_ROUND))
    await counter.serve("Table 12 changes its mind: no Tiramisu", lambda: edge.backend.void(bill, "Tiramisu"))
    return await counter.ticket_of(tickets, KITCHEN)


async def _other_tables(edge: Edge, counter: "Counter", wishes: Wishes) -> None:
    random = Random(wishes.seed)  # noqa: S311
    for number in range(wishes.orders):
        table = str(random.randint(1, 40))
        bill = await edge.backend.open_bill(
            str(1002 + number), table, random.choice(SERVERS), random.randint(1, 8)
        )
        items = random_items(random)
        await counter.serve(
            f"Table {table} orders {len(items)} items",
            partial(edge.backend.order, bill, items),
        )


class Counter:
    """The counter the papers come out on: shows each as it comes and keeps it as a file."""

    def __init__(self, edge: Edge, record: Record, folder: Path, show: Show) -> None:
        self._edge = edge
        self._record = record
        self._folder = folder
        self._show = show
        self._taken = dict.fromkeys(edge.printers, 0)

    async def serve(self, what: str, submit: Callable[[], Awaitable[list[int]]]) -> list[int]:
        """Submit something, wait until the record says that all its tickets are on paper, show the papers."""
        with self._show.step(what):
            tickets = await submit()
            try:
                async with asyncio.timeout(TICKET_SECONDS_MAX):
                    while await self._open(tickets):  # noqa: ASYNC110  # the record is in another process
                        await asyncio.sleep(0.02)
            except TimeoutError:
                raise NotPrinted(
                    f"{what}: not on paper after {TICKET_SECONDS_MAX:.0f} s; the service's log ends:\n"
                    f"{self._edge.service.log_end()}"
                ) from None
        papers = self._new_papers()
        self._keep(papers)
        self._show.papers(papers)
        return tickets

    async def ticket_of(self, tickets: list[int], station: str) -> int:
        """Return which of the tickets is that station's."""
        cursor = await self._record.execute(
            "SELECT id FROM kitchen_tickets WHERE id = ANY(%s) AND printer_target = %s", [tickets, station]
        )
        row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"no ticket for {station}")
        return int(row["id"])

    async def _open(self, tickets: list[int]) -> bool:
        row = await (await self._record.execute(_OPEN_TICKETS, [tickets])).fetchone()
        return row is None or row["open"] != 0

    def _new_papers(self) -> list[tuple[str, Sheet]]:
        papers: list[tuple[str, Sheet]] = []
        for station, printer in self._edge.printers.items():
            sheets = printer.paper.sheets
            papers += [(station, sheet) for sheet in sheets[self._taken[station] :]]
            self._taken[station] = len(sheets)
        return papers

    def _keep(self, papers: list[tuple[str, Sheet]]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for station, sheet in papers:
            number = len(list(self._folder.glob(f"{station}-*.txt"))) + 1
            (self._folder / f"{station}-{number:04d}.txt").write_text(sheet.text + "\n", encoding="utf-8")


@asynccontextmanager
async def _record(dsn: str) -> AsyncGenerator[Record, None]:
    async with await Record.connect(dsn, autocommit=True, row_factory=dict_row) as connection:
        yield connection


async def _tell_the_story(record: Record, ticket: int, show: Show) -> None:
    events = await (await record.execute(EVENTS, [ticket])).fetchall()
    show.story(f"The story of ticket {ticket}, as it is on record", told(events))


async def _sum_up(record: Record, folder: Path, show: Show) -> None:
    row = await (await record.execute(_SUMMARY)).fetchone()
    if row is not None:
        show.say(
            f"{row['tickets']} tickets, {row['printed']} PRINTED, {row['proved']} proved by the printer's own token,"
            f" {row['marked']} marked. The papers are in {folder}/."
        )
