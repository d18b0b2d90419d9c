"""Printers that can prove nothing: tickets only where a person decided so, and never shown as more than sent."""

import asyncio

import pytest

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import PrinterDown
from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter

UNPROVED = pytest.mark.parametrize(
    ("profile", "level", "evidence"),
    [("epson-80", Level.HEALTH, "status"), ("mute", Level.MUTE, "sent, unconfirmed")],
)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.HOLD_SECONDS", 0.05)
    monkeypatch.setattr("kitchen_printer.service.attempt.SLOWEST_MM_PER_SECOND", 1000.0)


async def pinned_by_a_person(kitchen: KitchenUnderTest, address: str, level: Level) -> str:
    code, said = await asyncio.to_thread(
        kitchen_printer, "printers", "pin", address, level, "--by", "Ana", DATABASE_URL=kitchen.dsn
    )
    assert code == 0, said
    return said


@UNPROVED
async def test_a_ticket_that_nothing_proves_is_printed_and_shown_as_unconfirmed_everywhere(
    kitchen: KitchenUnderTest, profile: str, level: Level, evidence: str
) -> None:
    async with VirtualPrinter(profile=profile) as printer:
        said = await pinned_by_a_person(kitchen, printer.address, level)
        assert "without proof" in said
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        ticket = await kitchen.submit("BAR", "Negroni")
        await kitchen.wait_for_status(ticket, "PRINTED")

        (sheet,) = printer.paper.sheets
        assert "1 x Negroni" in sheet.lines
        assert await kitchen.attempts(ticket) == [(1, False, "UNCERTAIN", evidence, None)]
        status = await kitchen.one("SELECT * FROM kitchen_ticket_status WHERE ticket_id = %s", [ticket])
        assert (status["is_proved"], status["copies_printed"]) == (False, 1)
        exception = await kitchen.one(
            "SELECT exception FROM kitchen_exceptions WHERE ticket_id = %s", [ticket]
        )
        assert exception["exception"] == "unconfirmed"
        assert "sent_unconfirmed" in await kitchen.events(ticket)
        _, health = await service.get("/health")
        (seen,) = health["printers"]
        assert (seen["level"], seen["proof"]) == (level, "proves nothing, accepted by a person")
        _, story = await asyncio.to_thread(kitchen_printer, "explain", str(ticket), DATABASE_URL=kitchen.dsn)
        assert "sent to a printer that proves nothing" in story


async def test_a_printer_found_to_prove_nothing_gets_no_ticket_before_a_person_decides(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.execute(
        "INSERT INTO printers (address, level, level_provenance, serial, firmware) VALUES (%s, 'B-', 'probed', %s, %s)",
        [printer.address, *_identity(printer)],
    )
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    down = await service.facts.wait_for(PrinterDown)
    assert (down.reason, printer.paper.text) == (Reason.CANNOT_CONFIRM, "")

    await pinned_by_a_person(kitchen, printer.address, Level.HEALTH)
    await kitchen.wait_for_status(ticket, "PRINTED")
    assert await kitchen.attempts(ticket) == [(1, False, "UNCERTAIN", "status", None)]


async def test_paper_that_runs_out_in_a_ticket_without_proof_makes_a_marked_repeat(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.pin(printer, "B-")
    await kitchen.route("BAR", printer)
    printer.causes.paper_out_at_line(3)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await service.facts.wait_for(PrinterDown)
    printer.causes.refill()
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert await kitchen.attempts(ticket) == [
        (1, False, "UNCERTAIN", None, "paper_out"),
        (2, True, "UNCERTAIN", "status", None),
    ]
    first, second = printer.paper.sheets
    assert "POSSIBLE DUPLICATE" not in "\n".join(first.lines)
    assert "POSSIBLE DUPLICATE" in "\n".join(second.lines)


async def test_what_was_unpinned_is_asked_again_before_its_next_ticket(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await pinned_by_a_person(kitchen, printer.address, Level.HEALTH)
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")

    code, said = await asyncio.to_thread(
        kitchen_printer, "printers", "unpin", printer.address, "--by", "Ana", DATABASE_URL=kitchen.dsn
    )
    assert code == 0, said
    ticket = await kitchen.submit("BAR", "Spritz", bill_id=2)
    await kitchen.wait_for_status(ticket, "PRINTED")
    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]


def _identity(printer: VirtualPrinter) -> tuple[str, str]:
    identity = printer.engine.machine.profile.identity
    assert identity is not None
    return identity.serial, identity.firmware
