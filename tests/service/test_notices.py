"""Notices on paper: printed and proved like tickets, told apart by their footer, in no ticket's story."""

import asyncio
import re

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from kitchen_printer.database.notices import add_notice
from kitchen_printer.database.requests import read_story
from kitchen_printer.decisions.notice import AllClear
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter


async def add(kitchen: KitchenUnderTest, printer: VirtualPrinter, key: str, headline: str) -> int | None:
    """Queue a notice with the rights of the service."""
    row = await kitchen.one("SELECT id FROM printers WHERE address = %s", [printer.address])
    async with await AsyncConnection[DictRow].connect(
        kitchen.service_dsn, autocommit=True, row_factory=dict_row
    ) as connection:
        return await add_notice(connection, row["id"], AllClear(headline=headline), key)


async def test_a_notice_gets_to_paper_between_tickets_and_leaves_their_stories_alone(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_for_status(ticket, "PRINTED")

    notice = await add(kitchen, printer, "key", "DESSERT printer: prints again")
    sheets = await printer.paper.wait_for_sheets(2, timeout=WAIT_SECONDS)
    await kitchen.execute("SELECT kitchen_request_reprint(%s, 'Anna', 'lost')", [ticket])
    await printer.paper.wait_for_sheets(3, timeout=WAIT_SECONDS)

    assert "DESSERT printer: prints again" in sheets[1].lines
    assert re.fullmatch(rf"#N{notice}-1/1 \S{{4}}", sheets[1].lines[-1])
    await kitchen.wait_until("SELECT bool_and(state = 'PRINTED') AS yes FROM print_jobs")
    story = await asyncio.to_thread(read_story, kitchen.dsn, ticket)
    of_printers = ("printer_probed", "printer_ready")
    assert [each.event for each in story.happenings if each.event not in of_printers] == [
        *("expanded", "claimed", "confirmed"),
        *("reprint_requested", "claimed", "confirmed"),
    ]


async def test_two_replicas_print_a_notice_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    for _ in range(2):
        await kitchen.start_service()
    await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM lanes WHERE owner IS NOT NULL")

    made = await asyncio.gather(*[add(kitchen, printer, "key", "told once") for _ in range(4)])
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert sum(each is not None for each in made) == 1
    assert printer.paper.text.count("told once") == 1
    assert len(printer.paper.sheets) == 2
