"""Processes that die, stop, pause; databases that go away: nothing is lost, every repeat is marked."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest

from kitchen_demo.postgres_server import Stop
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.decisions.outcome import Uncertain
from kitchen_printer.service.facts import (
    AttemptRescued,
    DatabaseBack,
    DatabaseLost,
    LanesChanged,
    OutcomeRecorded,
    TicketHandedOver,
)
from tests.service.kitchen_under_test import QUICK, WAIT_SECONDS, KitchenUnderTest, own_database
from virtual_printer import Sheet, VirtualPrinter

TICKETS = 60
KILLS = 10


@pytest.fixture
async def slow_printers() -> AsyncGenerator[list[VirtualPrinter], None]:
    """Three printers that print so slowly that a kill finds tickets under way."""
    async with (
        VirtualPrinter(name="BAR", speed_mm_s=300) as bar,
        VirtualPrinter(name="KITCHEN", speed_mm_s=300) as kitchen,
        VirtualPrinter(name="DESSERT", speed_mm_s=300) as dessert,
    ):
        yield [bar, kitchen, dessert]


@pytest.fixture
def process(service_dsn: str, tmp_path: Path) -> Iterator[ServiceProcess]:
    """The service as a process of its own; the test starts and ends it."""
    service = ServiceProcess(service_dsn, tmp_path / "service.log", QUICK | {"KITCHEN_MAX_ATTEMPTS": "20"})
    yield service
    service.stop()


@pytest.mark.timeout(180)
async def test_kill_9_at_ten_random_points_loses_nothing_and_marks_every_repeat(
    kitchen: KitchenUnderTest, slow_printers: list[VirtualPrinter], process: ServiceProcess
) -> None:
    random = Random(20)
    for printer in slow_printers:
        await kitchen.route(printer.name, printer)
    for n in range(TICKETS):
        await kitchen.submit(slow_printers[n % 3].name, f"Dish {n}", f"Side {n}", bill_id=n)

    kills_in_the_middle = 0
    for _ in range(KILLS):
        process.start()
        before = await _printed(kitchen)
        await kitchen.wait_until(
            "SELECT count(*) > %s AS yes FROM print_attempts", [await _attempts(kitchen)]
        )
        await asyncio.sleep(random.uniform(0, 0.15))  # the point of the kill, not a wait for something
        await asyncio.to_thread(process.kill)
        assert await _printed(kitchen) >= before
        kills_in_the_middle += (await _open_attempts(kitchen)) > 0
    assert kills_in_the_middle >= KILLS // 2, "else this shows nothing about tickets under way"
    process.start()
    await kitchen.wait_until(
        "SELECT count(*) = %s AS yes FROM kitchen_tickets WHERE status = 'PRINTED'", [TICKETS]
    )

    _check_papers([sheet for printer in slow_printers for sheet in printer.paper.sheets])


async def _attempts(kitchen: KitchenUnderTest) -> int:
    return int((await kitchen.one("SELECT count(*) AS n FROM print_attempts"))["n"])


async def _open_attempts(kitchen: KitchenUnderTest) -> int:
    row = await kitchen.one("SELECT count(*) AS n FROM print_attempts WHERE outcome IS NULL")
    return int(row["n"])


async def _printed(kitchen: KitchenUnderTest) -> int:
    return int((await kitchen.one("SELECT count(*) AS n FROM kitchen_tickets WHERE status = 'PRINTED'"))["n"])


def _check_papers(sheets: list[Sheet]) -> None:
    """Every ticket has a complete paper; at most one of its papers is not marked."""
    complete: Counter[str] = Counter()
    unmarked: Counter[str] = Counter()
    for sheet in sheets:
        ticket = sheet.lines[-1].partition("-")[0]
        if ticket.startswith("#"):
            complete[ticket] += 1
            unmarked[ticket] += "POSSIBLE DUPLICATE" not in sheet.text
    assert len(complete) == TICKETS
    assert max(unmarked.values()) == 1


async def test_sigterm_finishes_the_ticket_in_flight_and_hands_the_lanes_back(
    kitchen: KitchenUnderTest, process: ServiceProcess
) -> None:
    async with VirtualPrinter(speed_mm_s=100) as printer:
        await kitchen.route("BAR", printer)
        process.start()
        ticket = await kitchen.submit("BAR", "Negroni", "Lager")
        await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM print_attempts")

        exit_code = await asyncio.to_thread(process.stop)

        assert exit_code == 0
        assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]
        assert await kitchen.rows("SELECT owner FROM lanes WHERE owner IS NOT NULL") == []


async def test_a_stop_while_the_printer_has_no_paper_leaves_the_ticket_in_doubt_not_lost(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitchen_printer.service.ending.FINISH_SECONDS", 0.2)
    printer.causes.paper_out_at_line(3)
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(TicketHandedOver)

    await kitchen.stop_service(service)

    assert await kitchen.attempts(ticket) == [(1, False, "UNCERTAIN", None, "service_stopped")]
    assert await kitchen.status(ticket) == "PRINTING"


@pytest.mark.parametrize(
    ("level", "attempts"),
    [
        ("A+", [(1, False, "CONFIRMED", "counters", None)]),
        ("A", [(1, False, "UNCERTAIN", None, "service_stopped"), (2, True, "CONFIRMED", "token", None)]),
    ],
)
async def test_another_replica_takes_over_and_asks_the_printer_what_a_dead_one_left_open(
    kitchen: KitchenUnderTest,
    printer: VirtualPrinter,
    process: ServiceProcess,
    level: str,
    attempts: list[object],
) -> None:
    printer.causes.paper_out_at_line(3)
    await kitchen.pin(printer, level)
    await kitchen.route("BAR", printer)
    process.start()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM print_attempts")
    await printer.state.wait_until(lambda state: state.paper_out, WAIT_SECONDS)
    survivor = await kitchen.start_service()
    await asyncio.to_thread(process.kill)
    printer.causes.refill()

    await survivor.facts.wait_for(AttemptRescued)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == attempts
    assert len(printer.paper.sheets) == len(attempts)


async def test_a_paused_owner_that_wakes_late_cannot_overwrite_what_was_decided_without_it(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, process: ServiceProcess
) -> None:
    printer.causes.paper_out_at_line(3)
    await kitchen.pin(printer, "A")
    await kitchen.route("BAR", printer)
    process.start()
    ticket = await kitchen.submit("BAR", "Negroni")
    # Paused while the printer has the ticket, not between its claim and its first byte.
    await kitchen.wait_until("SELECT bool_or(state_reason = 'paper_out') IS TRUE AS yes FROM printers")
    os.kill(process.pid, signal.SIGSTOP)
    survivor = await kitchen.start_service()
    await survivor.facts.wait_for(AttemptRescued)

    printer.causes.refill()
    os.kill(process.pid, signal.SIGCONT)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert (await kitchen.attempts(ticket))[0] == (1, False, "UNCERTAIN", None, "service_stopped")
    unmarked = [sheet for sheet in printer.paper.sheets if "POSSIBLE DUPLICATE" not in sheet.text]
    assert len(unmarked) == 1


async def test_two_replicas_share_the_lanes_and_print_every_ticket_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    first, second = await kitchen.start_service(), await kitchen.start_service()
    await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM kitchen_replicas WHERE until > now()")
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    await first.facts.wait_for(LanesChanged, lambda fact: len(fact.addresses) == 1)
    await second.facts.wait_for(LanesChanged, lambda fact: len(fact.addresses) == 1)

    tickets = [await kitchen.submit(("BAR", "KITCHEN")[n % 2], f"Dish {n}", bill_id=n) for n in range(20)]
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert len(printer.paper.sheets) + len(second_printer.paper.sheets) == 20
    # A commit is there to see a moment before its owner hears of it.
    await first.facts.wait_for(OutcomeRecorded, lambda _: len(first.facts.of(OutcomeRecorded)) == 10)
    await second.facts.wait_for(OutcomeRecorded, lambda _: len(second.facts.of(OutcomeRecorded)) == 10)


@pytest.mark.timeout(120)
async def test_a_database_that_stops_in_the_middle_of_a_ticket_gets_its_outcome_when_it_is_back() -> None:
    async with own_database() as (kitchen, postgres), VirtualPrinter(speed_mm_s=50) as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        ticket = await kitchen.submit("BAR", "Negroni", "Lager")
        await service.facts.wait_for(TicketHandedOver)

        await asyncio.to_thread(postgres.stop, Stop.IMMEDIATE)
        lost = await service.facts.wait_for(DatabaseLost)
        await printer.paper.wait_for_sheets(1, timeout=WAIT_SECONDS)
        status, health = await service.get("/health")
        assert (status, health["overall"]) == (503, "failing")
        assert (await service.get("/livez"))[0] == 200
        postgres.start()
        await service.facts.wait_for(DatabaseBack)
        await kitchen.reconnect()
        await kitchen.wait_for_status(ticket, "PRINTED")

        assert lost.problem
        assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]


@pytest.mark.timeout(120)
async def test_a_frozen_database_is_noticed_within_our_own_deadline() -> None:
    async with own_database() as (kitchen, postgres), VirtualPrinter() as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        await service.facts.wait_for(LanesChanged)

        with psycopg.connect(kitchen.dsn, autocommit=True) as connection:
            backends = [
                row[0]
                for row in connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                    " AND application_name = 'kitchen-printer'"
                )
            ]
        for pid in [postgres.pid, *backends]:
            os.kill(pid, signal.SIGSTOP)
        try:
            await service.facts.wait_for(DatabaseLost)
            assert (await service.get("/livez"))[0] == 200
            assert [(await service.get(path))[0] for path in ("/readyz", "/health")] == [503, 503]
        finally:
            for pid in [*backends, postgres.pid]:
                os.kill(pid, signal.SIGCONT)
        await service.facts.wait_for(DatabaseBack)
        ticket = await kitchen.submit("BAR", "Negroni")
        await kitchen.wait_for_status(ticket, "PRINTED")


async def test_an_attempt_whose_claim_was_never_answered_is_closed_as_not_sent(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM print_jobs")
    # As if the claim had been committed and the connection been lost before its answer came.
    await kitchen.execute(
        "INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,"
        " token_printed, token_cut) SELECT j.id, j.kind, 1, l.printer_id, l.epoch, l.owner, false, 'lost', 'LOST'"
        " FROM print_jobs j JOIN lanes l USING (printer_id)"
    )
    await kitchen.execute("UPDATE print_jobs SET state = 'PRINTING', attempts = 1")
    printer.causes.accept()

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [
        (1, False, "NOT_SENT", None, "internal_error"),
        (2, False, "CONFIRMED", "token", None),
    ]
    assert not any(isinstance(fact.outcome, Uncertain) for fact in service.facts.of(OutcomeRecorded))


async def test_a_second_replica_gets_its_share_of_lanes_that_the_first_already_has(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    first = await kitchen.start_service()
    await first.facts.wait_for(LanesChanged, lambda fact: len(fact.addresses) == 2)

    second = await kitchen.start_service()

    await second.facts.wait_for(LanesChanged, lambda fact: len(fact.addresses) == 1)
    assert len(first.facts.of(LanesChanged)[-1].addresses) == 1
