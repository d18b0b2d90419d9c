"""What people decide about printers: park, resume, redirect; and on which one a ticket prints."""

from collections.abc import AsyncGenerator

import pytest

from kitchen_printer.service.facts import PrinterPassedOver
from tests.cli.test_bad_input import kitchen_printer
from tests.proof.papers import pieces
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter


@pytest.fixture
async def backup() -> AsyncGenerator[VirtualPrinter, None]:
    """A printer that stands in."""
    async with VirtualPrinter() as virtual_printer:
        yield virtual_printer


async def test_a_parked_printer_gets_nothing_and_one_that_is_resumed_gets_its_tickets_at_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, backup: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", backup, priority=2)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Water", bill_id=1), "PRINTED")

    code, said = kitchen_printer(
        *("printers", "park", printer.address, "--by", "Ana", "--reason", "smokes"), DATABASE_URL=kitchen.dsn
    )
    assert (code, said.strip()) == (0, f"{printer.address} is parked.")
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni", bill_id=2), "PRINTED")
    assert "FOR BAR - printer parked since" in backup.paper.text
    await kitchen.wait_until(
        "SELECT state = 'ready' AS yes FROM printers WHERE address = %s", [backup.address]
    )
    code, listed = kitchen_printer("printers", DATABASE_URL=kitchen.dsn)
    assert code == 0
    assert "; parked by Ana since" in listed
    assert ": smokes" in listed
    assert "; ready since" in listed

    code, said = kitchen_printer(
        "printers", "resume", printer.address, "--by", "Ana", DATABASE_URL=kitchen.dsn
    )
    assert (code, said.strip()) == (0, f"{printer.address} may print again.")
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Lager", bill_id=3), "PRINTED")
    assert "Lager" in printer.paper.text
    assert "Lager" not in backup.paper.text
    told = await kitchen.rows(
        "SELECT event, detail FROM print_events WHERE event ~ 'parked|resumed' ORDER BY id"
    )
    assert [(row["event"], row["detail"]) for row in told] == [
        ("printer_parked", {"by": "Ana", "reason": "smokes"}),
        ("printer_resumed", {"by": "Ana"}),
    ]


async def test_a_person_sends_one_station_of_a_printer_elsewhere_until_that_is_undone(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, backup: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("SUSHI", printer)
    await kitchen.route("KITCHEN", backup)
    await kitchen.start_service()
    for station in ("BAR", "SUSHI", "KITCHEN"):
        await kitchen.wait_for_status(await kitchen.submit(station, "Water", bill_id=1), "PRINTED")
    redirect = ("printers", "redirect", printer.address, "--by", "Ana")

    code, said = kitchen_printer(
        *redirect, "--to", backup.address, "--station", "sushi", DATABASE_URL=kitchen.dsn
    )
    assert (code, backup.address in said) == (0, True), said
    maki = await kitchen.submit("SUSHI", "Maki", bill_id=2)
    beer = await kitchen.submit("BAR", "Beer", bill_id=2)
    for ticket in (maki, beer):
        await kitchen.wait_for_status(ticket, "PRINTED")
    assert "FOR SUSHI - printer redirected by hand since" in " ".join(backup.paper.text.split())
    assert "Beer" in printer.paper.text

    code, _ = kitchen_printer(*redirect, "--undo", DATABASE_URL=kitchen.dsn)
    assert code == 0
    await kitchen.wait_for_status(await kitchen.submit("SUSHI", "Nigiri", bill_id=3), "PRINTED")
    assert "Nigiri" in printer.paper.text
    code, said = kitchen_printer(*redirect, DATABASE_URL=kitchen.dsn)
    assert (code, "--to" in said) == (2, True)


async def test_a_ticket_that_waits_for_a_dead_printer_moves_to_the_one_a_person_names_and_prints_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, backup: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", backup)
    printer.causes.refuse()
    service = await kitchen.start_service(KITCHEN_FAILOVER_SECONDS="0")
    ticket = await kitchen.submit("BAR", "Negroni", bill_id=1)
    await service.facts.wait_for(PrinterPassedOver)

    again = ("reprint", str(ticket), "--on", backup.address, "--by", "Ana", "--reason", "hurry")
    code, said = kitchen_printer(*again, DATABASE_URL=kitchen.dsn)
    assert code == 0, said
    await kitchen.wait_for_status(ticket, "PRINTED")
    assert ("Negroni" in backup.paper.text, "REPRINT" in backup.paper.text) == (True, False)

    code, said = kitchen_printer(*again, DATABASE_URL=kitchen.dsn)
    assert code == 0, said
    sheets = await backup.paper.wait_for_sheets(2, timeout=WAIT_SECONDS)
    assert "REPRINT" in sheets[1].text
    code, said = kitchen_printer(
        "reprint", str(ticket), "--on", "10.9.8.7", "--by", "Ana", DATABASE_URL=kitchen.dsn
    )
    assert (code, "there is no printer 10.9.8.7:9100" in said) == (1, True), said


async def test_what_was_given_up_is_tried_again_singly_or_by_station(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    printer.causes.refuse()
    service = await kitchen.start_service(KITCHEN_GIVE_UP_SECONDS="30")
    tickets = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n) for n in range(3)]
    await kitchen.wait_until("SELECT count(*) = 3 AS yes FROM print_jobs")
    await kitchen.execute("UPDATE print_jobs SET waited_seconds = 30")
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "FAILED")
    await kitchen.stop_service(service)

    code, said = kitchen_printer("retry", str(tickets[2]), "--by", "Ana", DATABASE_URL=kitchen.dsn)
    assert (code, said.strip()) == (0, "1 copy is tried again.")
    code, said = kitchen_printer("retry", "--station", "bar", "--by", "Ana", DATABASE_URL=kitchen.dsn)
    assert (code, said.strip()) == (0, "2 copies are tried again.")
    printer.causes.accept()
    await kitchen.start_service()
    for ticket in tickets:
        await kitchen.wait_for_status(ticket, "PRINTED")

    printed = [piece.ticket_id for piece in pieces(printer.paper.sheets) if piece.ticket_id is not None]
    assert printed == tickets
    assert "POSSIBLE DUPLICATE" not in printer.paper.text
    assert (await kitchen.events(tickets[0])).count("retry_requested") == 1
    code, said = kitchen_printer("retry", str(tickets[0]), "--by", "Ana", DATABASE_URL=kitchen.dsn)
    assert (code, said.strip()) == (0, "Nothing of it has failed.")
    code, said = kitchen_printer("retry", "--by", "Ana", DATABASE_URL=kitchen.dsn)
    assert (code, "Say which" in said) == (2, True)
