"""Backups: tickets go past a printer that cannot print, in order, say so on paper, and come home."""

import asyncio
from collections.abc import Sequence

import pytest

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import (
    DoubtRaised,
    PrinterBack,
    PrinterCameHome,
    PrinterDown,
    PrinterPassedOver,
    TicketsRedirected,
)
from tests.proof.papers import pieces
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Sheet, VirtualPrinter
from virtual_printer.faults import AtCommand, Fault, Operator, Times

SOON = {"KITCHEN_FAILOVER_SECONDS": "0.3"}
"""Fails over almost at once."""


def tickets_on(sheets: Sequence[Sheet]) -> list[int]:
    """The tickets on paper, in the order of the papers."""
    return [piece.ticket_id for piece in pieces(sheets) if piece.ticket_id is not None]


async def test_thirty_tickets_and_a_void_go_to_the_backup_in_order_and_new_ones_come_home(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    printer.causes.refuse()
    service = await kitchen.start_service(**SOON)
    orders = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n // 3) for n in range(30)]
    void = await kitchen.submit("BAR", "Drink 0", bill_id=0)
    await kitchen.execute("UPDATE kitchen_tickets SET kind = 'VOID' WHERE id = %s", [void])

    sheets = await second_printer.paper.wait_for_sheets(31, timeout=WAIT_SECONDS)
    for ticket in [*orders, void]:
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert tickets_on(sheets) == [*orders, void]
    assert all("BACKUP" in sheet.text for sheet in sheets)
    assert "FOR BAR - printer refuses to connect since" in sheets[0].text
    assert not any("POSSIBLE DUPLICATE" in sheet.text for sheet in sheets)
    passed_over = await service.facts.wait_for(PrinterPassedOver)
    assert passed_over == PrinterPassedOver(printer.address, Reason.REFUSED)

    printer.causes.accept()
    await service.facts.wait_for(PrinterCameHome)
    home = await kitchen.submit("BAR", "Water", bill_id=99)
    await kitchen.wait_for_status(home, "PRINTED")

    assert tickets_on(printer.paper.sheets) == [home]
    assert "BACKUP" not in printer.paper.text
    # On record: who took them, for whom, and that nothing was tried on the dead printer.
    rows = await kitchen.rows(
        "SELECT count(*) AS n, bool_and(j.diverted_for = 'refused') AS said, bool_and(e.event IS NOT NULL) AS told"
        "  FROM print_jobs j LEFT JOIN print_events e ON e.job_id = j.id AND e.event = 'redirected'"
        " WHERE j.diverted_from IS NOT NULL"
    )
    assert rows == [{"n": 31, "said": True, "told": True}]
    assert await kitchen.one("SELECT max(attempts) AS most FROM print_jobs") == {"most": 1}


async def test_a_printer_that_was_passed_over_when_somebody_parked_it_gets_its_tickets_again_once_resumed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    printer.causes.refuse()
    service = await kitchen.start_service(**SOON)
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Lager"), "PRINTED")
    await kitchen.execute("SELECT kitchen_park(%s, 'Eve')", [printer.address])
    async with asyncio.timeout(WAIT_SECONDS):
        while not any(lane.printer.parked for lane in service.lanes):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    printer.causes.accept()
    await kitchen.execute("SELECT kitchen_resume(%s, 'Eve')", [printer.address])
    await kitchen.wait_until("SELECT bool_and(passed_over_for IS NULL) AS yes FROM printers")
    home = await kitchen.submit("BAR", "Water", bill_id=2)
    await kitchen.wait_for_status(home, "PRINTED")

    assert tickets_on(printer.paper.sheets) == [home]


async def test_the_backup_may_be_another_replica_s_and_gets_the_tickets_all_the_same(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    for _ in range(2):
        await kitchen.start_service(**SOON)
    await kitchen.wait_until("SELECT count(DISTINCT owner) = 2 AS yes FROM lanes WHERE owner IS NOT NULL")
    printer.causes.refuse()
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=1) for n in range(5)]
    await second_printer.paper.wait_for_sheets(5, timeout=WAIT_SECONDS)
    printer.causes.accept()
    await kitchen.wait_until("SELECT bool_or(event = 'printer_came_home') AS yes FROM print_events")
    # Until it has looked again, a replica gives what is announced to it to the backup: how many tickets that are
    # is a matter of how fast they are ordered. Its slip alone does not say that a printer is home.
    async with asyncio.timeout(WAIT_SECONDS):
        while not tickets_on(printer.paper.sheets):
            tickets.append(await kitchen.submit("BAR", "Water", bill_id=1))
            await kitchen.wait_for_status(tickets[-1], "PRINTED")

    assert tickets_on(second_printer.paper.sheets) == tickets[:-1]
    assert tickets_on(printer.paper.sheets) == tickets[-1:]
    moves = await kitchen.rows(
        "SELECT ticket_id, count(*) AS n FROM print_events WHERE event = 'redirected' GROUP BY ticket_id"
    )
    # Two replicas that look at one record do not pull them back and forth: once to the backup, and one that was
    # given to it by a replica that had not looked since, once home again.
    found = {each["ticket_id"]: each["n"] for each in moves}
    assert [found[ticket] for ticket in tickets[:5]] == [1] * 5
    assert max(found.get(ticket, 0) for ticket in tickets[5:]) <= 2


async def test_a_ticket_that_a_stopped_printer_has_not_begun_is_taken_back_and_printed_without_a_mark(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    service = await kitchen.start_service(**SOON)
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Water", bill_id=1), "PRINTED")
    # The code page is chosen before the first line is printed: here the cutter gets stuck.
    printer.causes.add(Fault(name="cutter-jam", trigger=AtCommand("ESC t"), until=Operator()))

    first = await kitchen.submit("BAR", "Negroni", bill_id=2)
    later = await kitchen.submit("BAR", "Lager", bill_id=2)
    for ticket in (first, later):
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert tickets_on(second_printer.paper.sheets) == [first, later]
    assert "POSSIBLE DUPLICATE" not in second_printer.paper.text
    assert "Negroni" not in printer.paper.text
    assert await kitchen.attempts(first) == [
        (1, False, "NOT_SENT", "revoked", "cutter"),
        (2, False, "CONFIRMED", "token", None),
    ]
    assert "redirected" in await kitchen.events(first)
    assert "may_still_print" not in await kitchen.events(first)
    moved = service.facts.of(TicketsRedirected)
    assert {(each.to_address, each.reason) for each in moved} == {(second_printer.address, "cutter")}


async def test_a_ticket_that_was_begun_is_printed_on_the_backup_with_a_mark(
    kitchen: KitchenUnderTest,
    printer: VirtualPrinter,
    second_printer: VirtualPrinter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.FENCE_SECONDS", 1.0)
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    await kitchen.start_service(**SOON)
    printer.causes.paper_out_at_line(3)

    ticket = await kitchen.submit("BAR", "Negroni", "Lager", "Water")
    await kitchen.wait_for_status(ticket, "PRINTED")

    (paper,) = second_printer.paper.sheets
    assert "POSSIBLE DUPLICATE" in paper.text
    assert "FOR BAR - printer out of paper since" in paper.text
    assert [(marked, outcome) for _, marked, outcome, _, _ in await kitchen.attempts(ticket)] == [
        (False, "UNCERTAIN"),
        (True, "CONFIRMED"),
    ]


async def test_a_printer_that_is_lost_in_the_middle_of_a_ticket_may_still_print_it_and_the_record_says_so(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    service = await kitchen.start_service(**SOON)
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Water", bill_id=1), "PRINTED")
    printer.causes.reset_after_byte(150)  # Somewhere in the ticket, past the questions before it.
    ticket = await kitchen.submit("BAR", "Negroni", bill_id=2)
    await service.facts.wait_for(DoubtRaised)
    printer.causes.refuse()

    await kitchen.wait_for_status(ticket, "PRINTED")

    assert "POSSIBLE DUPLICATE" in second_printer.paper.text
    story = await kitchen.events(ticket)
    assert story.index("uncertain") < story.index("redirected") < story.index("confirmed")
    assert "may_still_print" in story


async def test_a_ticket_inside_a_printer_that_is_lost_without_paper_is_forgotten_before_the_backup_prints_it(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    service = await kitchen.start_service(KITCHEN_FAILOVER_SECONDS="1")
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Water", bill_id=1), "PRINTED")
    printer.causes.add(Fault(name="paper-out", trigger=AtCommand("ESC t"), until=Operator()))
    ticket = await kitchen.submit("BAR", "Negroni", bill_id=2)
    await service.facts.wait_for(PrinterDown)
    printer.causes.add(Fault(name="reset", until=Times(1)))  # All of the ticket is in its buffer.

    await kitchen.wait_for_status(ticket, "PRINTED")
    printer.causes.refill()
    await service.facts.wait_for(PrinterBack)

    assert "POSSIBLE DUPLICATE" in second_printer.paper.text
    assert "Negroni" not in printer.paper.text
    assert (await kitchen.attempts(ticket))[0] == (1, False, "UNCERTAIN", "revoked", "connection_lost")
    assert "may_still_print" not in await kitchen.events(ticket)


async def test_without_a_living_backup_a_stopped_printer_keeps_its_ticket_until_the_roll_is_in(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    second_printer.causes.refuse()
    service = await kitchen.start_service(**SOON)
    printer.causes.paper_out_at_line(3)
    # The backup is known to be down before the primary runs out of paper.
    await kitchen.execute(
        "INSERT INTO station_printers (station_code, printer_ip) VALUES ('PATIO', %s)",
        [second_printer.address],
    )
    await kitchen.submit("PATIO", "Spritz", bill_id=9)
    await service.facts.wait_for(PrinterPassedOver, lambda fact: fact.address == second_printer.address)
    ticket = await kitchen.submit("BAR", "Negroni", "Lager", "Water", bill_id=1)
    await service.facts.wait_for(PrinterPassedOver, lambda fact: fact.address == printer.address)

    printer.causes.refill()
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]
    assert tickets_on(printer.paper.sheets) == [ticket]


async def test_a_dead_pass_printer_delays_no_line_copy_and_the_status_says_which_copy_is_missing(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", printer, copy_no=1)
    await kitchen.route("KITCHEN", second_printer, copy_no=2)
    second_printer.causes.refuse()
    await kitchen.start_service(**SOON)
    tickets = [await kitchen.submit("KITCHEN", f"Dish {n}", bill_id=1) for n in range(5)]

    await printer.paper.wait_for_sheets(5, timeout=WAIT_SECONDS)
    await kitchen.wait_until(
        "SELECT count(*) = 5 AS yes FROM kitchen_ticket_status"
        " WHERE status = 'PRINTING' AND copies_missing = '{2}' AND copies_printed = 1 AND reason = 'refused'"
    )

    assert tickets_on(printer.paper.sheets) == tickets
    second_printer.causes.accept()
    await second_printer.paper.wait_for_sheets(5, timeout=WAIT_SECONDS)
    await kitchen.wait_until(
        "SELECT count(*) = 5 AS yes FROM kitchen_ticket_status WHERE status = 'PRINTED' AND copies_missing = '{}'"
    )
    assert tickets_on(second_printer.paper.sheets) == tickets


async def test_when_all_printers_are_dead_nothing_is_burnt_and_then_all_prints_in_order(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    for each in (printer, second_printer):
        each.causes.refuse()
    service = await kitchen.start_service(**SOON)
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n // 4) for n in range(12)]
    for each in (printer, second_printer):
        await service.facts.wait_for(PrinterPassedOver, lambda fact, each=each: fact.address == each.address)  # type: ignore[misc]
    assert await kitchen.one("SELECT max(spent) AS n, max(attempts) AS m FROM print_jobs") == {"n": 0, "m": 0}

    # The backup answers first: it prints at once, without having to last, for there is nothing to wait for.
    second_printer.causes.accept()
    await second_printer.paper.wait_for_sheets(12, timeout=WAIT_SECONDS)
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert tickets_on(second_printer.paper.sheets) == tickets
    assert not await kitchen.rows("SELECT FROM print_attempts WHERE marked")


async def test_what_was_down_before_this_service_began_fails_nothing_and_fails_over_nothing(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    """A night without power, and a clock set an hour forward: the record is old, the printer is well."""
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    first = await kitchen.start_service(**SOON)
    printer.causes.refuse()
    await kitchen.submit("BAR", "Negroni", bill_id=1)
    await first.facts.wait_for(PrinterPassedOver)
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM kitchen_tickets WHERE status = 'PRINTED'")
    await kitchen.stop_service(first)
    # Nine hours later, with tickets left from the evening that had almost waited too long.
    printer.causes.accept()
    await kitchen.execute(
        "UPDATE printers SET state_since = state_since - interval '9 hours',"
        " passed_over_since = passed_over_since - interval '9 hours'"
    )
    ticket = await kitchen.submit("BAR", "Lager", bill_id=2)
    old = "UPDATE kitchen_tickets SET created_at = created_at - interval '9 hours' WHERE id = %s"
    await kitchen.execute(old, [ticket])

    second = await kitchen.start_service(**SOON)
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert tickets_on(printer.paper.sheets) == [ticket]
    assert not second.facts.of(PrinterPassedOver)
    assert not await kitchen.rows("SELECT FROM kitchen_tickets WHERE status = 'FAILED'")


async def test_a_printer_that_confirms_nothing_is_passed_over_after_two_tickets_and_costs_no_third_one_a_mark(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    await kitchen.pin(printer, "B")
    service = await kitchen.start_service(KITCHEN_FAILOVER_SECONDS="30", KITCHEN_ON_UNCONFIRMED="hold")
    for n in range(2):
        # It is well whenever it is asked; in the middle of each ticket the line breaks.
        printer.causes.add(Fault(name="reset", trigger=AtCommand("ESC t"), until=Times(1)))
        ticket = await kitchen.submit("BAR", f"Drink {n}", bill_id=n)
        await kitchen.wait_until(
            "SELECT state = 'HELD' AS yes FROM print_jobs RIGHT JOIN (VALUES (%s)) AS t(id) ON ticket_id = t.id",
            [ticket],
        )
    passed_over = await service.facts.wait_for(PrinterPassedOver)
    third = await kitchen.submit("BAR", "Drink 2", bill_id=7)
    await kitchen.wait_for_status(third, "PRINTED")

    assert passed_over.reason is Reason.DOES_NOT_CONFIRM
    assert [marked for _, marked, *_ in await kitchen.attempts(third)] == [False]
    assert "printer does not confirm" in second_printer.paper.text
    assert (await kitchen.one("SELECT max(spent) AS n FROM print_jobs"))["n"] == 1
