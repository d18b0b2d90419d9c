"""What a running service brings to paper: in a station's own language and style, long, or not at all."""

import json

from kitchen_printer.service.facts import SettingRefused
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Cut, VirtualPrinter


async def station(
    kitchen: KitchenUnderTest, code: str, language: str | None = None, **options: object
) -> None:
    await kitchen.execute(
        "INSERT INTO stations (station_code, language, options) VALUES (%s, %s, %s)",
        [code, language, json.dumps(options)],
    )


async def test_every_station_gets_its_papers_in_its_own_language_and_style(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await station(kitchen, "DAPUR", "id", letters="compact", cut="full", rings="all", buzzer="drawer")
    await kitchen.route("DAPUR", printer)
    await kitchen.route("BAR", second_printer)
    await kitchen.submit("DAPUR", "Sate 宫保鸡丁", round_no=2)
    await kitchen.submit("BAR", "Negroni", bill_id=2)
    await kitchen.start_service(KITCHEN_CLOCK="12h")

    (dapur,) = await printer.paper.wait_for_sheets(1, WAIT_SECONDS)
    (bar,) = await second_printer.paper.wait_for_sheets(1, WAIT_SECONDS)

    assert dapur.lines[0].strip() == "TAMBAHAN 2"
    assert "MEJA 7" in dapur.text
    assert dapur.cut is Cut.FULL
    assert any(line.startswith("[image") for line in dapur.lines)
    assert "TABLE 7" in bar.text
    assert bar.cut is Cut.PARTIAL
    assert any(line.endswith(("AM", "PM")) for line in bar.lines)


async def test_options_that_nobody_can_read_are_told_and_cost_nothing_else(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await station(kitchen, "BAR", "klingon", letters="huge", colour="red")
    await kitchen.route("BAR", printer)
    ticket = await kitchen.submit("BAR", "Negroni")
    service = await kitchen.start_service()

    await kitchen.wait_for_status(ticket, "PRINTED")

    told = " / ".join(fact.problem for fact in service.facts.of(SettingRefused))
    for part in (
        "stations, BAR: options: letters",
        "colour: no such option; there are",
        "'klingon' is not known",
    ):
        assert part in told


async def test_a_printer_that_takes_no_pictures_gets_text_alone(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.execute("INSERT INTO printers (address, raster) VALUES (%s, 'none')", [printer.address])
    await kitchen.route("BAR", printer)
    await kitchen.submit("BAR", "Tè 茶")
    await kitchen.start_service()

    (sheet,) = await printer.paper.wait_for_sheets(1, WAIT_SECONDS)
    assert "1 x Tè [U+8336]" in sheet.lines


async def test_a_ticket_longer_than_a_sheet_comes_as_numbered_ones_and_is_on_record_as_such(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    dishes = [f"Dish {number}" for number in range(1, 301)]
    ticket = await kitchen.submit("BAR", *dishes)
    await kitchen.start_service()

    await kitchen.wait_for_status(ticket, "PRINTED")

    sheets = printer.paper.sheets
    assert len(sheets) == 2
    for number, sheet in enumerate(sheets, start=1):
        assert f"SHEET {number} of 2" in sheet.text
        assert "TABLE 7" in sheet.text
        assert sheet.lines[-1].startswith(f"#{ticket}-1/1 ")
        assert sheet.bottom - sheet.top < 2_100 * 8
    text = "\n".join(sheet.text for sheet in sheets)
    assert [line.removeprefix("1 x ") for line in text.split("\n") if "x Dish" in line] == dishes
    assert await kitchen.one("SELECT expected_cuts, outcome, evidence FROM print_attempts") == {
        "expected_cuts": 2,
        "outcome": "CONFIRMED",
        "evidence": "token",
    }
