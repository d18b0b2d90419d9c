"""What has waited for a printer that comes back."""

from dataclasses import dataclass
from typing import LiteralString

from kitchen_printer.database.connection import Database
from kitchen_printer.decisions.notice import LISTED_MAX, Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The tickets that are due on one printer; ``oldest`` are the first of them, ``up_to`` is the newest one's id.

    ``is_late`` says that the first ones are; ``was_down`` that the printer is on record as one that could not print.
    """

    waiting: int
    up_to: int
    is_late: bool
    was_down: bool
    oldest: tuple[Listed, ...]


_BACKLOG: LiteralString = """
WITH due AS MATERIALIZED (
    SELECT j.ticket_id FROM print_jobs j
     WHERE j.printer_id = %(printer)s AND j.state = 'WAITING' AND j.not_before <= now() AND j.ticket_id IS NOT NULL),
oldest AS (
    SELECT t.id, upper(btrim(t.printer_target)) AS station, t.station_seq AS number, t.table_label AS "table",
           greatest(t.created_at, t.not_before) AS ordered_at
      FROM kitchen_tickets t
     WHERE t.id IN (SELECT ticket_id FROM due ORDER BY ticket_id LIMIT %(listed_max)s)
       -- What else it may hold is no time for a list.
       AND t.created_at BETWEEN '1900-01-01' AND '3000-01-01' AND isfinite(greatest(t.created_at, t.not_before)))
SELECT (SELECT count(*) FROM due) AS waiting, (SELECT max(ticket_id) FROM due) AS up_to,
       coalesce((SELECT min(ordered_at) < clock_timestamp() - make_interval(secs => %(late)s) FROM oldest), false)
           AS is_late,
       (SELECT state = 'down' FROM printers WHERE id = %(printer)s) AS was_down,
       (SELECT coalesce(jsonb_agg(to_jsonb(o) - 'id' ORDER BY o.id), '[]') FROM oldest o) AS oldest
"""


async def read_backlog(database: Database, printer_id: int, late_seconds: float) -> Backlog | None:
    """Return what is due on a printer; None when nothing is."""
    values = {"printer": printer_id, "listed_max": LISTED_MAX, "late": late_seconds}
    async with database.connection() as connection:
        row = await (await connection.execute(_BACKLOG, values)).fetchone()
    if row is None or not row["waiting"]:
        return None
    row["oldest"] = tuple(Listed.model_validate(each) for each in row["oldest"])
    return Backlog(**row)


async def is_next_late(database: Database, printer_id: int, late_seconds: float) -> bool:
    """Tell whether the printer's next ticket is late."""
    async with database.connection() as connection:
        row = await (
            await connection.execute(
                """
                SELECT greatest(t.created_at, t.not_before) < clock_timestamp() - make_interval(secs => %(late)s)
                       AS late
                  FROM print_jobs j JOIN kitchen_tickets t ON t.id = j.ticket_id
                 WHERE j.printer_id = %(printer)s AND j.state = 'WAITING' AND j.not_before <= now()
                 ORDER BY j.ticket_id LIMIT 1
                """,
                {"printer": printer_id, "late": late_seconds},
            )
        ).fetchone()
    return row is not None and row["late"]
