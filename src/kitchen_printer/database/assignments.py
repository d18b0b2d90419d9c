"""Which waiting job goes to which printer: moved when another one is chosen, and put on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import LIVES
from kitchen_printer.decisions.routing import Choice, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The waiting jobs of a target that are at one printer belong to another one now."""

    from_printer_id: int
    target: Target
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """So many waiting jobs were moved, and why: a reason code, ``came_home`` or ``route_changed``."""

    from_printer_id: int
    to_printer_id: int
    reason: str
    jobs: int


# A job whose row somebody has locked is being claimed or moved just now; the next look sees what became of it.
_MOVE: LiteralString = f"""
WITH waiting AS MATERIALIZED (
    SELECT j.id, m.*, j.printer_id AS from_printer,
           coalesce(m.diverted_for, CASE WHEN j.diverted_from = m.to_printer THEN 'came_home' ELSE 'route_changed' END)
           AS reason
      FROM unnest(%(from)s::bigint[], %(stations)s::text[], %(copies)s::int[], %(to)s::bigint[],
                  %(diverted_from)s::bigint[], %(diverted_for)s::text[], %(diverted_since)s::timestamptz[])
           AS m(at_printer, station, copy_no, to_printer, diverted_from, diverted_for, diverted_since)
      JOIN print_jobs j ON (j.printer_id, j.station_code, j.copy_no) = (m.at_printer, m.station, m.copy_no)
     WHERE j.state = 'WAITING' AND j.kind <> 'NOTICE' AND NOT j.is_pinned
       -- After a jump of the database's clock two replicas may each take the other for dead: they would move the
       -- same jobs to and fro until both have sent a heartbeat.
       AND EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = %(me)s AND {LIVES})
     ORDER BY j.id FOR NO KEY UPDATE OF j SKIP LOCKED),
moved AS (
    UPDATE print_jobs j
       SET printer_id = w.to_printer, diverted_from = w.diverted_from, diverted_for = w.diverted_for,
           diverted_since = w.diverted_since
      FROM waiting w WHERE j.id = w.id
    RETURNING j.id, j.ticket_id, j.maybe_on_paper, w.from_printer, w.to_printer, w.reason),
told AS (
    INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
    SELECT 'redirected', ticket_id, id, to_printer,
           jsonb_build_object('from', from_printer, 'to', to_printer, 'reason', reason)
      FROM moved ORDER BY id),
-- The printer that is left took an attempt and never said that it forgot it: its paper may still come.
warned AS (
    INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
    SELECT 'may_still_print', m.ticket_id, m.id, a.id, a.printer_id, jsonb_build_object('attempt', a.attempt_no)
      FROM moved m CROSS JOIN LATERAL (
           SELECT * FROM print_attempts a
            WHERE a.job_id = m.id AND a.printer_id = m.from_printer AND a.outcome = 'UNCERTAIN'
              AND a.evidence IS DISTINCT FROM 'revoked'
            ORDER BY a.attempt_no DESC LIMIT 1) a
     WHERE m.maybe_on_paper ORDER BY m.id)
SELECT from_printer AS from_printer_id, to_printer AS to_printer_id, reason, count(*) AS jobs
  FROM moved GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608  # made of constants alone


async def move_jobs(database: Database, me: UUID, moves: Sequence[Move]) -> list[Moved]:
    """Move waiting jobs to the printers chosen for them, with an event for each; return what was moved."""
    values = {
        "me": me,
        "from": [each.from_printer_id for each in moves],
        "stations": [each.target.station for each in moves],
        "copies": [each.target.copy_no for each in moves],
        "to": [each.choice.printer_id for each in moves],
        "diverted_from": [each.choice.diverted_from for each in moves],
        "diverted_for": [each.choice.absence and each.choice.absence.reason for each in moves],
        "diverted_since": [each.choice.absence and each.choice.absence.since for each in moves],
    }
    async with database.transaction() as connection:
        rows = await (await connection.execute(_MOVE, values)).fetchall()
        if rows:
            await connection.execute("NOTIFY kitchen")  # Their new lanes may be another replica's.
    return [Moved(**row) for row in rows]
