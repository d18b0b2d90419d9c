"""A printer that comes back: first a list of what has waited, then the tickets, oldest first and not too fast."""

from collections.abc import Sequence
from itertools import pairwise

from kitchen_printer.service.facts import BacklogListed, PrinterBack, PrinterDown
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Sheet, VirtualPrinter


async def fill(kitchen: KitchenUnderTest, station: str, tickets: int, *, age: str = "0 s") -> None:
    """Make tickets of as many bills, one a second, the youngest of the age that is told."""
    await kitchen.execute(
        "WITH made AS (INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label, created_at)"
        " SELECT n, 1, %s, 'T' || n, now() - %s::interval - (%s - n) * interval '1 s'"
        "   FROM generate_series(1, %s) AS n RETURNING id)"
        " INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty, menu_name) SELECT id, 1, 'SOUP' FROM made",
        [station, age, tickets, tickets],
    )


def ids(sheets: Sequence[Sheet]) -> list[str]:
    return [sheet.lines[-1].partition("-")[0] for sheet in sheets]


async def test_a_printer_that_returns_after_eight_hours_lists_what_waited_and_prints_it_at_the_set_pace(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("KITCHEN", printer)
    await fill(kitchen, "KITCHEN", 200, age="8 hours")
    service = await kitchen.start_service(
        KITCHEN_GIVE_UP_SECONDS="43200", KITCHEN_RECOVERY_TICKETS_PER_MINUTE="3000"
    )
    await service.facts.wait_for(PrinterDown)
    fresh = await kitchen.submit("KITCHEN", "Salad", bill_id=1000)
    printer.causes.accept()

    await printer.paper.wait_for_sheets(202, timeout=4 * WAIT_SECONDS)
    await kitchen.wait_for_status(fresh, "PRINTED")

    listed, *tickets = printer.paper.sheets
    assert "LATE TICKETS FOLLOW" in listed.text
    assert "201 tickets waited, oldest first:" in listed.lines
    numbers = [line for line in listed.lines if line.startswith("KITCHEN ")]
    assert [line.partition("  ")[0] for line in numbers] == [f"KITCHEN {n:03d}" for n in range(1, 41)]
    assert "table T1 " in numbers[0]
    assert numbers[0].endswith("(8 h 03)")
    assert "... and 161 more" in listed.lines
    assert ids(tickets) == [
        f"#{row['id']}" for row in await kitchen.rows("SELECT id FROM kitchen_tickets ORDER BY id")
    ]
    assert ["LATE" in sheet.text for sheet in tickets] == [True] * 200 + [False]
    starts = await kitchen.rows(
        "SELECT started_at FROM print_attempts WHERE job_kind = 'TICKET' ORDER BY id LIMIT 200"
    )
    pauses = [
        (after["started_at"] - before["started_at"]).total_seconds() for before, after in pairwise(starts)
    ]
    assert min(pauses) > 0.018
    assert await kitchen.rows("SELECT 1 FROM kitchen_tickets WHERE status <> 'PRINTED'") == []


async def test_a_short_outage_lists_a_handful_says_nothing_of_late_and_survives_a_time_without_end(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    await fill(kitchen, "BAR", 7)
    await kitchen.execute("UPDATE kitchen_tickets SET created_at = 'infinity' WHERE id = 3")
    service = await kitchen.start_service()
    await service.facts.wait_for(PrinterDown)
    printer.causes.accept()

    sheets = await printer.paper.wait_for_sheets(7, timeout=WAIT_SECONDS)

    assert "7 tickets waited, oldest first:" in sheets[0].lines
    assert len([line for line in sheets[0].lines if line.startswith("BAR 00")]) == 6
    assert not any("LATE\n" in sheet.text for sheet in sheets[1:])
    assert service.facts.of(BacklogListed) == [BacklogListed(printer.address, 7)]


async def test_what_waits_at_the_start_in_time_or_behind_a_short_outage_is_printed_without_a_list(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await fill(kitchen, "BAR", 10)
    service = await kitchen.start_service()
    await printer.paper.wait_for_sheets(10, timeout=WAIT_SECONDS)
    printer.causes.refuse()
    await kitchen.submit("BAR", "Negroni", bill_id=50)
    await service.facts.wait_for(PrinterDown)
    printer.causes.accept()
    await service.facts.wait_for(PrinterBack)

    sheets = await printer.paper.wait_for_sheets(11, timeout=WAIT_SECONDS)

    assert not service.facts.of(BacklogListed)
    assert len(ids(sheets)) == len({*ids(sheets)}) == 11
