"""``kitchen-printer test-print``: who answers before the paper has moved is found out, and gets the level it earns."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

from kitchen_printer.decisions.notice import PaperTest, lay_out_notice
from kitchen_printer.decisions.specimen import SCRIPTS
from kitchen_printer.service.facts import PrinterProbed
from tests.cli.test_bad_input import kitchen_printer
from tests.decisions.test_notice import NOW, a_notice_job
from tests.decisions.tickets import WIDE, ZONE
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter
from virtual_printer.paper import PrintedImage
from virtual_printer.roll import Sheet

SPEED_MM_S = 400.0
"""A fast printer that is still slower than any printer can be."""


async def result_of(kitchen: KitchenUnderTest, address: str, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the command; return its exit code and its JSON."""
    code, said = await asyncio.to_thread(
        kitchen_printer,
        *("test-print", address, "--by", "Ana", "--json", *options),
        DATABASE_URL=kitchen.dsn,
        KITCHEN_CONFIRM_SECONDS="2",
    )
    return code, json.loads(said[: said.rindex("}") + 1])


async def level_of(kitchen: KitchenUnderTest, printer: VirtualPrinter) -> tuple[str, str]:
    row = await kitchen.one(
        "SELECT level, level_provenance FROM printers WHERE address = %s", [printer.address]
    )
    return row["level"], row["level_provenance"]


LINES_OF_A_TEST = len(lay_out_notice(PaperTest(), a_notice_job(), NOW, WIDE, ZONE).rows)
PRINTED = {"is_printed": True, "is_proved": True, "why_not": None}


def pictures_on(sheet: Sheet) -> int:
    """How many rows of a paper are pictures with ink on them."""
    return sum(isinstance(entry, PrintedImage) and any(entry.rows) for entry in sheet.entries)


EARNED = {
    "epson-80": (["proved"], "A+"),
    "clone-80": (["proved"], "A"),
    "liar": (["answers too early", "proved"], "B"),
}


async def test_a_test_paper_gives_a_printer_that_nobody_serves_the_level_it_earns(
    kitchen: KitchenUnderTest,
) -> None:
    async with AsyncExitStack() as stack:
        printers = [
            await stack.enter_async_context(VirtualPrinter(profile=profile, speed_mm_s=SPEED_MM_S))
            for profile in EARNED
        ]
        results = await asyncio.gather(*(result_of(kitchen, printer.address) for printer in printers))

        for printer, (code, said), (findings, level) in zip(printers, results, EARNED.values(), strict=True):
            assert (code, [each["finding"] for each in said["tests"]]) == (0, findings), said
            assert await level_of(kitchen, printer) == (level, "proven on paper")
            *tests, scripts = printer.paper.sheets
            assert (len(tests), said["scripts"]) == (len(findings), PRINTED)
            assert all("PRINTER TEST" in sheet.lines[0] for sheet in printer.paper.sheets)
            assert [pictures_on(sheet) for sheet in tests] == [0] * len(findings), (
                "pictures would hide a liar"
            )
            assert pictures_on(scripts) >= len(SCRIPTS) - 2, "Latin and emoji are text"
            assert "Crème brûlée, jalapeño, 5 €, ½ Å" in scripts.text
        assert (
            await kitchen.rows("SELECT FROM print_attempts WHERE outcome IS DISTINCT FROM 'CONFIRMED'") == []
        )
        assert await kitchen.rows("SELECT FROM kitchen_printers WHERE is_served") == []


async def test_a_running_service_prints_the_test_and_tickets_wait_for_nobody(
    kitchen: KitchenUnderTest,
) -> None:
    async with VirtualPrinter(speed_mm_s=SPEED_MM_S) as printer:
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")
        _, health = await service.get("/health")
        assert health["printers"][0]["proof"].startswith("unverified")

        code, said = await result_of(kitchen, printer.address)

        assert (code, said["tests"][0]["finding"], said["scripts"]) == (0, "proved", PRINTED), said
        assert pictures_on(printer.paper.sheets[-1]) > 0
        await kitchen.wait_until("SELECT level_provenance = 'proven on paper' AS yes FROM printers")
        ticket = await kitchen.submit("BAR", "Spritz", bill_id=2)
        await kitchen.wait_for_status(ticket, "PRINTED")
        _, health = await service.get("/health")
        assert health["printers"][0]["proof"] == "proven on paper"


async def test_a_printer_that_lies_at_every_level_gets_no_ticket_until_a_person_accepts_that(
    kitchen: KitchenUnderTest,
) -> None:
    """It prints at once as far as anybody can see: no answer of it waits for any paper."""
    async with VirtualPrinter() as printer:
        code, said = await result_of(kitchen, printer.address)

        assert (code, [each["level"] for each in said["tests"]]) == (0, ["B", "B-"]), said
        assert await level_of(kitchen, printer) == ("B-", "proven on paper")
        assert said["scripts"]["why_not"].startswith("At level B- a printer gets no papers")
        assert len(printer.paper.sheets) == 2


async def test_what_was_proven_on_paper_is_not_what_another_printer_proves(
    kitchen: KitchenUnderTest,
) -> None:
    async with VirtualPrinter(profile="clone-80") as printer:
        await kitchen.execute(
            "INSERT INTO printers (address, level, level_provenance, serial)"
            " VALUES (%s, 'A+', 'proven on paper', 'X1')",
            [printer.address],
        )
        await kitchen.route("BAR", printer)
        service = await kitchen.start_service()
        ticket = await kitchen.submit("BAR", "Negroni")
        await service.facts.wait_for(PrinterProbed)
        await kitchen.wait_for_status(ticket, "PRINTED")
        assert await level_of(kitchen, printer) == ("A", "probed")


async def test_a_pinned_level_is_tested_and_stands_and_what_a_printer_cannot_draw_comes_as_code_points(
    kitchen: KitchenUnderTest,
) -> None:
    async with VirtualPrinter(speed_mm_s=SPEED_MM_S) as honest, VirtualPrinter(profile="liar") as liar:
        await kitchen.pin(honest, "B")
        await kitchen.pin(liar, "A")
        await kitchen.execute("UPDATE printers SET raster = 'none' WHERE address = %s", [liar.address])

        (code, said), (_, of_liar) = await asyncio.gather(
            result_of(kitchen, honest.address),
            asyncio.to_thread(
                kitchen_printer, "test-print", liar.address, "--by", "Ana", DATABASE_URL=kitchen.dsn
            ),
        )

        assert (code, said["tests"][0]["finding"], said["scripts"]) == (0, "proved", PRINTED), said
        assert await level_of(kitchen, honest) == ("B", "pinned")
        assert of_liar.count("It answers before the paper can have moved") == 1, "a second paper is no news"
        assert await level_of(kitchen, liar) == ("A", "pinned")
        assert "The page with a line per script was sent: look whether it came" in of_liar
        await liar.wait_until(lambda: len(liar.paper.sheets) == 2, timeout=5)
        scripts = liar.paper.sheets[-1]
        assert (pictures_on(scripts), "[U+039C]" in scripts.text) == (0, True), scripts.text


async def test_a_page_of_scripts_that_fails_changes_nothing_about_the_level(
    kitchen: KitchenUnderTest,
) -> None:
    async with VirtualPrinter(speed_mm_s=SPEED_MM_S) as printer:
        printer.causes.paper_out_at_line(LINES_OF_A_TEST + 2)
        code, said = await result_of(kitchen, printer.address, "--seconds", "4")
        assert (code, said["is_done"], [each["finding"] for each in said["tests"]]) == (
            0,
            True,
            ["proved"],
        ), said
        assert await level_of(kitchen, printer) == ("A+", "proven on paper")
        assert not said["scripts"]["is_printed"]
        assert "paper" in said["scripts"]["why_not"]


async def test_a_printer_without_paper_is_named_and_its_test_is_taken_back(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.paper_out_at_line(0)
    await kitchen.submit("BAR", "Negroni")
    await kitchen.route("BAR", printer)
    code, said = await result_of(kitchen, printer.address, "--seconds", "3")
    assert (code, said["is_done"], said["tests"]) == (1, False, [])
    assert not said["scripts"]["is_printed"]
    job = await kitchen.one("SELECT state FROM print_jobs WHERE kind = 'NOTICE'")
    assert job["state"] == "CANCELLED"
