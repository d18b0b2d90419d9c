"""A service that is told to end ends, for certain and in good order: nothing is left to its successor that it knows."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from kitchen_printer.database.connection import Database, DatabaseLostError
from kitchen_printer.database.ledger import ClaimRequest, Settlement, Written, write
from kitchen_printer.service import ending, ledger
from kitchen_printer.service.ending import end_tasks
from kitchen_printer.service.facts import DatabaseLost, PrinterDown, ServiceStopped, ServiceStopping
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    async def hard_of_hearing() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    async with asyncio.timeout(WAIT_SECONDS):
        await end_tasks([task])
    assert task.cancelled()


@pytest.mark.parametrize("turns", range(8))
async def test_a_part_ends_in_whatever_moment_it_is_lent_a_connection(database: str, turns: int) -> None:
    """Somewhere between, Python 3.11 and the driver's pool lose a cancellation: a service that was stopped went on."""
    pool = AsyncConnectionPool[AsyncConnection](database, min_size=1, max_size=1, open=False)
    async with pool:
        lent = await pool.getconn()
        part = asyncio.create_task(_work_for_ever(pool))
        while not pool.get_stats().get("requests_waiting"):  # noqa: ASYNC110  # the pool tells nobody
            await asyncio.sleep(0)
        given_back = asyncio.create_task(pool.putconn(lent))
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(WAIT_SECONDS):
            await end_tasks([part])
        await given_back
    assert part.cancelled()


async def _work_for_ever(pool: AsyncConnectionPool[AsyncConnection]) -> None:
    async with pool.connection():
        await asyncio.Event().wait()


async def test_a_ticket_whose_claim_got_no_answer_at_the_word_to_stop_is_printed_by_the_successor_without_a_mark(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()

    async def stop_and_break(
        database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        written = await write(database, me, settlements, requests)
        if written.claimed:
            service.service.stop()
            raise DatabaseLostError("the connection broke before the answer")
        return written

    monkeypatch.setattr(ledger, "write", stop_and_break)
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(ServiceStopped)
    monkeypatch.setattr(ledger, "write", write)
    await kitchen.start_service()
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [
        (1, False, "NOT_SENT", None, "internal_error"),
        (2, False, "CONFIRMED", "token", None),
    ]


async def test_a_service_that_ends_takes_no_further_printer_while_its_last_ticket_prints(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    printer.causes.paper_out_at_line(3)
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterDown)
    service.service.stop()
    await service.facts.wait_for(ServiceStopping)
    await kitchen.execute(
        "WITH p AS (INSERT INTO printers (address) VALUES (%s) RETURNING id)"
        " INSERT INTO lanes (printer_id) SELECT id FROM p",
        [second_printer.address],
    )
    for _ in range(3):
        await kitchen.wait_until(
            "SELECT until > %s AS yes FROM kitchen_replicas",
            [(await kitchen.one("SELECT until FROM kitchen_replicas"))["until"]],
        )
    owners = await kitchen.rows("SELECT owner IS NULL AS is_free FROM lanes ORDER BY printer_id")
    printer.causes.refill()
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert owners == [{"is_free": False}, {"is_free": True}]


async def test_a_service_that_ends_while_its_database_is_thought_away_hands_its_printers_back_all_the_same(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")
    await kitchen.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'"
    )
    await service.facts.wait_for(DatabaseLost)

    await kitchen.stop_service(service)

    assert await kitchen.rows("SELECT owner FROM lanes WHERE owner IS NOT NULL") == []


async def test_no_lane_works_any_more_once_the_printers_are_handed_back(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "FINISH_SECONDS", 0.0)
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    printer.causes.paper_out_at_line(3)
    await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterDown)

    await kitchen.stop_service(service)

    assert not [each for each in asyncio.all_tasks() if each.get_name().startswith("lane ")]
