"""The counter the demo's papers come out on: waits until the record says PRINTED, shows papers, keeps them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from kitchen_demo.edge import Edge
from kitchen_demo.paper_shelf import PaperShelf
from kitchen_demo.show import Show
from kitchen_printer.cli.story import told_by_the_millisecond
from kitchen_printer.database.requests import read_story
from virtual_printer import Sheet

Record = AsyncConnection[DictRow]

TICKET_SECONDS_MAX: Final = 60.0
"""How long the demo waits for the tickets of one submission; virtual printers need well under a second."""

ASK_EVERY_SECONDS: Final = 0.02

_OPEN_TICKETS: Final = (
    "SELECT count(*) AS open FROM kitchen_tickets WHERE id = ANY(%s) AND status <> 'PRINTED'"
)


class NotPrinted(Exception):
    """Tickets of the demo did not reach paper in time; the message holds the end of the service's log."""


class Counter:
    """Looks at the record and at the printers' paper, and never at anything inside the service."""

    def __init__(self, edge: Edge, record: Record, shelf: PaperShelf, show: Show) -> None:
        self._edge = edge
        self._record = record
        self._shelf = shelf
        self._show = show
        self._taken = dict.fromkeys(edge.printers, 0)

    async def serve(self, what: str, submit: Callable[[], Awaitable[list[int]]]) -> list[int]:
        """Submit something, wait until all its tickets are on paper, show the papers; return the tickets."""
        with self._show.step(what):
            tickets = await submit()
            await self.until_printed(tickets)
        await self.collect()
        return tickets

    async def until_printed(self, tickets: list[int]) -> None:
        """Return when the record says that these tickets are on paper. Raises :class:`NotPrinted`."""
        try:
            async with asyncio.timeout(TICKET_SECONDS_MAX):
                while await self._open(tickets):  # noqa: ASYNC110  # the record is in another process
                    await asyncio.sleep(ASK_EVERY_SECONDS)
        except TimeoutError:
            raise NotPrinted(
                f"Tickets {tickets} are not on paper after {TICKET_SECONDS_MAX:.0f} s; the service's log ends:\n"
                f"{self._edge.service.log_end()}"
            ) from None

    async def collect(self) -> list[tuple[str, Sheet]]:
        """Take the new papers, keep them and show them; return each with its station."""
        papers = self._new_papers()
        await asyncio.to_thread(self._shelf.keep, papers)
        self._show.papers(papers)
        return papers

    async def ticket_of(self, tickets: list[int], station: str) -> int:
        """Return which of the tickets is that station's."""
        cursor = await self._record.execute(
            "SELECT id FROM kitchen_tickets WHERE id = ANY(%s) AND printer_target = %s", [tickets, station]
        )
        row = await cursor.fetchone()
        if row is None:
            raise LookupError(f"no ticket for {station}")
        return int(row["id"])

    async def tell_story(self, ticket: int) -> None:
        """Show what is on record of a ticket, and of its printer since the ticket was submitted."""
        story = await asyncio.to_thread(read_story, self._edge.dsn, ticket)
        self._show.story(
            f"The story of ticket {ticket}, as it is on record", list(told_by_the_millisecond(story))
        )

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
