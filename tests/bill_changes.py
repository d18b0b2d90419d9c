"""What a guest may change about a bill, and what the kitchen is told of it: one table, to be replayed anywhere.

Every case starts from the same bill of six items, sent once (`FIRST_SEND`), with a second bill, empty and never sent,
beside it. The SQL is what a till would do to its own tables; it names items, bills and products by the keys of `Ids`.
Lines are written as `ACTION quantity dish`, then what else is said, in brackets:

    CHANGE 2 Steak Frites [note well done, was medium]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString

import psycopg

Connection = psycopg.Connection[Any]
Ids = Mapping[str, int]
"""The ids of `bill` and `other`, of the six items, and of the products as `product_...`."""

Told = Mapping[str, tuple[str, ...]]
"""The lines of each station's ticket; a station without a ticket is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillChange:
    """A change of the bill in words and in SQL, and the tickets that sending both bills then makes.

    `before` is done, and both bills sent, earlier; what the kitchen is told of it is not the case's business.
    """

    name: str
    before: tuple[LiteralString, ...] = ()
    change: tuple[LiteralString, ...]
    told: Told = field(default_factory=dict[str, tuple[str, ...]])
    told_on_other_bill: Told = field(default_factory=dict[str, tuple[str, ...]])


OPEN_BILL: Final[LiteralString] = """
WITH bills AS (
    INSERT INTO pos_bill (bill_number, table_name, server_name, guests)
    VALUES ('A-1', 'Table 12', 'Maria', 4), ('A-2', 'Table 14', 'Maria', 2) RETURNING id, bill_number),
products (key, id) AS (
    SELECT v.key, p.id FROM core_product p JOIN (VALUES
        ('lager', 'Lager 0.5'), ('negroni', 'Negroni'), ('steak', 'Steak Frites'), ('salad', 'Caesar Salad'),
        ('tiramisu', 'Tiramisu'), ('sorbet', 'Lemon Sorbet'), ('risotto', 'Mushroom Risotto')
        ) AS v(key, name) USING (name)),
items AS (
    INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, note, modifiers)
    SELECT b.id, p.id, v.quantity, v.station, v.note, v.modifiers::jsonb
      FROM bills b, products p JOIN (VALUES
           (1, 'lager', 2, 'BAR', NULL, NULL), (2, 'negroni', 1, 'BAR', NULL, '["no ice"]'),
           (3, 'steak', 2, 'KITCHEN', 'medium', NULL), (4, 'salad', 1, 'KITCHEN', NULL, NULL),
           (5, 'tiramisu', 1, 'DESSERT', NULL, NULL), (6, 'sorbet', 3, 'DESSERT', NULL, NULL)
           ) AS v(place, key, quantity, station, note, modifiers) USING (key)
     WHERE b.bill_number = 'A-1'
     ORDER BY v.place
    RETURNING id, product_id)
SELECT CASE bill_number WHEN 'A-1' THEN 'bill' ELSE 'other' END, id FROM bills
UNION ALL SELECT 'product_' || key, id FROM products
UNION ALL SELECT p.key, i.id FROM items i JOIN products p ON p.id = i.product_id
"""

FIRST_SEND: Final[Told] = {
    "BAR": ("ADD 2 Lager 0.5", 'ADD 1 Negroni [modifiers ["no ice"]]'),
    "KITCHEN": ("ADD 2 Steak Frites [note medium]", "ADD 1 Caesar Salad"),
    "DESSERT": ("ADD 1 Tiramisu", "ADD 3 Lemon Sorbet"),
}

SPLIT: Final[LiteralString] = (
    "INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, split_from) "
)
HELD_RISOTTO: Final[LiteralString] = """
INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, hold)
VALUES (%(bill)s, %(product_risotto)s, 2, 'KITCHEN', true)
"""

BILL_CHANGES: Final = (
    BillChange(
        name="nothing changes",
        change=(),
    ),
    BillChange(
        name="an item is added",
        change=(
            """
            INSERT INTO pos_billitem (bill_id, product_id, printer_target)
            VALUES (%(bill)s, %(product_risotto)s, 'KITCHEN')
            """,
        ),
        told={"KITCHEN": ("ADD 1 Mushroom Risotto",)},
    ),
    BillChange(
        name="an item is voided",
        change=("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(steak)s",),
        told={"KITCHEN": ("VOID 2 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="one of two is voided",
        change=("UPDATE pos_billitem SET quantity = 1 WHERE id = %(lager)s",),
        told={"BAR": ("VOID 1 Lager 0.5",)},
    ),
    BillChange(
        name="the quantity goes up",
        change=("UPDATE pos_billitem SET quantity = 5 WHERE id = %(steak)s",),
        told={"KITCHEN": ("ADD 3 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="the quantity becomes a fraction",
        change=("UPDATE pos_billitem SET quantity = 2.3334 WHERE id = %(lager)s",),
        told={"BAR": ("ADD 0.3334 Lager 0.5",)},
    ),
    BillChange(
        name="the quantity becomes zero",
        change=("UPDATE pos_billitem SET quantity = 0 WHERE id = %(salad)s",),
        told={"KITCHEN": ("VOID 1 Caesar Salad",)},
    ),
    BillChange(
        name="a note is added",
        change=("UPDATE pos_billitem SET note = 'NO NUTS' WHERE id = %(salad)s",),
        told={"KITCHEN": ("CHANGE 1 Caesar Salad [note NO NUTS]",)},
    ),
    BillChange(
        name="a note is taken back",
        change=("UPDATE pos_billitem SET note = '' WHERE id = %(steak)s",),
        told={"KITCHEN": ("CHANGE 2 Steak Frites [was note medium]",)},
    ),
    BillChange(
        name="a note is replaced",
        change=("UPDATE pos_billitem SET note = 'well done' WHERE id = %(steak)s",),
        told={"KITCHEN": ("CHANGE 2 Steak Frites [note well done, was note medium]",)},
    ),
    BillChange(
        name="modifiers change",
        change=("""UPDATE pos_billitem SET modifiers = '["no ice", "double"]' WHERE id = %(negroni)s""",),
        told={"BAR": ('CHANGE 1 Negroni [modifiers ["no ice", "double"], was modifiers ["no ice"]]',)},
    ),
    BillChange(
        name="seat and course change",
        before=("UPDATE pos_billitem SET seat = '1', course = 'starter' WHERE id = %(salad)s",),
        change=("UPDATE pos_billitem SET seat = '3', course = 'main' WHERE id = %(salad)s",),
        told={"KITCHEN": ("CHANGE 1 Caesar Salad [seat 3, course main, was seat 1, course starter]",)},
    ),
    BillChange(
        name="quantity and note change together, upwards",
        change=("UPDATE pos_billitem SET quantity = 3, note = 'rare' WHERE id = %(steak)s",),
        told={
            "KITCHEN": (
                "CHANGE 2 Steak Frites [note rare, was note medium]",
                "ADD 1 Steak Frites [note rare]",
            )
        },
    ),
    BillChange(
        name="quantity and note change together, downwards",
        change=("UPDATE pos_billitem SET quantity = 1, note = 'rare' WHERE id = %(steak)s",),
        told={
            "KITCHEN": (
                "VOID 1 Steak Frites [note medium]",
                "CHANGE 1 Steak Frites [note rare, was note medium]",
            )
        },
    ),
    BillChange(
        name="an item is swapped for another product",
        change=(
            "UPDATE pos_billitem SET product_id = %(product_risotto)s, note = NULL WHERE id = %(steak)s",
        ),
        told={"KITCHEN": ("VOID 2 Steak Frites [note medium]", "ADD 2 Mushroom Risotto")},
    ),
    BillChange(
        name="an item moves to another station",
        change=("UPDATE pos_billitem SET printer_target = 'DESSERT' WHERE id = %(salad)s",),
        told={"KITCHEN": ("VOID 1 Caesar Salad",), "DESSERT": ("ADD 1 Caesar Salad",)},
    ),
    BillChange(
        name="a station is written differently",
        change=("UPDATE pos_billitem SET printer_target = ' kitchen ' WHERE id = %(salad)s",),
    ),
    BillChange(
        name="a product is renamed",
        change=("UPDATE core_product SET name = 'Steak & Chips' WHERE id = %(product_steak)s",),
    ),
    BillChange(
        name="a renamed product is voided under the name that was told",
        change=(
            "UPDATE core_product SET name = 'Steak & Chips' WHERE id = %(product_steak)s",
            "UPDATE pos_billitem SET status = 'VOID' WHERE id = %(steak)s",
        ),
        told={"KITCHEN": ("VOID 2 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="an item's row is deleted",
        change=("DELETE FROM pos_billitem WHERE id = %(tiramisu)s",),
        told={"DESSERT": ("VOID 1 Tiramisu",)},
    ),
    BillChange(
        name="the bill is cancelled",
        change=("UPDATE pos_bill SET status = 'cancelled' WHERE id = %(bill)s",),
        told={
            "BAR": ("VOID 2 Lager 0.5", 'VOID 1 Negroni [modifiers ["no ice"]]'),
            "KITCHEN": ("VOID 2 Steak Frites [note medium]", "VOID 1 Caesar Salad"),
            "DESSERT": ("VOID 1 Tiramisu", "VOID 3 Lemon Sorbet"),
        },
    ),
    BillChange(
        name="an item moves to another bill",
        change=("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s",),
    ),
    BillChange(
        name="an item that moved to another bill is voided there",
        before=("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s",),
        change=("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(steak)s",),
        told_on_other_bill={"KITCHEN": ("VOID 2 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="an item that moved to another bill goes up there",
        before=("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s",),
        change=("UPDATE pos_billitem SET quantity = 3 WHERE id = %(steak)s",),
        told_on_other_bill={"KITCHEN": ("ADD 1 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="a bill is cancelled whose items moved away before",
        change=(
            "UPDATE pos_billitem SET bill_id = %(other)s WHERE bill_id = %(bill)s AND id <> %(tiramisu)s",
            "UPDATE pos_bill SET status = 'VOID' WHERE id = %(bill)s",
        ),
        told={"DESSERT": ("VOID 1 Tiramisu",)},
    ),
    BillChange(
        name="an item is split on its bill",
        change=(
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(bill)s, %(product_sorbet)s, 1, 'DESSERT', %(sorbet)s)",
        ),
    ),
    BillChange(
        name="an item is split between two bills",
        change=(
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(other)s, %(product_sorbet)s, 1, 'DESSERT', %(sorbet)s)",
        ),
    ),
    BillChange(
        name="an item is split, and one of the new item is voided",
        before=(
            "UPDATE pos_billitem SET quantity = 1 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(other)s, %(product_sorbet)s, 2, 'DESSERT', %(sorbet)s)",
        ),
        change=("UPDATE pos_billitem SET quantity = 1 WHERE split_from = %(sorbet)s",),
        told_on_other_bill={"DESSERT": ("VOID 1 Lemon Sorbet",)},
    ),
    BillChange(
        name="an item is split, and one more of the old item is ordered afterwards",
        before=(
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(other)s, %(product_sorbet)s, 1, 'DESSERT', %(sorbet)s)",
        ),
        change=("UPDATE pos_billitem SET quantity = 3 WHERE id = %(sorbet)s",),
        told={"DESSERT": ("ADD 1 Lemon Sorbet",)},
    ),
    BillChange(
        name="an item is split with more than there was, and with another note",
        change=(
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(other)s, %(product_sorbet)s, 3, 'DESSERT', %(sorbet)s)",
            "UPDATE pos_billitem SET note = 'two spoons' WHERE split_from = %(sorbet)s",
        ),
        told_on_other_bill={
            "DESSERT": (
                "CHANGE 1 Lemon Sorbet [note two spoons]",
                "ADD 2 Lemon Sorbet [note two spoons]",
            )
        },
    ),
    BillChange(
        name="an item is replaced by its parts, one of them split again",
        change=(
            SPLIT + "VALUES (%(bill)s, %(product_sorbet)s, 1, 'DESSERT', %(sorbet)s)",
            """
            INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, split_from)
            SELECT %(other)s, product_id, 2, 'DESSERT', id FROM pos_billitem WHERE split_from = %(sorbet)s
            """,
            "DELETE FROM pos_billitem WHERE id = %(sorbet)s",
        ),
    ),
    BillChange(
        name="a split is undone",
        before=(
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s",
            SPLIT + "VALUES (%(bill)s, %(product_sorbet)s, 1, 'DESSERT', %(sorbet)s)",
        ),
        change=(
            "UPDATE pos_billitem SET quantity = 3 WHERE id = %(sorbet)s",
            "UPDATE pos_billitem SET status = 'VOID' WHERE split_from = %(sorbet)s",
        ),
    ),
    BillChange(
        name="an item is held back, then fired",
        before=(HELD_RISOTTO,),
        change=("UPDATE pos_billitem SET hold = false WHERE hold",),
        told={"KITCHEN": ("ADD 2 Mushroom Risotto",)},
    ),
    BillChange(
        name="an item is added but held back",
        change=(HELD_RISOTTO,),
    ),
    BillChange(
        name="an item that was sent is held back",
        change=("UPDATE pos_billitem SET hold = true WHERE id = %(salad)s",),
        told={"KITCHEN": ("VOID 1 Caesar Salad",)},
    ),
    BillChange(
        name="a void is taken back",
        before=("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(steak)s",),
        change=("UPDATE pos_billitem SET status = 'NEW' WHERE id = %(steak)s",),
        told={"KITCHEN": ("ADD 2 Steak Frites [note medium]",)},
    ),
    BillChange(
        name="a cancelled bill is opened again",
        before=("UPDATE pos_bill SET status = 'CANCELLED' WHERE id = %(bill)s",),
        change=("UPDATE pos_bill SET status = 'OPEN' WHERE id = %(bill)s",),
        told=FIRST_SEND,
    ),
    BillChange(
        name="a change is made and undone before it is sent",
        change=(
            "UPDATE pos_billitem SET quantity = 9, note = 'x' WHERE id = %(steak)s",
            "UPDATE pos_billitem SET quantity = 2, note = 'medium' WHERE id = %(steak)s",
        ),
    ),
    BillChange(
        name="several things change at several stations",
        change=(
            "UPDATE pos_billitem SET status = 'VOID' WHERE id = %(lager)s",
            "UPDATE pos_billitem SET quantity = 2 WHERE id = %(negroni)s",
            "UPDATE pos_billitem SET note = 'dressing aside' WHERE id = %(salad)s",
        ),
        told={
            "BAR": ("VOID 2 Lager 0.5", 'ADD 1 Negroni [modifiers ["no ice"]]'),
            "KITCHEN": ("CHANGE 1 Caesar Salad [note dressing aside]",),
        },
    ),
)


def open_bill(connection: Connection) -> Ids:
    """Open the bill of six items and the empty one beside it."""
    return dict(connection.execute(OPEN_BILL).fetchall())


def send(connection: Connection, bill_id: int) -> Told:
    """Send a bill; gives what the tickets of this call say."""
    tickets = connection.execute("SELECT id FROM kitchen_send_bill(%s)", [bill_id]).fetchall()
    return told_by(connection, [ticket_id for (ticket_id,) in tickets])


def told_by(connection: Connection, ticket_ids: list[int]) -> Told:
    """What tickets say, in the words of this table."""
    rows = connection.execute(
        """
        SELECT t.printer_target, l.action, trim_scale(l.qty)::text, l.menu_name,
               l.note, l.modifiers::text, l.seat, l.course, l.old_note, l.old_modifiers::text, l.old_seat, l.old_course
          FROM kitchen_tickets t JOIN kitchen_ticket_items l ON l.kitchen_ticket_id = t.id
         WHERE t.id = ANY(%s) ORDER BY t.id, l.line_no
        """,
        [ticket_ids],
    ).fetchall()
    told: dict[str, tuple[str, ...]] = {}
    for station, action, quantity, dish, *wording in rows:
        told[station] = (
            *told.get(station, ()),
            f"{action} {quantity} {dish}{_bracketed(wording[:4], wording[4:])}",
        )
    return told


def _bracketed(new: list[str | None], old: list[str | None]) -> str:
    words = ("note", "modifiers", "seat", "course")
    said = ", ".join(f"{word} {text}" for word, text in zip(words, new, strict=True) if text)
    was = ", ".join(f"{word} {text}" for word, text in zip(words, old, strict=True) if text)
    parts = [said] * bool(said) + [f"was {was}"] * bool(was)
    return f" [{', '.join(parts)}]" if parts else ""
