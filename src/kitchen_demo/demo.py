"""The demo: a bill of six items becomes three papers, then a second round, a void, and more if you like."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, assert_never

from psycopg.rows import dict_row

from kitchen_demo.counter import Counter, Record
from kitchen_demo.edge import Edge, Prepared, running_edge
from kitchen_demo.menu import KITCHEN
from kitchen_demo.orders import SECOND_ROUND, SERVERS, SIX_ITEMS, random_items
from kitchen_demo.paper_out import run_out_of_paper
from kitchen_demo.paper_shelf import PaperShelf
from kitchen_demo.show import Show

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


async def play(dsn: str, prepared: Prepared, log: Path, wishes: Wishes, show: Show) -> None:
    """Play the demo on a prepared database. Raises ``NotPrinted``, ``ServiceFailed``."""
    async with running_edge(dsn, prepared, log) as edge, _record(dsn) as record:
        with show.step("The service runs, three printers listen"):
            await asyncio.to_thread(edge.service.wait_until_healthy)
        counter = Counter(edge, record, PaperShelf(wishes.paper, pictures=wishes.pictures), show)
        await _dinner_for_two(edge, counter)
        await _go_wrong(edge, record, counter, wishes, show)
        await _other_tables(edge, counter, wishes)
        await _sum_up(record, wishes.paper, show)
        if wishes.keep:
            end = _end_on_ctrl_c()
            show.say(
                f"Everything stays up; health: http://{edge.service.health_address}/health. Ctrl-C ends it."
            )
            await end.wait()


async def _dinner_for_two(edge: Edge, counter: Counter) -> None:
    """Order, order again, change one's mind; tell the story of the first KITCHEN ticket."""
    bill = await edge.backend.open_bill("1001", "12", SERVERS[0], 2)
    tickets = await counter.serve(
        "Table 12 orders six items, two for each station", lambda: edge.backend.order(bill, SIX_ITEMS)
    )
    await counter.serve("Table 12 orders a second round", lambda: edge.backend.order(bill, SECOND_ROUND))
    await counter.serve("Table 12 changes its mind: no Tiramisu", lambda: edge.backend.void(bill, "Tiramisu"))
    await counter.tell_story(await counter.ticket_of(tickets, KITCHEN))


async def _go_wrong(edge: Edge, record: Record, counter: Counter, wishes: Wishes, show: Show) -> None:
    match wishes.mishap:
        case None:
            pass
        case Mishap.PAPER_OUT:
            await run_out_of_paper(edge, record, counter, show)
        case _:
            assert_never(wishes.mishap)


async def _other_tables(edge: Edge, counter: Counter, wishes: Wishes) -> None:
    random = Random(wishes.seed)  # noqa: S311
    for number in range(wishes.orders):
        table = str(random.randint(1, 40))
        bill = await edge.backend.open_bill(
            str(2001 + number), table, random.choice(SERVERS), random.randint(1, 8)
        )
        items = random_items(random)
        await counter.serve(
            f"Table {table} orders {len(items)} item{'s' if len(items) > 1 else ''}",
            partial(edge.backend.order, bill, items),
        )


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


def _end_on_ctrl_c() -> asyncio.Event:
    """From now on Ctrl-C and SIGTERM are the normal end, and no interruption: they set what is returned."""
    loop, end = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    return end
