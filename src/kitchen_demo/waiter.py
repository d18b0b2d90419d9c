"""The demo's waiter: taps orders into a till and waits for the answer, while the demo goes on."""

import asyncio
from collections.abc import Mapping, Sequence

from kitchen_demo.orders import Item
from kitchen_demo.table import Sent, Table
from kitchen_demo.till import Till


class Waiter:
    """Knows the till and the menu, and of printers nothing at all."""

    def __init__(self, till: Till, products: Mapping[str, int]) -> None:
        self._till = till
        self._products = products

    def seat(self, number: str, table: str, server: str, guests: int) -> Table:
        """Seat guests; nothing is sent before they order."""
        heading: dict[str, str | int] = {
            "number": number,
            "table": table,
            "order_type": "Dine in",
            "server": server,
            "guests": guests,
        }
        return Table(self._till, Sent(), self._products, heading)

    async def order(self, table: Table, items: Sequence[Item]) -> list[int]:
        """Order; return the tickets. Raises ``OrderRefused``."""
        return await asyncio.to_thread(table.order, items)
