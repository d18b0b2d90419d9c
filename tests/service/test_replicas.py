"""Several services on one database: each printer is one service's at a time, whoever dies, pauses or wakes."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest
from psycopg import AsyncConnection

from kitchen_demo.service_process import ServiceProcess
from tests.proof.orders import lines_of
from tests.proof.papers import Tally, pieces
from tests.service.kitchen_under_test import QUICK, WAIT_SECONDS, KitchenUnderTest
from tests.service.relay import Relay, relay_before
from virtual_printer import VirtualPrinter

LEASE_SECONDS = 2.0
REPLICAS = 3


@pytest.fixture
async def printers() -> AsyncGenerator[list[VirtualPrinter], None]:
    """Six printers, so slow that whoever dies leaves tickets under way."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(VirtualPrinter(name=f"S{n}", speed_mm_s=150)) for n in range(6)
        ]


@pytest.fixture
async def relays(printers: list[VirtualPrinter]) -> AsyncGenerator[list[Relay], None]:
    """What stands between the services and each printer, and sees who sends."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(relay_before(printer)) for printer in printers]


@pytest.fixture
def processes(service_dsn: str, tmp_path: Path) -> Iterator[list[ServiceProcess]]:
    """Three services as processes of their own; the test starts and ends them."""
    settings = QUICK | {"KITCHEN_MAX_ATTEMPTS": "20", "KITCHEN_LEASE_SECONDS": f"{LEASE_SECONDS:g}"}
    services = [ServiceProcess(service_dsn, tmp_path / f"service{n}.log", settings) for n in range(REPLICAS)]
    yield services
    for service in services:
        service.stop()


@pytest.mark.timeout(120)
async def test_of_three_replicas_one_is_killed_and_one_paused_longer_than_its_lease_and_nothing_is_lost(
    kitchen: KitchenUnderTest,
    printers: list[VirtualPrinter],
    relays: list[Relay],
    processes: list[ServiceProcess],
) -> None:
    for printer, relay in zip(printers, relays, strict=True):
        await kitchen.route(printer.name, relay.address)
    for process in processes:
        process.start()
    await kitchen.wait_until(
        "SELECT count(*) = 3 AND min(n) = 2 AND max(n) = 2 AS yes"
        "  FROM (SELECT count(*) AS n FROM lanes GROUP BY owner) each_of_them",
        seconds=4 * WAIT_SECONDS,
    )
    dishes = {printer.name: [f"Dish {n} of {printer.name}" for n in range(4)] for printer in printers}
    tickets = {
        name: {await kitchen.submit(name, dish, bill_id=n): dish for n, dish in enumerate(of_it)}
        for name, of_it in dishes.items()
    }
    await kitchen.wait_until(
        "SELECT count(DISTINCT owner) = 3 AS yes FROM print_attempts WHERE outcome IS NULL"
    )

    killed, paused, _ = processes
    os.kill(paused.pid, signal.SIGSTOP)
    await asyncio.to_thread(killed.kill)
    began = time.monotonic()
    await kitchen.wait_until("SELECT count(DISTINCT owner) = 1 AS yes FROM lanes")
    assert time.monotonic() - began < LEASE_SECONDS + 2
    os.kill(paused.pid, signal.SIGCONT)
    await kitchen.wait_until(
        "SELECT count(*) = 24 AS yes FROM kitchen_tickets WHERE status = 'PRINTED'", seconds=4 * WAIT_SECONDS
    )

    tally = Tally()
    for printer in printers:
        expected = {ticket: lines_of(dish) for ticket, dish in tickets[printer.name].items()}
        tally.count(expected, printer.paper.sheets)  # Fails if two papers ran into one another.
    assert (tally.lost, tally.two_unmarked) == ([], [])
    assert tally.complete >= 24
    assert all(relay.spans for relay in relays)
    assert [relay.overlaps() for relay in relays] == [[]] * len(relays)
    # What was under way with the two is settled, and never twice at a time.
    assert await kitchen.rows("SELECT FROM print_attempts WHERE outcome IS NULL") == []
    rescued = await kitchen.one(
        "SELECT count(DISTINCT printer_id) AS n FROM print_attempts WHERE settled_by <> owner"
    )
    assert rescued["n"] >= 1


async def test_two_hundred_tickets_on_three_printers_with_two_replicas_make_two_hundred_papers_in_order(
    kitchen: KitchenUnderTest,
) -> None:
    """Twenty tills at a time commit in any order; what was committed before another began is printed before it."""
    random, stations = Random(5), ("BAR", "KITCHEN", "DESSERT")
    rounds: dict[int, int] = {}
    async with AsyncExitStack() as stack:
        printers = [await stack.enter_async_context(VirtualPrinter(name=each)) for each in stations]
        tills = [
            await stack.enter_async_context(await AsyncConnection.connect(kitchen.dsn)) for _ in range(20)
        ]
        for printer in printers:
            await kitchen.route(printer.name, printer)
        for _ in range(2):
            await kitchen.start_service()
        await kitchen.wait_until("SELECT count(DISTINCT owner) = 2 AS yes FROM lanes WHERE owner IS NOT NULL")
        for turn in range(10):
            for n, till in enumerate(tills):
                cursor = await till.execute(
                    "WITH t AS (INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (%s, %s) RETURNING id)"
                    " INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name) SELECT id, 1, 'Dish' FROM t"
                    " RETURNING kitchen_ticket_id",
                    [n // 2, stations[(turn + n) % 3]],
                )
                row = await cursor.fetchone()
                assert row is not None
                rounds[row[0]] = turn
            for till in random.sample(tills, k=len(tills)):
                await till.commit()
        await kitchen.wait_until("SELECT count(*) = 200 AS yes FROM kitchen_tickets WHERE status = 'PRINTED'")

        papers = [[piece.ticket_id or 0 for piece in pieces(each.paper.sheets)] for each in printers]

    assert sorted(ticket for of_one in papers for ticket in of_one) == sorted(rounds)
    for of_one in papers:
        turns = [rounds[ticket] for ticket in of_one]
        assert turns == sorted(turns)
    assert await kitchen.one(
        "SELECT count(*) AS n, count(*) FILTER (WHERE marked) AS marked FROM print_attempts"
    ) == {
        "n": 200,
        "marked": 0,
    }


async def test_what_a_dead_service_held_is_free_at_once_though_its_clock_ran_an_hour_ahead(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    """It died, and then the clock was set right: its last sign of life lies in the future, and would for an hour."""
    await kitchen.route("BAR", printer)
    first = await kitchen.start_service()
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM lanes WHERE owner IS NOT NULL")
    await kitchen.stop_service(first)
    await kitchen.execute("UPDATE lanes SET owner = (SELECT owner FROM kitchen_replicas)")
    await kitchen.execute("UPDATE kitchen_replicas SET until = now() + interval '1 hour'")

    await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    await kitchen.wait_for_status(ticket, "PRINTED")
