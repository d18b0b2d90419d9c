"""Lanes are one printer's each: what goes wrong in one of them, or is changed about one, concerns no other."""

import pytest

from kitchen_printer.service import work_lane
from kitchen_printer.service.facts import LaneParked, PrinterDown, TaskCrashed
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane
from kitchen_printer.service.print_ticket import Turn, print_next_ticket
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter
from virtual_printer.faults import Fault


async def test_a_lane_that_fails_five_times_in_a_minute_is_parked_and_its_tickets_print_elsewhere(
    kitchen: KitchenUnderTest,
    printer: VirtualPrinter,
    second_printer: VirtualPrinter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails_at_the_first(lane: Lane, kitchen: Kitchen) -> Turn:
        if lane.address == printer.address:
            raise RuntimeError("a mistake of ours")
        return await print_next_ticket(lane, kitchen)

    monkeypatch.setattr(work_lane, "print_next_ticket", fails_at_the_first)
    monkeypatch.setattr("kitchen_printer.decisions.retry.BACKOFF_SECONDS", (0.02,))
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")

    await kitchen.wait_for_status(ticket, "PRINTED")

    parked = await service.facts.wait_for(LaneParked)
    assert parked.address == printer.address
    assert "5 times within 60 s" in parked.problem
    assert len(service.facts.of(LaneParked)) == 1
    assert len(service.facts.of(TaskCrashed)) >= 5
    assert "FOR BAR - printer parked since" in second_printer.paper.text
    assert (await kitchen.one("SELECT parked_by FROM printers WHERE parked"))[
        "parked_by"
    ] == "kitchen-printer"
    _, health = await service.get("/health")
    states = {each["address"]: (each["state"], each["reason"]) for each in health["printers"]}
    assert states[printer.address] == ("parked", "parked")
    assert states[second_printer.address][1] is None


async def test_a_parked_printer_without_a_backup_keeps_its_tickets_and_after_the_give_up_time_says_so(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.execute("INSERT INTO printers (address, parked) VALUES (%s, true)", [printer.address])
    service = await kitchen.start_service(KITCHEN_GIVE_UP_SECONDS="30")
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterDown)
    await kitchen.wait_until(
        "SELECT count(*) = 1 AS yes FROM print_jobs"
    )  # The printer is asked while it is made.
    await kitchen.execute("UPDATE print_jobs SET waited_seconds = 29.5")
    await kitchen.wait_for_status(ticket, "FAILED")

    row = await kitchen.one("SELECT failed_reason FROM kitchen_tickets")
    assert row["failed_reason"] == "parked"
    assert printer.paper.text == ""


async def test_a_dead_printer_is_asked_once_per_step_however_many_tickets_wait_and_on_when_they_have_left(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    # It takes connections, which can be counted, and answers as no printer does.
    printer.causes.add(Fault(name="junk", params={"count": 300}))
    await kitchen.start_service(KITCHEN_FAILOVER_SECONDS="0")
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n) for n in range(25)]
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")
    asked = printer.link.connections
    assert 1 <= asked < 10  # Per step of 1, 2, 5, … seconds, not per ticket.

    await printer.wait_until(
        lambda: printer.link.connections > asked, timeout=15
    )  # Nothing waits for it now.
    printer.causes.remove_all()
    await kitchen.wait_until(
        "SELECT passed_over_for IS NULL AS yes FROM printers WHERE address = %s", [printer.address]
    )


async def test_closing_a_station_sends_its_next_tickets_to_the_default_station_until_it_opens_again(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", printer)
    await kitchen.route("PATIO", second_printer)
    await kitchen.execute("INSERT INTO stations (station_code) VALUES ('PATIO')")
    await kitchen.execute("UPDATE kitchen_settings SET default_station = 'KITCHEN'")
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("PATIO", "Spritz", bill_id=1), "PRINTED")

    await kitchen.execute("UPDATE stations SET is_open = false")
    await kitchen.wait_for_status(await kitchen.submit("PATIO", "Punch", bill_id=1), "PRINTED")
    await kitchen.execute("UPDATE stations SET is_open = true")
    await kitchen.wait_for_status(await kitchen.submit("PATIO", "Soda", bill_id=1), "PRINTED")

    assert "Punch" in printer.paper.text
    assert "NO ROUTE FOR PATIO" in printer.paper.text
    assert [("Spritz" in each.text, "Soda" in each.text) for each in second_printer.paper.sheets] == [
        (True, False),
        (False, True),
    ]


async def test_a_printer_that_never_failed_is_ready_since_somebody_first_saw_it_and_not_since_the_machine_started(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")

    await kitchen.wait_until("SELECT state = 'ready' AS yes FROM printers")

    assert await kitchen.one("SELECT state_since >= created_at AS is_fresh FROM printers") == {
        "is_fresh": True
    }
