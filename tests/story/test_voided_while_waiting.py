"""What a guest takes back while a printer is away is not cooked when it returns."""

import psycopg

from kitchen_printer.service.facts import PrinterDown
from tests.bill_changes import open_bill, send
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


async def test_an_order_that_was_taken_back_while_it_waited_says_so_and_its_void_names_its_number(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("KITCHEN", printer)
    await kitchen.route("BAR", printer)
    await kitchen.route("DESSERT", printer)
    service = await kitchen.start_service()
    with psycopg.connect(kitchen.dsn, autocommit=True) as till:
        ids = open_bill(till)
        send(till, ids["bill"])
        till.execute("UPDATE pos_billitem SET quantity = 1 WHERE id = %(steak)s", {"steak": ids["steak"]})
        till.execute("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(salad)s", {"salad": ids["salad"]})
        send(till, ids["bill"])
    await service.facts.wait_for(PrinterDown)
    printer.causes.accept()
    await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")

    order, void = [sheet.lines for sheet in printer.paper.sheets if "KITCHEN 00" in sheet.text]
    assert order[order.index("2 x Steak Frites") - 1].strip() == "1 VOIDED, MAKE 1 OF:"
    struck = order[order.index(" VOIDED, DO NOT MAKE:") + 1]
    assert struck.startswith("[image")  # the dish with a line through it
    for dish in ("VOID 1 x Steak Frites", "VOID 1 x Caesar Salad"):
        place = void.index(dish)
        assert "   ordered on 001" in void[place : place + 3]
