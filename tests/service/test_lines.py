"""Tickets that follow each other at once share a line to their printer, where the printer has it so."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from kitchen_printer.service import line_to_printer
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter

TICKETS = 12
ECHO = b"\x37\x22"
ECHOES_OF_A_TICKET = 3
"""Of the preflight's fence, and of those behind the ticket and its cut."""


async def printed_once(kitchen: KitchenUnderTest, printer: VirtualPrinter, tickets: list[int]) -> None:
    """All tickets come out, in order, each by its first and unmarked attempt."""
    sheets = await printer.paper.wait_for_sheets(len(tickets), timeout=WAIT_SECONDS)
    assert [sheet.lines[-1].partition(" ")[0] for sheet in sheets] == [f"#{each}-1/1" for each in tickets]
    for each in tickets:
        await kitchen.wait_for_status(each, "PRINTED")


async def waiting(kitchen: KitchenUnderTest) -> list[int]:
    return [await kitchen.submit("BAR", f"Drink {number}", bill_id=number) for number in range(TICKETS)]


async def test_tickets_that_follow_each_other_share_a_line(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_to_printer, "KEEP_SECONDS", WAIT_SECONDS)  # However slow the machine is.
    await kitchen.route("BAR", printer)
    await kitchen.pin(printer, "A+")
    tickets = await waiting(kitchen)
    await kitchen.start_service()

    await printed_once(kitchen, printer, tickets)

    assert printer.link.connections <= 2  # One more where a line was opened before a ticket was there.
    await printer.wait_until(lambda: not printer.link.connected, WAIT_SECONDS)


async def test_a_line_is_not_held_for_long_while_others_may_wait_for_a_turn(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_to_printer, "KEEP_SECONDS", 0.0)
    await kitchen.route("BAR", printer)
    await kitchen.pin(printer, "A+")
    tickets = await waiting(kitchen)
    await kitchen.start_service()

    await printed_once(kitchen, printer, tickets)

    assert printer.link.connections >= TICKETS  # One more where a line was opened before a ticket was there.


async def test_at_a_level_whose_answers_name_no_question_each_ticket_has_its_own_line(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.pin(printer, "B")
    tickets = await waiting(kitchen)
    await kitchen.start_service()

    await printed_once(kitchen, printer, tickets)

    assert printer.link.connections in (TICKETS, TICKETS + 1)


async def test_a_printer_that_hangs_up_behind_a_ticket_is_asked_for_one_ticket_a_line_from_then_on(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    async with hanging_up_behind_each_ticket(printer) as address:
        await kitchen.route("BAR", address)
        await kitchen.execute(
            "INSERT INTO printers (address, level, level_provenance) VALUES (%s, 'A+', 'pinned')", [address]
        )
        tickets = await waiting(kitchen)
        service = await kitchen.start_service()

        await printed_once(kitchen, printer, tickets)

        # One more where a line was opened before a ticket was there.
        assert printer.link.connections in (TICKETS, TICKETS + 1)
        (lane,) = service.lanes
        assert not lane.takes_more_on_a_line
        assert lane.trouble is None


@asynccontextmanager
async def hanging_up_behind_each_ticket(printer: VirtualPrinter) -> AsyncGenerator[str, None]:
    """A box before the printer that ends a connection once a ticket on it was printed and cut."""

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = printer.address.rpartition(":")
        from_printer, to_printer = await asyncio.open_connection(host, int(port))
        there = asyncio.create_task(_pump(reader, to_printer))
        echoes = 0
        while echoes < ECHOES_OF_A_TICKET and (data := await from_printer.read(4096)):
            echoes += data.count(ECHO)
            writer.write(data)
            await writer.drain()
        there.cancel()
        writer.close()
        to_printer.close()

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as server:
        yield "{}:{}".format(*server.sockets[0].getsockname())


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.write_eof()
