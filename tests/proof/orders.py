"""Orders one dish in one statement: a service that is awake must never see a ticket before its lines."""

from tests.service.kitchen_under_test import KitchenUnderTest


async def order(kitchen: KitchenUnderTest, station: str, dish: str) -> int:
    """Commit a ticket with one line; return its id."""
    row = await kitchen.one(
        "WITH t AS (INSERT INTO kitchen_tickets (bill_id, printer_target, table_label) VALUES (1, %s, '7')"
        " RETURNING id)"
        " INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name) SELECT id, 1, 1, %s FROM t"
        " RETURNING kitchen_ticket_id AS id",
        [station, dish],
    )
    return int(row["id"])


def lines_of(dish: str) -> list[str]:
    """What must be readable on each paper of such a ticket; the first of them is the second row."""
    return ["TABLE 7", f"1 x {dish}"]
