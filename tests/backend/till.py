"""A POS for tests: speaks to the HTTP interface inside this process, and reads the database beside it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import psycopg
from django.test import Client
from psycopg.rows import DictRow, dict_row

from kitchen_demo.orders import Item


class Till:
    """See the module's docstring."""

    def __init__(self, dsn: str, token: str) -> None:
        self.dsn = dsn
        self.token = token
        self.client = Client(headers={"authorization": f"Bearer {token}"})
        self.products = {
            row["name"]: int(row["id"]) for row in self.look("SELECT name, id FROM core_product")
        }

    def post(self, path: str, body: object = None, key: str | None = None) -> tuple[int, Any]:
        """Send a request with a key of its own unless one is given; return status and answer."""
        response = self.client.post(
            path, body, content_type="application/json", headers={"idempotency-key": key or str(uuid4())}
        )
        return response.status_code, response.json()

    def get(self, path: str) -> tuple[int, Any]:
        """Ask; return status and answer."""
        response = self.client.get(path)
        return response.status_code, response.json()

    def order(self, items: Sequence[Item], **heading: Any) -> dict[str, Any]:
        """Place an order that must be taken; return the answer."""
        status, answer = self.post("/orders", {**heading, "items": self.lines(items)})
        assert status == 201, answer
        return dict(answer)

    def lines(self, items: Sequence[Item]) -> list[dict[str, Any]]:
        """Return items as a POS writes them."""
        return [
            {
                "product_id": self.products[item.dish],
                "station_code": item.station,
                "quantity": item.quantity,
                "note": item.note,
                "modifiers": list(item.modifiers),
            }
            for item in items
        ]

    def look(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Read the database as its superuser."""
        with psycopg.Connection[DictRow].connect(self.dsn, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def do(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Change the database as its superuser."""
        with psycopg.connect(self.dsn) as connection:
            connection.execute(statement.encode(), values)

    def count(self) -> Mapping[str, int]:
        """Count what an order leaves behind."""
        (row,) = self.look(
            "SELECT (SELECT count(*) FROM pos_bill) AS bills, (SELECT count(*) FROM pos_billitem) AS items,"
            " (SELECT count(*) FROM kitchen_tickets) AS tickets,"
            " (SELECT count(*) FROM kitchen_ticket_items) AS lines"
        )
        return row
