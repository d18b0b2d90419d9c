"""A ticket can be seen before it is printed: as text, and as the picture of its paper."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kitchen_printer.config import read_settings
from kitchen_printer.database.requests import RequestRefusedError
from kitchen_printer.service.preview import preview
from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import KitchenUnderTest


async def _station_with_a_ticket(kitchen: KitchenUnderTest) -> int:
    await kitchen.execute(
        "INSERT INTO stations (station_code, language, options) VALUES ('WOK', 'id', '{\"colour\": \"red\"}')"
    )
    await kitchen.route("WOK", "10.0.0.5")
    return await kitchen.submit("WOK", "宫保鸡丁", "Soup", round_no=2)


async def test_a_preview_shows_the_page_in_the_stations_language_and_prints_nothing(
    kitchen: KitchenUnderTest,
) -> None:
    ticket = await _station_with_a_ticket(kitchen)
    code, said = kitchen_printer("preview", str(ticket), DATABASE_URL=kitchen.dsn)
    assert code == 0, said
    assert "stations, WOK: options: colour: no such option" in said
    for row in ("B# TAMBAHAN 2", "B MEJA 7", "B! 1 x 宫保鸡丁", f"#{ticket}-1/0 ----"):
        assert row in said
    assert await kitchen.rows("SELECT FROM print_jobs") == []


async def test_a_preview_as_a_picture_has_the_ink_of_the_paper(
    kitchen: KitchenUnderTest, tmp_path: Path
) -> None:
    ticket = await _station_with_a_ticket(kitchen)
    file = tmp_path / "narrow.png"
    code, said = kitchen_printer(
        "preview", str(ticket), "--png", str(file), "--width", "58", DATABASE_URL=kitchen.dsn
    )
    assert code == 0, said
    assert "1 sheet" in said
    with Image.open(file) as picture:
        assert picture.width == 384 + 2 * 32
        left, _, right, _ = ImageChops.invert(picture.convert("L")).getbbox() or (0, 0, 0, 0)
    assert left >= 32
    assert 384 < right <= 384 + 32


async def test_a_preview_that_cannot_be_says_why(kitchen: KitchenUnderTest) -> None:
    settings = read_settings({"DATABASE_URL": kitchen.dsn})
    with pytest.raises(RequestRefusedError, match="there is no ticket 4711"):
        preview(settings, 4711)
    ticket = await kitchen.submit("BAR", "Negroni")
    await kitchen.execute("UPDATE kitchen_tickets SET created_at = 'infinity' WHERE id = %s", [ticket])
    code, said = kitchen_printer("preview", str(ticket), DATABASE_URL=kitchen.dsn)
    assert (code, "cannot be laid out: created_at" in said) == (1, True)
