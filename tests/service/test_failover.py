"""Backups: tickets go past a printer that cannot print, in order, say so on paper, and come home."""

from collections.abc import Sequence

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import (
    PrinterCameHome,
    PrinterPassedOver,
)
from tests.proof.papers import pieces
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Sheet, VirtualPrinter

SOON = {"KITCHEN_FAILOVER_SECONDS": "0.3"}
"""Fails over almost at once."""


def tickets_on(sheets: Sequence[Sheet]) -> list[int]:
    """The tickets on paper, in the order of the papers."""
    return [piece.ticket_id for piece in pieces(sheets) if piece.ticket_id is not None]


async def test_thirty_tickets_and_a_void_go_to_the_backup_in_order_and_new_ones_come_home(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer, priority=1)
    await kitchen.route("BAR", second_printer, priority=2)
    printer.causes.refuse()
    service = await kitchen.start_service(**SOON)
    orders = [await kitchen.submit("BAR", f"Drink {n}", bill_id=n // 3) for n in range(30)]
    void = await kitchen.submit("BAR", "Drink 0", bill_id=0)
    await kitchen.execute("UPDATE kitchen_tickets SET kind = 'VOID' WHERE id = %s", [void])

    sheets = await second_printer.paper.wait_for_sheets(31, timeout=WAIT_SECONDS)
    for ticket in [*orders, void]:
        await kitchen.wait_for_status(ticket, "PRINTED")

    assert tickets_on(sheets) == [*orders, void]
    assert all("BACKUP" in sheet.text for sheet in sheets)
    assert "FOR BAR - printer refuses to connect since" in sheets[0].text
    assert not any("POSSIBLE DUPLICATE" in sheet.text for sheet in sheets)
    passed_over = await service.facts.wait_for(PrinterPassedOver)
    assert passed_over == PrinterPassedOver(printer.address, Reason.REFUSED)

    printer.causes.accept()
    await service.facts.wait_for(PrinterCameHome)
    home = await kitchen.submit("BAR", "Water", bill_id=99)
    (at_home,) = await printer.paper.wait_for_sheets(1, timeout=WAIT_SECONDS)

    assert tickets_on([at_home]) == [home]
    assert "BACKUP" not in at_home.text
    # On record: who took them, for whom, and that nothing was tried on the dead printer.
    rows = await kitchen.rows(
        "SELECT count(*) AS n, bool_and(j.diverted_for = 'refused') AS said, bool_and(e.event IS NOT NULL) AS told"
        "  FROM print_jobs j LEFT JOIN print_events e ON e.job_id = j.id AND e.event = 'redirected'"
        " WHERE j.diverted_from IS NOT NULL"
    )
    assert rows == [{"n": 31, "said": True, "told": True}]
    assert await kitchen.one("SELECT max(attempts) AS most FROM print_jobs") == {"most": 1}
