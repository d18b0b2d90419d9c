"""What a shop has whatever queue it uses: a table of tickets, which the worker reads and marks as printed.

A ticket is one row with its whole content, which costs a worker less than the service's tables would.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, LiteralString

TABLE: Final[LiteralString] = """
CREATE TABLE shop_tickets (
    id bigint PRIMARY KEY,
    printer text NOT NULL,
    content text NOT NULL,
    status text NOT NULL DEFAULT 'NEW',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    printed_at timestamptz)
"""
INSERT: Final[LiteralString] = """
INSERT INTO shop_tickets (id, printer, content)
SELECT * FROM unnest(%(ids)s::bigint[], %(printers)s::text[], %(contents)s::text[])
"""
READ: Final[LiteralString] = "SELECT content FROM shop_tickets WHERE id = %s"
MARK: Final[LiteralString] = (
    "UPDATE shop_tickets SET status = 'PRINTED', printed_at = clock_timestamp() WHERE id = %s"
)
RECORDED: Final[LiteralString] = """
SELECT id, extract(epoch FROM printed_at)::float8 FROM shop_tickets
 WHERE id = ANY(%s) AND status = 'PRINTED'
"""
LINES: Final = 3
"""Dishes on a ticket: what a table orders at one station."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is to be printed where. ``number`` is the bill's, and on the paper; ``turn`` the station's own."""

    number: int
    turn: int
    printer: str

    @property
    def table(self) -> str:
        """Which table it is for."""
        return str(self.number % 40 + 1)

    @property
    def content(self) -> str:
        """The ticket as the service's claim hands it out: all its fields, its lines within."""
        return json.dumps(
            {
                "id": self.number,
                "kind": "ORDER",
                "station": self.printer,
                "station_seq": self.turn,
                "created_at": datetime.now(UTC).isoformat(),
                "round_no": 1,
                "part": 1,
                "parts": 1,
                "part_stations": [self.printer],
                "bill_number": str(self.number),
                "table_label": self.table,
                "order_type": None,
                "server_name": "Ana",
                "guests": 2,
                "note": None,
                "message": None,
                "lines": [
                    {
                        "action": "ADD",
                        "qty": line,
                        "menu_name": f"Grilled sea bass {line}",
                        "note": "sauce on the side" if line == 1 else None,
                    }
                    for line in range(1, LINES + 1)
                ],
            }
        )


def inserted(tickets: list[Ticket]) -> dict[str, object]:
    """Return the values of :data:`INSERT`."""
    return {
        "ids": [each.number for each in tickets],
        "printers": [each.printer for each in tickets],
        "contents": [each.content for each in tickets],
    }
