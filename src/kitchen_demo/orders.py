"""What guests order in the demo, written the way a backend does: rows of its own tables, then one function call."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from kitchen_demo.menu import BAR, DESSERT, KITCHEN, MENU

Connection = AsyncConnection[DictRow]

SERVERS = ("Ana", "Budi", "Chloé", "Diego")
NOTES = ("no onions", "well done", "sauce on the side", "ALLERGY: nuts", "no ice", "for sharing")
MODIFIERS = ("extra cheese", "gluten-free", "large", "spicy")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order: the waiter names the dish, the menu knows its station."""

    dish: str
    station: str
    quantity: int = 1
    note: str | None = None
    modifiers: tuple[str, ...] = ()


SIX_ITEMS = (
    Item("Lager 0.5", BAR, 2),
    Item("Negroni", BAR, note="no ice"),
    Item("Steak Frites", KITCHEN, note="medium rare"),
    Item("Margherita", KITCHEN, 2, modifiers=("extra cheese",)),
    Item("Crème Brûlée", DESSERT),
    Item("Tiramisu", DESSERT, note="ALLERGY: nuts"),
)
"""The bill everything starts with: two items each for BAR, KITCHEN and DESSERT."""

THREE_FOR_THE_KITCHEN = (
    Item("Tomato Soup", KITCHEN, 2),
    Item("Cheeseburger", KITCHEN, note="well done"),
    Item("Mushroom Risotto", KITCHEN),
)

SECOND_ROUND = (Item("Lager 0.5", BAR, 2), Item("Caesar Salad", KITCHEN))


def random_items(random: Random) -> tuple[Item, ...]:
    """Return what another table orders: one to eight dishes from all over the menu."""
    return tuple(
        Item(
            dish.name,
            dish.station,
            random.choice((1, 1, 1, 2, 2, 3)),
            random.choice(NOTES) if random.random() < 0.25 else None,
            tuple(random.sample(MODIFIERS, 1)) if random.random() < 0.2 else (),
        )
        for dish in random.sample(MENU, random.randint(1, 8))
    )


class Backend:
    """A small backend: it keeps bills, and knows of printers nothing at all."""

    def __init__(self, connection: Connection, products: dict[str, int]) -> None:
        self._connection = connection
        self._products = products

    async def open_bill(self, number: str, table: str, server: str, guests: int) -> int:
        """Open a bill and return its id."""
        row = await self._one(
            "INSERT INTO pos_bill (bill_number, table_name, order_type, server_name, guests)"
            " VALUES (%s, %s, 'Dine in', %s, %s) RETURNING id",
            [number, table, server, guests],
        )
        return int(row["id"])

    async def order(self, bill_id: int, items: Sequence[Item]) -> list[int]:
        """Add items to a bill, tell the kitchen, and return the tickets that this made: one transaction."""
        async with self._connection.transaction():
            for item in items:
                await self._connection.execute(
                    "INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, note, modifiers)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    [
                        bill_id,
                        self._products[item.dish],
                        item.quantity,
                        item.station,
                        item.note,
                        Jsonb(list(item.modifiers)) if item.modifiers else None,
                    ],
                )
            return await self._send(bill_id)

    async def void(self, bill_id: int, dish: str) -> list[int]:
        """Take a dish off a bill, tell the kitchen, and return the tickets that this made."""
        async with self._connection.transaction():
            await self._connection.execute(
                "UPDATE pos_billitem SET status = 'VOID' WHERE bill_id = %s AND product_id = %s",
                [bill_id, self._products[dish]],
            )
            return await self._send(bill_id)

    async def _send(self, bill_id: int) -> list[int]:
        cursor = await self._connection.execute("SELECT id FROM kitchen_send_bill(%s)", [bill_id])
        return [int(row["id"]) async for row in cursor]

    async def _one(self, query: Any, values: Sequence[Any]) -> DictRow:
        row = await (await self._connection.execute(query, values)).fetchone()
        if row is None:
            raise LookupError("the statement returned no row")
        return row
