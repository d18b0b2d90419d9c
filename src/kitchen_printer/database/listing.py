"""A list for people: tickets and how far they are."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from kitchen_printer.database.requests import asking


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets are wanted; None means any. ``is_open`` leaves out what is proved on paper."""

    status: str | None
    station: str | None
    bill_id: int | None
    table: str | None
    hours: float
    is_open: bool
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """One ticket and how far it is."""

    ticket_id: int
    station: str
    number: int | None
    table: str | None
    bill_number: str | None
    kind: str
    status: str
    is_proved: bool
    is_held: bool
    reason: str | None
    created_at: datetime
    printed_at: datetime | None
    age_seconds: float


_TICKETS: LiteralString = """
SELECT ticket_id, station_code AS station, station_seq AS number, table_label AS table, bill_number, kind, status,
       is_proved, is_held, reason, created_at, printed_at,
       extract(epoch FROM coalesce(printed_at, now()) - created_at)::float8 AS age_seconds
  FROM kitchen_ticket_status
 WHERE created_at > now() - make_interval(secs => %(hours)s * 3600)
   AND (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(station)s::text IS NULL OR station_code = upper(btrim(%(station)s)))
   AND (%(bill_id)s::bigint IS NULL OR bill_id = %(bill_id)s)
   AND (%(table)s::text IS NULL OR table_label = %(table)s)
   AND (NOT %(is_open)s OR status = 'FAILED' OR NOT is_proved)
 ORDER BY ticket_id DESC LIMIT %(limit)s
"""


def read_tickets(dsn: str, wanted: TicketFilter) -> list[TicketRow]:
    """Return the newest tickets that are wanted, newest first. Raises ``RequestRefusedError``."""
    values = {name: getattr(wanted, name) for name in TicketFilter.__dataclass_fields__}
    with asking(dsn) as asked:
        return [TicketRow(**row) for row in asked.execute(_TICKETS, values).fetchall()]
