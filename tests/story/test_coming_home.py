"""A printer fails in the rush, its backup takes over and fails too, and the first one comes home."""

import re
from collections import Counter

from kitchen_printer.service.facts import PrinterDown
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Sheet, VirtualPrinter

AT_ONCE = {"KITCHEN_FAILOVER_SECONDS": "0"}
FOOTER = re.compile(r"#(\d+)-1/\d+ \S{4}")
DISH = re.compile(r"(\d+) x Mushroom Risotto")


async def order(kitchen: KitchenUnderTest, first: int, last: int) -> None:
    """Send one bill after the other: bill n wants n portions, ten minutes ago."""
    await kitchen.execute(
        "INSERT INTO pos_bill (id, bill_number, table_name) OVERRIDING SYSTEM VALUE"
        " SELECT n, 'SECRET-' || n, 'T' || n FROM generate_series(%s::int, %s::int) AS n",
        [first, last],
    )
    await kitchen.execute(
        "INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target) SELECT n, p.id, n, 'KITCHEN'"
        "  FROM generate_series(%s::int, %s::int) AS n, core_product p WHERE p.name = 'Mushroom Risotto'",
        [first, last],
    )
    for bill in range(first, last + 1):
        await kitchen.execute("SELECT kitchen_send_bill(%s)", [bill])
    await kitchen.execute(
        "UPDATE kitchen_tickets SET created_at = created_at - interval '10 min' WHERE bill_id BETWEEN %s AND %s",
        [first, last],
    )


def tickets_on(sheets: tuple[Sheet, ...]) -> list[int]:
    return [int(found[1]) for sheet in sheets if (found := FOOTER.fullmatch(sheet.lines[-1]))]


def portions(sheets: list[Sheet]) -> dict[str, int]:
    """What is to be cooked for each table, by the papers alone: a dish with a line through it is no text."""
    wanted: Counter[str] = Counter()
    for sheet in sheets:
        for found in filter(None, map(DISH.fullmatch, sheet.lines)):
            table = next(line for line in sheet.lines if re.fullmatch(r"(?i)table T\d+", line)).split()[1]
            wanted[table] += int(found[1])
    return dict(wanted)


async def test_thirty_tickets_and_a_void_survive_two_dead_printers_and_the_first_one_hears_what_it_missed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("KITCHEN", printer)
    await kitchen.route("KITCHEN", second_printer, priority=2)
    await order(kitchen, 1, 15)
    service = await kitchen.start_service(**AT_ONCE, KITCHEN_RECOVERY_TICKETS_PER_MINUTE="6000")
    await second_printer.paper.wait_for_sheets(16, timeout=2 * WAIT_SECONDS)
    await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")

    second_printer.causes.refuse()
    await order(kitchen, 16, 30)
    await kitchen.execute("UPDATE pos_billitem SET status = 'VOID' WHERE bill_id = 20")
    await kitchen.execute("SELECT kitchen_send_bill(20)")
    await service.facts.wait_for(PrinterDown, lambda each: each.address == second_printer.address)
    printer.causes.accept()
    await printer.paper.wait_for_sheets(18, timeout=2 * WAIT_SECONDS)
    await kitchen.wait_until("SELECT bool_and(state = 'PRINTED') AS yes FROM print_jobs")

    backup, home = second_printer.paper.sheets, printer.paper.sheets
    assert tickets_on(backup) == list(range(1, 16))
    assert "15 tickets waited, oldest first:" in backup[0].lines
    assert all(any("FOR KITCHEN" in line for line in sheet.lines) for sheet in backup[1:])
    first, *rest = home
    assert "LATE TICKETS FOLLOW" in first.text
    assert "16 tickets waited, oldest first:" in first.lines
    assert tickets_on(tuple(rest)) == list(range(16, 32))
    ordered = [sheet for sheet in rest if FOOTER.fullmatch(sheet.lines[-1]) and "VOID 20 x" not in sheet.text]
    assert all("LATE" in sheet.text for sheet in ordered)
    (missed,) = [sheet for sheet in rest if "PRINTED ELSEWHERE" in sheet.text]
    assert "15 tickets went to" in " ".join(missed.lines)
    assert [line.split("  ")[0] for line in missed.lines if line.startswith("KITCHEN 0")] == [
        f"KITCHEN {number:03d}" for number in range(1, 16)
    ]
    assert not any("SECRET" in sheet.text for sheet in (first, missed))

    # The papers against the bills: every portion once, but for the bill that was taken back while it waited.
    bills = await kitchen.rows("SELECT bill_id, quantity, status FROM pos_billitem ORDER BY bill_id")
    wanted = {f"T{row['bill_id']}": int(row["quantity"]) for row in bills if row["status"] != "VOID"}
    assert portions([*backup, *home]) == wanted
    assert any("VOIDED, DO NOT MAKE:" in sheet.text for sheet in home if "SECRET-20" in sheet.text)
    (void,) = [sheet for sheet in home if any(line.startswith("VOID 20 x") for line in sheet.lines)]
    assert any("ordered on 020" in line for line in void.lines)
    assert not any("POSSIBLE DUPLICATE" in sheet.text for sheet in (*backup, *home))
