"""Attempts that nobody works on, late proofs, and the patience of what waits."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Connection, Database, Row
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.retry import OnUnconfirmed
from kitchen_printer.decisions.ticket import Job

RESCUE_MAX = 200
"""Abandoned attempts taken up in one look."""


async def expect_cuts(database: Database, attempt_id: int, cuts: int) -> None:
    """Put on record, before anything is sent, how many cuts an open attempt of ours will make."""
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE print_attempts SET expected_cuts = %s WHERE id = %s AND outcome IS NULL",
            [cuts, attempt_id],
        )


# A statement of its own, after the tickets are locked and the jobs have moved: only so do two copies that settle at the
# same moment see each other.
_DERIVE_STATUS: LiteralString = "SELECT kitchen_derive_status(%(tickets)s)"


async def is_settled_by(database: Database, me: UUID, attempt_id: int) -> bool:
    """Whether it was us who settled an attempt, and not somebody who had taken its lane over meanwhile."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT settled_by = %s AS is_ours FROM print_attempts WHERE id = %s", [me, attempt_id]
        )
        row = await cursor.fetchone()
    return row is not None and bool(row["is_ours"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """An open attempt that nobody works on, and what is needed to settle it."""

    attempt_id: int
    job_id: int
    ticket_id: int | None
    printer_id: int
    spent: int
    maybe_on_paper: bool
    token_printed: str
    token_cut: str
    odometer: Odometer | None
    expected_cuts: int
    on_unconfirmed: OnUnconfirmed | None


def abandoned(job: Job) -> Abandoned:
    """Return what is needed to settle the attempt at a job that nobody works on any more."""
    return Abandoned(
        attempt_id=job.attempt_id,
        job_id=job.id,
        ticket_id=job.ticket_id,
        printer_id=job.printer_id,
        spent=job.spent,
        maybe_on_paper=job.maybe_on_paper,
        token_printed=job.token_printed,
        token_cut=job.token_cut,
        odometer=None,
        expected_cuts=1,
        on_unconfirmed=job.on_unconfirmed,
    )


_OPEN_ATTEMPTS: LiteralString = """
SELECT a.id AS attempt_id, a.job_id, j.ticket_id, a.printer_id, j.spent, j.maybe_on_paper, a.token_printed,
       a.token_cut, a.odometer, a.expected_cuts, s.on_unconfirmed
  FROM print_attempts a
  JOIN lanes l USING (printer_id)
  JOIN print_jobs j ON j.id = a.job_id
  LEFT JOIN stations s ON s.station_code = j.station_code
 WHERE a.outcome IS NULL
"""


async def abandoned_attempts(database: Database, me: UUID) -> list[Abandoned]:
    """Return open attempts of older epochs on our lanes, oldest first: their owners are gone."""
    mine: LiteralString = " AND l.owner = %s AND l.epoch > a.lease_epoch ORDER BY a.id LIMIT %s"
    async with database.connection() as connection:
        cursor = await connection.execute(_OPEN_ATTEMPTS + mine, [me, RESCUE_MAX])
        return [_abandoned(row) async for row in cursor]


async def unknown_attempts(database: Database, me: UUID, known: Collection[int]) -> list[Abandoned]:
    """Return our own open attempts that are not among ``known``: claimed, but the answer was lost."""
    own: LiteralString = " AND a.owner = %s AND NOT a.id = ANY(%s) ORDER BY a.id"
    async with database.connection() as connection:
        cursor = await connection.execute(_OPEN_ATTEMPTS + own, [me, list(known)])
        return [_abandoned(row) async for row in cursor]


def _abandoned(row: Row) -> Abandoned:
    row["odometer"] = Odometer(**row["odometer"]) if row["odometer"] else None
    return Abandoned(**row)


async def note_late_proofs(database: Database, printer_id: int, tokens: Collection[str]) -> int:
    """Put tokens that came after their attempt was decided on record; return how many attempts they prove."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            """
            INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
            SELECT 'late_proof', j.ticket_id, j.id, a.id, a.printer_id,
                   jsonb_build_object('attempt', a.attempt_no, 'recorded', a.outcome)
              FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id
             WHERE a.printer_id = %s AND a.outcome = 'UNCERTAIN'
               AND (a.token_printed = ANY(%s) OR a.token_cut = ANY(%s))
               AND NOT EXISTS (SELECT FROM print_events e WHERE e.attempt_id = a.id AND e.event = 'late_proof')
            """,
            [printer_id, list(tokens), list(tokens)],
        )
        return cursor.rowcount


async def add_waiting_time(database: Database, printer_id: int, seconds: float) -> float:
    """Count time in which a printer was seen unable to print against its waiting jobs, none more than its age.

    Returns the longest waiting time among them, 0 when there are none.
    """
    async with database.connection() as connection:
        row = await (
            await connection.execute(
                """
                WITH counted AS (
                    UPDATE print_jobs
                       SET waited_seconds = waited_seconds
                           + least(%s, greatest(0, extract(epoch FROM clock_timestamp() - created_at)))
                     WHERE printer_id = %s AND state = 'WAITING' RETURNING waited_seconds)
                SELECT coalesce(max(waited_seconds), 0) AS longest FROM counted
                """,
                [seconds, printer_id],
            )
        ).fetchone()
    return float(row["longest"]) if row else 0.0


async def give_up(database: Database, printer_id: int, limit_seconds: float, reason: Reason) -> int:
    """Fail the jobs of a printer that have waited too long, notices among them; return how many were of tickets."""
    values = {"printer": printer_id, "limit": limit_seconds, "reason": reason}
    async with database.transaction() as connection:
        tickets = await _lock_tickets_to_give_up(connection, values)
        cursor = await connection.execute(
            """
            WITH failed AS (
                UPDATE print_jobs SET state = 'FAILED', failed_reason = %(reason)s, settled_at = clock_timestamp()
                 WHERE printer_id = %(printer)s AND state = 'WAITING' AND waited_seconds >= %(limit)s
                   AND (ticket_id IS NULL OR ticket_id = ANY(%(tickets)s))
                RETURNING id, ticket_id, printer_id, waited_seconds)
            INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
            SELECT 'gave_up', ticket_id, id, printer_id,
                   jsonb_build_object('reason', %(reason)s::text, 'waited_seconds', round(waited_seconds))
              FROM failed ORDER BY id RETURNING ticket_id
            """,
            values | {"tickets": tickets},
        )
        failed = [row["ticket_id"] async for row in cursor if row["ticket_id"] is not None]
        await connection.execute(_DERIVE_STATUS, {"tickets": tickets})
        return len(failed)


async def _lock_tickets_to_give_up(connection: Connection, values: dict[str, Any]) -> list[int]:
    cursor = await connection.execute(
        """
        SELECT id FROM kitchen_tickets
         WHERE id IN (SELECT ticket_id FROM print_jobs
                       WHERE printer_id = %(printer)s AND state = 'WAITING' AND waited_seconds >= %(limit)s)
         ORDER BY id FOR NO KEY UPDATE
        """,
        values,
    )
    return [row["id"] async for row in cursor]
