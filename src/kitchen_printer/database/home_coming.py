"""What other printers made of a printer's tickets while it was away."""

from dataclasses import dataclass
from typing import LiteralString

from kitchen_printer.database.connection import Connection, Row
from kitchen_printer.database.notices import add_notice
from kitchen_printer.decisions.notice import LISTED_MAX, HomeComing, Listed

REMEMBERED_HOURS = 24
"""What was printed elsewhere longer ago than this is no news to a cook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A printer that is back, and what it has missed: ``last_job`` names this absence."""

    printer_id: int
    address: str
    printed: int
    last_job: int
    tickets: tuple[Listed, ...]


# A person's redirect is no absence: the printer that is spared hears of it when it ends.
_MISSED: LiteralString = """
      FROM print_jobs j
      JOIN printers p ON p.id = j.diverted_from
      JOIN lanes l ON l.printer_id = p.id
      JOIN kitchen_tickets t ON t.id = j.ticket_id
     WHERE j.diverted_from IS NOT NULL AND j.settled_at > now() - make_interval(hours => %(remembered_hours)s)
       AND j.settled_at > p.home_told_at AND j.state = 'PRINTED' AND j.printer_id <> p.id
       AND p.state = 'ready' AND p.state_epoch = l.epoch AND p.passed_over_for IS NULL AND NOT p.parked
       AND NOT EXISTS (SELECT FROM kitchen_redirects r WHERE r.printer_id = p.id)
       AND NOT EXISTS (SELECT FROM print_jobs o WHERE o.diverted_from = p.id AND o.settled_at IS NULL)
       AND t.created_at BETWEEN '1900-01-01' AND '3000-01-01'
"""

HAS_ANYBODY_RETURNED: LiteralString = f"EXISTS (SELECT {_MISSED})"
"""Whether a printer is back and does not know it yet: a condition for the statement that somebody sends anyway."""

_RETURNED: LiteralString = f"""
WITH missed AS (
    SELECT j.diverted_from AS printer_id, p.address, j.id AS job_id,
           row_number() OVER (PARTITION BY j.diverted_from ORDER BY t.id, j.id) AS place,
           jsonb_build_object('station', upper(btrim(t.printer_target)), 'number', t.station_seq,
                              'table', t.table_label, 'ordered_at', t.created_at) AS listed
{_MISSED})
SELECT printer_id, min(address) AS address, count(*) AS printed, max(job_id) AS last_job,
       jsonb_agg(listed ORDER BY place) FILTER (WHERE place <= %(listed_max)s) AS tickets
  FROM missed GROUP BY printer_id ORDER BY printer_id
"""  # noqa: S608  # made of constants alone


async def find_returned(connection: Connection) -> list[Returned]:
    """Return the printers that are back and do not know yet what went elsewhere."""
    cursor = await connection.execute(
        _RETURNED, {"remembered_hours": REMEMBERED_HOURS, "listed_max": LISTED_MAX}
    )
    return [_returned(row) async for row in cursor]


async def tell_returned(connection: Connection, returned: Returned) -> bool:
    """Queue the slip for a printer that is back; return whether it is a new one."""
    notice = HomeComing(printed=returned.printed, tickets=returned.tickets)
    key = f"home-coming of printer {returned.printer_id} after job {returned.last_job}"
    job = await add_notice(connection, returned.printer_id, notice, key)
    await connection.execute("UPDATE printers SET home_told_at = now() WHERE id = %s", [returned.printer_id])
    return job is not None


def _returned(row: Row) -> Returned:
    row["tickets"] = tuple(Listed.model_validate(each) for each in row["tickets"])
    return Returned(**row)
