"""How attempts ended: written once, with the job, the ticket and the events, in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Connection, Database, Row
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.retry import Decision, OnUnconfirmed
from kitchen_printer.decisions.ticket import Job

RESCUE_MAX = 200
"""Abandoned attempts taken up in one look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One attempt, how it ended, and what becomes of its job.

    ``token_printed`` tells the attempt from another one that got the same number after the database lost the first.
    ``ticket_id`` is None when the job is a notice; ``waited_seconds`` is how long the printer was seen unable to
    go on during the attempt; the payload's size and SHA-256 are None when nothing was laid out.
    """

    attempt_id: int
    token_printed: str
    job_id: int
    ticket_id: int | None
    outcome: Outcome
    decision: Decision
    waited_seconds: float = 0.0
    payload_bytes: int | None = None
    payload_sha256: bytes | None = None


async def expect_cuts(database: Database, attempt_id: int, cuts: int) -> None:
    """Put on record, before anything is sent, how many cuts an open attempt of ours will make."""
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE print_attempts SET expected_cuts = %s WHERE id = %s AND outcome IS NULL",
            [cuts, attempt_id],
        )


_LOCK_TICKETS: LiteralString = """
SELECT id FROM kitchen_tickets WHERE id = ANY(%(tickets)s) ORDER BY id FOR NO KEY UPDATE
"""

# OFFSET 0 has each attempt looked up by its number: joined, all of them might be walked while statistics are young.
# An attempt is settled by its owner, or, once its lane has a newer epoch, by the lane's new owner. Settled
# already by somebody else: our late truth becomes an event. Settled already by us: this is the repetition
# after a commit whose answer was lost, and nothing is left to do.
_SETTLE: LiteralString = """
WITH o AS MATERIALIZED (
    SELECT * FROM unnest(%(attempts)s::bigint[], %(tokens)s::text[], %(outcomes)s::text[], %(evidences)s::text[],
                         %(reasons)s::text[], %(sizes)s::int[], %(hashes)s::bytea[], %(states)s::text[],
                         %(spents)s::int[], %(maybes)s::bool[], %(failed)s::text[], %(waited)s::float8[])
        AS o(attempt_id, token, outcome, evidence, reason, payload_bytes, payload_sha256, state, spent, maybe_on_paper,
             failed_reason, waited_seconds)),
settled AS (
    UPDATE print_attempts a
       SET outcome = o.outcome, evidence = o.evidence, reason = o.reason, payload_bytes = o.payload_bytes,
           payload_sha256 = o.payload_sha256, settled_by = %(me)s, finished_at = clock_timestamp()
      FROM o
     WHERE a.id = o.attempt_id AND a.token_printed = o.token AND a.outcome IS NULL
       AND (a.owner = %(me)s OR EXISTS (SELECT FROM lanes l WHERE l.printer_id = a.printer_id
                                           AND l.owner = %(me)s AND l.epoch > a.lease_epoch))
    RETURNING a.id, a.job_id, a.printer_id, a.attempt_no, a.marked),
moved AS (
    UPDATE print_jobs j
       SET state = o.state, spent = o.spent, maybe_on_paper = j.maybe_on_paper OR o.maybe_on_paper,
           failed_reason = o.failed_reason, waited_seconds = j.waited_seconds + o.waited_seconds,
           settled_at = CASE WHEN o.state IN ('PRINTED', 'FAILED', 'CANCELLED') THEN clock_timestamp() END
      FROM settled JOIN o ON o.attempt_id = settled.id
     WHERE j.id = settled.job_id AND j.state = 'PRINTING'),
noted AS (
    INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
    SELECT CASE WHEN (o.outcome, o.state) = ('UNCERTAIN', 'PRINTED') THEN 'sent_unconfirmed' ELSE lower(o.outcome) END,
           j.ticket_id, j.id, settled.id, settled.printer_id,
           jsonb_strip_nulls(jsonb_build_object('attempt', settled.attempt_no, 'marked', settled.marked,
               'evidence', o.evidence, 'reason', o.reason, 'job', o.state))
      FROM settled JOIN o ON o.attempt_id = settled.id JOIN print_jobs j ON j.id = settled.job_id
     ORDER BY settled.id),
late AS (
INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
SELECT 'late_' || lower(o.outcome), j.ticket_id, j.id, a.id, a.printer_id,
       jsonb_strip_nulls(jsonb_build_object('attempt', a.attempt_no, 'evidence', o.evidence, 'reason', o.reason,
                                            'recorded', a.outcome))
  FROM o CROSS JOIN LATERAL (SELECT * FROM print_attempts WHERE id = o.attempt_id OFFSET 0) a
  JOIN print_jobs j ON j.id = a.job_id
 WHERE a.token_printed = o.token AND a.outcome IS NOT NULL AND a.settled_by <> %(me)s)
SELECT o.attempt_id FROM o
 WHERE NOT EXISTS (SELECT FROM print_attempts a WHERE a.id = o.attempt_id AND a.token_printed = o.token OFFSET 0)
"""

# Its own statement, after the tickets are locked and the jobs have moved: only so do two copies that settle
# at the same moment see each other.
_DERIVE_STATUS: LiteralString = "SELECT kitchen_derive_status(%(tickets)s)"


async def record(database: Database, me: UUID, settlements: Sequence[Settlement]) -> frozenset[int]:
    """Write down how attempts ended. Repeating it is harmless; an outcome is never overwritten.

    Returns the attempts that are on record no more: the database lost them.
    """
    values = _columns(settlements) | {"me": me}
    async with database.pipelined() as connection:
        await connection.execute(_LOCK_TICKETS, values)
        settled = await connection.execute(_SETTLE, values)
        await connection.execute(_DERIVE_STATUS, values)
        return frozenset([row["attempt_id"] async for row in settled])


async def is_settled_by(database: Database, me: UUID, attempt_id: int) -> bool:
    """Whether it was us who settled an attempt, and not somebody who had taken its lane over meanwhile."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            "SELECT settled_by = %s AS is_ours FROM print_attempts WHERE id = %s", [me, attempt_id]
        )
        row = await cursor.fetchone()
    return row is not None and bool(row["is_ours"])


def _columns(settlements: Sequence[Settlement]) -> dict[str, Any]:
    return {
        "tickets": sorted({each.ticket_id for each in settlements if each.ticket_id is not None}),
        "attempts": [each.attempt_id for each in settlements],
        "tokens": [each.token_printed for each in settlements],
        "outcomes": [_name(each.outcome) for each in settlements],
        "evidences": [_evidence(each.outcome) for each in settlements],
        "reasons": [_reason(each.outcome) for each in settlements],
        "sizes": [each.payload_bytes for each in settlements],
        "hashes": [each.payload_sha256 for each in settlements],
        "states": [each.decision.state for each in settlements],
        "spents": [each.decision.spent for each in settlements],
        "maybes": [each.decision.maybe_on_paper for each in settlements],
        "failed": [each.decision.failed_reason for each in settlements],
        "waited": [each.waited_seconds for each in settlements],
    }


def _name(outcome: Outcome) -> str:
    match outcome:
        case NotSent():
            return "NOT_SENT"
        case Confirmed():
            return "CONFIRMED"
        case Unconfirmed() | Uncertain():
            return "UNCERTAIN"


def _evidence(outcome: Outcome) -> str | None:
    match outcome:
        case Confirmed(evidence, is_cut):
            return evidence if is_cut else f"{evidence}, not cut"
        case Unconfirmed(evidence):
            return evidence
        case NotSent(_, is_revoked=True) | Uncertain(_, is_revoked=True):
            return "revoked"
        case NotSent() | Uncertain():
            return None


def _reason(outcome: Outcome) -> str | None:
    return None if isinstance(outcome, Confirmed | Unconfirmed) else outcome.reason


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
