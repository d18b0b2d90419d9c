"""The table of bill changes once more, this time read off the papers: what the kitchen is told is what it reads."""

import re
from collections.abc import AsyncGenerator, Mapping

import psycopg
import pytest

from tests.bill_changes import BILL_CHANGES, FIRST_SEND, BillChange, Connection, Told, open_bill, send
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import Sheet, VirtualPrinter

_DISH = re.compile(r"(?:(?P<action>VOID|CHANGE) )?(?P<quantity>[0-9.]+) x (?P<dish>.+)")
_NOTE = re.compile(r"note ([^,\]]+)")


@pytest.fixture
async def printers() -> AsyncGenerator[dict[str, VirtualPrinter], None]:
    """One printer for each station."""
    async with VirtualPrinter() as bar, VirtualPrinter() as kitchen, VirtualPrinter() as dessert:
        yield {"BAR": bar, "KITCHEN": kitchen, "DESSERT": dessert}


@pytest.mark.parametrize("case", BILL_CHANGES, ids=lambda case: case.name.replace(" ", "-"))
async def test_the_papers_say_what_changed_and_nothing_else(
    kitchen: KitchenUnderTest, printers: dict[str, VirtualPrinter], case: BillChange
) -> None:
    for station, printer in printers.items():
        await kitchen.route(station, printer)
    await kitchen.start_service()
    with psycopg.connect(kitchen.dsn, autocommit=True) as till:
        ids = open_bill(till)
        send(till, ids["bill"])
        await _all_printed(kitchen)
        assert _merged(
            [_told(sheet) for printer in printers.values() for sheet in printer.paper.sheets]
        ) == _merged([_without_brackets(FIRST_SEND)])

        _do_and_send(till, case.before, ids)
        await _all_printed(kitchen)
        lying = {station: len(printer.paper.sheets) for station, printer in printers.items()}
        _do_and_send(till, case.change, ids)
        await _all_printed(kitchen)
        new = {station: printer.paper.sheets[lying[station] :] for station, printer in printers.items()}

    assert _merged([_told(sheet) for sheets in new.values() for sheet in sheets]) == _merged(
        [_without_brackets(case.told), _without_brackets(case.told_on_other_bill)]
    )
    paper = " ".join(" ".join(sheet.lines) for sheets in new.values() for sheet in sheets)
    for note in _NOTE.findall(str(case.told) + str(case.told_on_other_bill)):
        assert note in paper


def _do_and_send(till: Connection, statements: tuple[str, ...], ids: Mapping[str, int]) -> None:
    for statement in statements:
        till.execute(statement.encode(), ids)
    send(till, ids["bill"])
    send(till, ids["other"])


async def _all_printed(kitchen: KitchenUnderTest) -> None:
    await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")


def _told(sheet: Sheet) -> Told:
    """Read a paper the way the table is written; folded rows are put together first."""
    station = next(
        line for line in sheet.lines if re.fullmatch(r"(BAR|KITCHEN|DESSERT) \d{3}", line)
    ).split()[0]
    rows: list[str] = []
    for line in sheet.lines:
        if line.startswith("  ") and not line.startswith("   ") and rows:
            rows[-1] += " " + line.strip()
        else:
            rows.append(line)
    dishes = [found for found in map(_DISH.fullmatch, rows) if found]
    return {station: tuple(f"{each['action'] or 'ADD'} {each['quantity']} {each['dish']}" for each in dishes)}


def _without_brackets(told: Told) -> Told:
    return {station: tuple(line.partition(" [")[0] for line in lines) for station, lines in told.items()}


def _merged(parts: list[Told]) -> Told:
    together: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for station, lines in part.items():
            together[station] = tuple(sorted(together.get(station, ()) + lines))
    return together
