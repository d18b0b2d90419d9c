"""The database's primary dies, hangs, or is swapped, and a standby takes over: printing goes on, doubt is marked."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import psycopg
import pytest
from bench.pair import Pair, running_pair

from kitchen_demo.logins import create_login
from kitchen_printer.database.migrate import migrate
from kitchen_printer.decisions.history import Change
from kitchen_printer.service.facts import HistoryChanged
from tests.conftest import quick_folder
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter

pytestmark = pytest.mark.timeout(90)

DISHES = ("Known", "Waiting", "Lost", "After")
TOLD_ON_PAPER = "SELECT EXISTS (SELECT FROM print_jobs WHERE (kind, state) = ('NOTICE', 'PRINTED')) AS yes"
CUT_THE_SERVICE_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'
"""


@contextmanager
def prepared(*, synchronous: bool) -> Generator[tuple[Pair, str], None, None]:
    """A pair with the contract; and how the service logs in to whichever takes writes."""
    with running_pair(synchronous=synchronous, place=quick_folder()) as pair:
        migrate(pair.dsn)
        with psycopg.connect(pair.dsn) as connection:
            login = create_login(connection, "kitchen_service")
        yield pair, login.dsn(pair.dsn)


@asynccontextmanager
async def kitchen_on(
    pair: Pair, service_dsn: str, printer: VirtualPrinter
) -> AsyncGenerator[KitchenUnderTest, None]:
    async with KitchenUnderTest(pair.dsn, service_dsn) as kitchen:
        await kitchen.route("BAR", printer)
        yield kitchen


async def test_what_a_lagging_standby_never_heard_of_is_written_down_again_or_prints_again_and_says_so(
    printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    with prepared(synchronous=False) as (pair, dsn):
        async with kitchen_on(pair, dsn, printer) as kitchen:
            await kitchen.route("WOK", second_printer)
            service = await kitchen.start_service()
            known = await kitchen.submit("BAR", "Known", bill_id=1)
            await kitchen.wait_for_status(known, "PRINTED")
            printer.causes.paper_out_at_line(0)
            second_printer.causes.paper_out_at_line(2)  # Its attempt stays open until somebody refills.
            waiting = await kitchen.submit("BAR", "Waiting", bill_id=2)
            begun = await kitchen.submit("WOK", "Begun", bill_id=3)
            await kitchen.wait_until(
                "SELECT EXISTS (SELECT FROM print_attempts WHERE outcome IS NULL) AS yes"
            )
            await asyncio.to_thread(pair.wait_until_equal)
            await asyncio.to_thread(pair.b.lag_behind)
            printer.causes.refill()
            second_printer.causes.refill()
            lost = await kitchen.submit("BAR", "Lost", bill_id=4)
            for ticket in (waiting, begun, lost):
                await kitchen.wait_for_status(ticket, "PRINTED")

            await asyncio.to_thread(pair.a.kill)
            await asyncio.to_thread(pair.b.promote)
            await kitchen.reconnect()
            changed = await service.facts.wait_for(HistoryChanged)
            assert (changed.change, changed.copies_in_doubt) == (Change.DOUBTFUL, 2)
            for ticket in (waiting, begun):
                await kitchen.wait_for_status(ticket, "PRINTED")
            after = await kitchen.submit("BAR", "After", bill_id=5)
            await kitchen.wait_for_status(after, "PRINTED")

            papers = [(dish, is_marked(text)) for text in texts(printer) for dish in DISHES if dish in text]
            assert papers == [
                ("Known", False),
                ("Waiting", False),
                ("Lost", False),
                ("Waiting", True),
                ("After", False),
            ]
            assert [each[1:3] for each in await kitchen.attempts(begun)] == [(False, "CONFIRMED")]
            assert sum("Begun" in text for text in texts(second_printer)) == 1
            assert "in_doubt" in await kitchen.events(waiting)
            assert (await service.get("/health"))[1]["database"]["last_change"]["change"] == "doubtful"
            await kitchen.wait_until("SELECT bool_and(state = 'ready') AS yes FROM printers")
            await kitchen.wait_until(TOLD_ON_PAPER)
            told = [
                text for each in (printer, second_printer) for text in texts(each) if "may be lost" in text
            ]
            assert len(told) == 1, "staff are told on paper"


async def test_with_synchronous_replication_nothing_is_lost_and_nothing_is_marked(
    printer: VirtualPrinter,
) -> None:
    with prepared(synchronous=True) as (pair, dsn):
        async with kitchen_on(pair, dsn, printer) as kitchen:
            service = await kitchen.start_service()
            await kitchen.wait_until("SELECT is_replicated AS yes FROM kitchen_history")
            printer.causes.paper_out_at_line(0)
            tickets = [await kitchen.submit("BAR", bill_id=bill) for bill in range(1, 4)]
            await asyncio.to_thread(pair.a.kill)
            await asyncio.to_thread(pair.b.promote)
            await kitchen.reconnect()
            changed = await service.facts.wait_for(HistoryChanged)
            assert (changed.change, changed.copies_in_doubt) == (Change.COMPLETE, 0)
            printer.causes.refill()
            for ticket in tickets:
                await kitchen.wait_for_status(ticket, "PRINTED")
            assert [is_marked(sheet.text) for sheet in printer.paper.sheets] == [False] * 3


async def test_an_old_primary_that_still_takes_writes_is_not_taken_for_the_database(
    printer: VirtualPrinter,
) -> None:
    with prepared(synchronous=False) as (pair, dsn):
        async with kitchen_on(pair, dsn, printer) as kitchen:
            service = await kitchen.start_service()
            first = await kitchen.submit("BAR", "First", bill_id=1)
            await kitchen.wait_for_status(first, "PRINTED")
            await asyncio.to_thread(pair.wait_until_equal)
            await asyncio.to_thread(
                pair.b.promote
            )  # Nobody shuts the old one out; it stands first in the string.
            for node in (pair.a, pair.b):
                node.execute(CUT_THE_SERVICE_OFF)
            assert (await service.facts.wait_for(HistoryChanged)).timeline == 2
            forgotten = await kitchen.submit("BAR", "Forgotten", bill_id=2)
            async with KitchenUnderTest(pair.b.server.dsn(), dsn) as promoted:
                second = await promoted.submit("BAR", "Second", bill_id=2)
                await promoted.wait_for_status(second, "PRINTED")
            assert await kitchen.status(forgotten) == "NEW"
            await kitchen.stop_service(service)


def texts(printer: VirtualPrinter) -> list[str]:
    return [sheet.text for sheet in printer.paper.sheets]


def is_marked(text: str) -> bool:
    return "POSSIBLE DUPLICATE" in text
