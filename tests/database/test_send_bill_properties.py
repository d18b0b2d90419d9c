"""Whatever is done to two bills, in any order: once both are sent, the kitchen knows what is wanted, exactly."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bill_changes import open_bill, send

Connection = psycopg.Connection[Any]

# What a till may do to the item %(item)s, or to a bill; %(other)s and %(bill)s are the two bills.
EDITS: tuple[LiteralString, ...] = (
    "UPDATE pos_billitem SET quantity = 0 WHERE id = %(item)s",
    "UPDATE pos_billitem SET quantity = 1 WHERE id = %(item)s",
    "UPDATE pos_billitem SET quantity = quantity + 2 WHERE id = %(item)s",
    "UPDATE pos_billitem SET quantity = 0.75 WHERE id = %(item)s",
    "UPDATE pos_billitem SET note = 'no onions' WHERE id = %(item)s",
    "UPDATE pos_billitem SET note = NULL, seat = '2' WHERE id = %(item)s",
    "UPDATE pos_billitem SET modifiers = '[\"rare\"]' WHERE id = %(item)s",
    "UPDATE pos_billitem SET printer_target = 'BAR' WHERE id = %(item)s",
    "UPDATE pos_billitem SET printer_target = 'GRILL' WHERE id = %(item)s",
    "UPDATE pos_billitem SET product_id = %(product_risotto)s WHERE id = %(item)s",
    "UPDATE pos_billitem SET status = 'VOID' WHERE id = %(item)s",
    "UPDATE pos_billitem SET status = 'NEW' WHERE id = %(item)s",
    "UPDATE pos_billitem SET hold = NOT hold WHERE id = %(item)s",
    "DELETE FROM pos_billitem WHERE id = %(item)s",
    "UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(item)s",
    "UPDATE pos_billitem SET bill_id = %(bill)s WHERE id = %(item)s",
    "UPDATE pos_bill SET status = 'CANCELLED' WHERE id = %(bill)s",
    "UPDATE pos_bill SET status = 'OPEN' WHERE id = %(bill)s",
    """
    WITH old AS (UPDATE pos_billitem SET quantity = quantity - 1 WHERE id = %(item)s AND quantity > 1 RETURNING *)
    INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, note, modifiers, seat, split_from)
    SELECT %(other)s, product_id, 1, printer_target, note, modifiers, seat, id FROM old
    """,
    """
    WITH old AS (DELETE FROM pos_billitem WHERE id = %(item)s AND quantity > 1 RETURNING *)
    INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, split_from)
    SELECT bill_id, product_id, part, printer_target, id FROM old, unnest(ARRAY[1, quantity - 1]) part
    """,
    "SELECT kitchen_send_bill(%(bill)s)",
    "SELECT kitchen_send_bill(%(other)s)",
)
COUNTED: LiteralString = """
SELECT station, product_id, told, lowest, wanted
  FROM (SELECT station, product_id, sum(qty) AS told, min(so_far) AS lowest
          FROM (SELECT t.printer_target AS station, l.product_id, s.qty,
                       sum(s.qty) OVER (PARTITION BY t.printer_target, l.product_id ORDER BY l.id) AS so_far
                  FROM kitchen_tickets t
                  JOIN kitchen_ticket_items l ON l.kitchen_ticket_id = t.id
                 CROSS JOIN LATERAL (
                       SELECT CASE l.action WHEN 'ADD' THEN l.qty WHEN 'VOID' THEN -l.qty ELSE 0 END AS qty) s
                 WHERE t.bill_id IN (%(bill)s, %(other)s)) lines
         GROUP BY 1, 2) told
  FULL JOIN (
       SELECT printer_target AS station, product_id,
              sum(quantity) FILTER (WHERE i.status <> 'VOID' AND NOT hold AND b.status = 'OPEN') AS wanted
         FROM pos_billitem i JOIN pos_bill b ON b.id = i.bill_id WHERE bill_id IN (%(bill)s, %(other)s)
        GROUP BY 1, 2) wanted USING (station, product_id)
"""


@pytest.fixture
def till(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 9), st.sampled_from(EDITS)), max_size=14),
    is_other_first=st.booleans(),
)
def test_told_is_wanted_in_the_end_and_never_less_than_nothing_on_the_way(
    till: Connection, edits: list[tuple[int, LiteralString]], is_other_first: bool
) -> None:
    ids = open_bill(till)
    for number, edit in edits:
        items = till.execute(
            "SELECT id FROM pos_billitem WHERE bill_id IN (%(bill)s, %(other)s) ORDER BY id", ids
        )
        chosen = [item for (item,) in items.fetchall()][number : number + 1]
        till.execute(edit, {**ids, "item": chosen[0] if chosen else None})

    for bill in ("other", "bill") if is_other_first else ("bill", "other"):
        send(till, ids[bill])

    for _, _, told, lowest, wanted in till.execute(COUNTED, ids):
        assert (told or 0) == (wanted or 0)
        assert (lowest or 0) >= Decimal(0)
    assert (send(till, ids["bill"]), send(till, ids["other"])) == ({}, {})
