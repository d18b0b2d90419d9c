"""``kitchen-printer probe``: what a technician learns of a printer before it serves anybody."""

import asyncio

import pytest

from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("epson-80", "Level A+"),
        ("clone-80", "Level A:"),
        ("impact", "Level B:"),
        ("mute", "answers no question"),
        ("star-line", "Star's command language"),
    ],
)
async def test_a_printer_is_named_by_what_it_can_prove(database: str, profile: str, expected: str) -> None:
    async with VirtualPrinter(profile=profile) as printer:
        code, said = await asyncio.to_thread(kitchen_printer, "probe", printer.address, DATABASE_URL=database)

        has_a_level = expected.startswith("Level")
        assert (code, expected in said) == (0 if has_a_level else 1, True), said
        assert not has_a_level or "No such printer is on record" in said
        assert printer.paper.text == ""


async def test_what_is_found_is_kept_for_a_printer_on_record_that_nobody_serves(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.execute("INSERT INTO printers (address) VALUES (%s)", [printer.address])

    for level, provenance, words in (
        ("A", "assumed", "on record now, as unverified"),
        ("A+", "proven on paper", "that stands"),
        ("B", "pinned", "that stands"),
    ):
        await kitchen.execute("UPDATE printers SET level = %s, level_provenance = %s", [level, provenance])
        code, said = await asyncio.to_thread(
            kitchen_printer, "probe", printer.address, DATABASE_URL=kitchen.dsn
        )
        assert (code, words in said) == (0, True), said
        kept = await kitchen.one("SELECT level, level_provenance FROM printers")
        stands = (level, provenance) if "stands" in words else ("A+", "probed")
        assert (kept["level"], kept["level_provenance"]) == stands
    assert (await kitchen.one("SELECT count(*) AS n FROM print_events WHERE event = 'printer_probed'"))[
        "n"
    ] == 1


async def test_a_printer_that_a_service_serves_is_not_asked_a_second_time(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")

    code, said = await asyncio.to_thread(kitchen_printer, "probe", printer.address, DATABASE_URL=kitchen.dsn)

    assert (code, "level A+, unverified: asked without paper" in said) == (0, True), said
    assert "Found without paper" not in said


def test_what_is_no_address_is_said_with_an_example(database: str) -> None:
    code, said = kitchen_printer("probe", "the bar", DATABASE_URL=database)
    assert (code, "10.0.0.5:9100" in said) == (2, True), said
