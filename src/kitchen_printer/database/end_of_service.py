"""What people ask at the end of a service, and what they have the kitchen told."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import LiteralString

from kitchen_printer.database.requests import asking


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsentItem:
    """An item that is wanted and on no ticket: its bill was not sent."""

    station: str | None
    bill_id: int
    item_id: int
    name: str | None
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class UnprovedTicket:
    """A ticket that is not proved to be on paper; ``exception`` says why, in a word."""

    exception: str
    ticket_id: int
    station: str
    number: int | None
    table: str | None
    reason: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Everything of a service that is not proved to be on paper, and how many tickets there were."""

    tickets: int
    unsent: tuple[UnsentItem, ...]
    unproved: tuple[UnprovedTicket, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every wanted item is on a confirmed paper."""
        return not self.unsent and not self.unproved


_UNSENT: LiteralString = """
SELECT station_code AS station, bill_id, item_id, menu_name AS name, quantity
  FROM kitchen_find_unsent_items(now() - %s) ORDER BY station_code, bill_id, item_id
"""

_UNPROVED: LiteralString = """
SELECT exception, ticket_id, station_code AS station, station_seq AS number, table_label AS table, reason, created_at
  FROM kitchen_exceptions WHERE created_at >= %s ORDER BY ticket_id
"""


def read_reconciliation(dsn: str, since: datetime) -> Reconciliation:
    """Compare what was ordered since then with what is proved. Raises ``RequestRefusedError``."""
    with asking(dsn) as asked:
        counted = asked.execute(
            "SELECT count(*) AS tickets FROM kitchen_ticket_status WHERE created_at >= %s", [since]
        ).fetchone()
        unsent = asked.execute(_UNSENT, [since]).fetchall()
        unproved = asked.execute(_UNPROVED, [since]).fetchall()
    return Reconciliation(
        tickets=counted["tickets"] if counted else 0,
        unsent=tuple(UnsentItem(**row) for row in unsent),
        unproved=tuple(UnprovedTicket(**row) for row in unproved),
    )


def print_exceptions(dsn: str, since: datetime, *, by: str, printer: str | None) -> int:
    """Have the list printed; return its job. Raises ``RequestRefusedError``."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_print_exceptions(%s, %s, %s) AS job", [since, by, printer]
        ).fetchone()
    return int(row["job"]) if row else 0


def send_message(dsn: str, station: str, text: str, *, by: str) -> int:
    """Have a message printed at a station; return its ticket. Raises ``RequestRefusedError``."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_send_message(%s, %s, %s) AS ticket", [station, text, by]
        ).fetchone()
    return int(row["ticket"]) if row else 0
