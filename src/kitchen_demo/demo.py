"""The demo: a bill of six items becomes three papers, then a second round, a void, and more if you like."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

from psycopg.rows import dict_row

from kitchen_demo.at_hand import at_hand
from kitchen_demo.counter import Counter, Record
from kitchen_demo.edge import BackendReady, Edge, Prepared, running_edge
from kitchen_demo.menu import KITCHEN
from kitchen_demo.orders import SECOND_ROUND, SERVERS, SIX_ITEMS
from kitchen_demo.other_tables import other_tables
from kitchen_demo.paper_out import run_out_of_paper
from kitchen_demo.paper_shelf import PaperShelf
from kitchen_demo.show import Show
from kitchen_demo.till import Till
from kitchen_demo.waiter import Waiter

_SUMMARY: Final = """
SELECT count(*) AS tickets, count(*) FILTER (WHERE status = 'PRINTED') AS printed,
       (SELECT count(*) FROM print_attempts WHERE outcome = 'CONFIRMED' AND evidence = 'token') AS proved,
       (SELECT count(*) FROM print_attempts WHERE marked) AS marked
  FROM kitchen_tickets
"""


class Mishap(StrEnum):
    """What can go wrong while you watch."""

    PAPER_OUT = "paper-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person at the keyboard asked for; ``paper`` is the folder for papers, ``keep`` is to stay up."""

    orders: int
    seed: int
    paper: Path
    pictures: bool
    mishap: Mishap | None
    keep: bool


async def play(
    dsn: str, prepared: Prepared, backend: BackendReady, scratch: Path, wishes: Wishes, *, show: Show
) -> None:
    """Play the demo on a prepared database. Raises ``NotPrinted``, ``OrderRefused``, ``ProcessFailed``."""
    async with running_edge(dsn, prepared, scratch / "service.log") as edge, _record(dsn) as record:
        with show.step("The service runs, three printers listen"):
            await asyncio.to_thread(edge.service.wait_until_healthy)
        counter = Counter(edge, record, PaperShelf(wishes.paper, pictures=wishes.pictures), show)
        till = Till(backend.process.address, backend.token)
        waiter = Waiter(till, await asyncio.to_thread(till.menu))
        await _dinner_for_two(waiter, counter)
        await _go_wrong(edge, waiter, record, counter, wishes, show=show)
        if wishes.orders:
            await other_tables(backend, wishes.orders, wishes.seed, scratch, counter, show=show)
        await _sum_up(record, wishes.paper, show)
        if wishes.keep:
            await _stay_up(edge, backend, wishes.paper, show)


async def _dinner_for_two(waiter: Waiter, counter: Counter) -> None:
    """Order, order again, change one's mind; tell the story of the first KITCHEN ticket."""
    table = waiter.seat("1001", "12", SERVERS[0], 2)
    tickets = await counter.serve(
        "Table 12 orders six items, two for each station", lambda: waiter.order(table, SIX_ITEMS)
    )
    await counter.serve("Table 12 orders a second round", lambda: waiter.order(table, SECOND_ROUND))
    await counter.serve(
        "Table 12 changes its mind: no Tiramisu", lambda: asyncio.to_thread(table.void, "Tiramisu")
    )
    await counter.tell_story(await counter.ticket_of(tickets, KITCHEN))


async def _go_wrong(
    edge: Edge, waiter: Waiter, record: Record, counter: Counter, wishes: Wishes, *, show: Show
) -> None:
    match wishes.mishap:
        case None:
            pass
        case Mishap.PAPER_OUT:
            await run_out_of_paper(edge, waiter, record, counter, show)
        case _:
            assert_never(wishes.mishap)


@asynccontextmanager
async def _record(dsn: str) -> AsyncGenerator[Record, None]:
    async with await Record.connect(dsn, autocommit=True, row_factory=dict_row) as connection:
        yield connection


async def _sum_up(record: Record, folder: Path, show: Show) -> None:
    row = await (await record.execute(_SUMMARY)).fetchone()
    if row is not None:
        show.say(
            f"{row['tickets']} tickets, {row['printed']} PRINTED, {row['proved']} proved by the printer's own token,"
            f" {row['marked']} marked. The papers are in {folder}/."
        )


async def _stay_up(edge: Edge, backend: BackendReady, paper: Path, show: Show) -> None:
    end = _end_on_ctrl_c()
    async with at_hand(edge, backend, paper) as file:
        show.say(
            f"Everything stays up; the service's health: http://{edge.service.health_address}/health,"
            f" the POS's interface: http://{backend.process.address}/docs. Take part from another terminal:"
            f" `. {file}`, then as docs/tutorial.md says. Ctrl-C ends it."
        )
        await end.wait()


def _end_on_ctrl_c() -> asyncio.Event:
    """From now on Ctrl-C and SIGTERM are the normal end, and no interruption: they set what is returned."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    return end
