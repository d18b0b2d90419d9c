"""What a printer can prove is learnt at first contact, kept, and learnt anew when another one stands there."""

import pytest

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import PrinterBack, PrinterDown, PrinterProbed
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


@pytest.mark.parametrize(
    ("profile", "level", "evidence"),
    [
        ("epson-80", "A+", "token"),
        ("clone-80", "A", "token"),
        ("impact", "B", "queued status"),
    ],
)
async def test_a_printer_is_probed_without_paper_and_then_prints_at_the_level_it_has(
    kitchen: KitchenUnderTest, profile: str, level: str, evidence: str
) -> None:
    async with VirtualPrinter(profile=profile) as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        ticket = await kitchen.submit("BAR", "Negroni")
        probed = await service.facts.wait_for(PrinterProbed)
        await kitchen.wait_for_status(ticket, "PRINTED")

        assert probed.level == level
        assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", evidence, None)]
        assert len(printer.paper.sheets) == 1
        assert await kitchen.one("SELECT level, level_provenance FROM printers") == {
            "level": level,
            "level_provenance": "probed",
        }


@pytest.mark.parametrize(("profile", "reason"), [("mute", Reason.SILENT), ("star-line", Reason.SPEAKS_STAR)])
async def test_a_printer_that_cannot_be_asked_gets_no_ticket_and_no_level(
    kitchen: KitchenUnderTest, profile: str, reason: Reason
) -> None:
    async with VirtualPrinter(profile=profile) as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        ticket = await kitchen.submit("BAR", "Negroni")

        assert (await service.facts.wait_for(PrinterDown)).reason is reason
        assert (await kitchen.status(ticket), printer.paper.text) == ("NEW", "")
        assert (await kitchen.one("SELECT level_provenance FROM printers"))["level_provenance"] == "assumed"


async def test_a_printer_is_probed_once_and_not_again_by_the_next_service(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    first = await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni", bill_id=1), "PRINTED")
    await kitchen.stop_service(first)

    second = await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Lager", bill_id=2), "PRINTED")

    assert len(first.facts.of(PrinterProbed)) == 1
    assert second.facts.of(PrinterProbed) == []


async def test_another_printer_at_the_same_address_is_probed_anew(kitchen: KitchenUnderTest) -> None:
    async with VirtualPrinter(profile="epson-80") as old:
        await kitchen.route("BAR", old)
        service = await kitchen.start_service()
        await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni", bill_id=1), "PRINTED")
        port = int(old.address.rpartition(":")[2])
    ticket = await kitchen.submit("BAR", "Lager", bill_id=2)
    await service.facts.wait_for(PrinterDown)

    async with VirtualPrinter(profile="clone-80", port=port):
        await service.facts.wait_for(PrinterBack)
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert [fact.level for fact in service.facts.of(PrinterProbed)] == ["A+", "A"]


async def test_what_a_person_pinned_is_never_probed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.execute(
        "INSERT INTO printers (address, level, level_provenance) VALUES (%s, 'B', 'pinned')",
        [printer.address],
    )
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service()
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.wait_for_status(ticket, "PRINTED")

    assert service.facts.of(PrinterProbed) == []
    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "queued status", None)]
