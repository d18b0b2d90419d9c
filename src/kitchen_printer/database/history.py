"""Which history the database tells, and what becomes of a record that may lack its newest part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

from kitchen_printer.database.connection import Connection, Database
from kitchen_printer.decisions.history import Change, History, OnRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LastChange:
    """When another server, or a backup, last took the place of the one before; how many copies that left in doubt."""

    at: datetime
    change: Change
    copies_in_doubt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySight:
    """What the server says now, and what stands on record."""

    found: History
    is_replicated: bool
    on_record: OnRecord
    last_change: LastChange | None


HISTORY: Final[LiteralString] = """
(SELECT jsonb_build_object(
     'found', to_jsonb(n),
     'is_replicated', current_setting('synchronous_commit') IN ('on', 'remote_apply')
                      AND current_setting('synchronous_standby_names') <> '',
     'recorded', jsonb_build_object('system', h.system, 'timeline', h.timeline, 'tables', h.tables),
     'was_replicated', h.is_replicated,
     'silent_seconds', (SELECT extract(epoch FROM clock_timestamp() - max(r.until))::float8
                          FROM kitchen_replicas r WHERE r.until <= clock_timestamp() + interval '2 minutes'),
     'changed_at', h.changed_at, 'change', h.change, 'copies_in_doubt', h.copies_in_doubt)
   FROM kitchen_history h, kitchen_history_now() n)
"""
"""For a larger statement: all of it as JSON, see :func:`read_history`."""


def read_history(stored: dict[str, Any] | None) -> HistorySight:
    """Read what :data:`HISTORY` gave."""
    if stored is None:
        raise LookupError(
            "kitchen_history has no row: it was deleted; run kitchen-printer migrate on a fresh database"
        )
    last = None
    if stored["changed_at"] is not None:
        last = LastChange(
            at=datetime.fromisoformat(stored["changed_at"]),
            change=Change(stored["change"]),
            copies_in_doubt=stored["copies_in_doubt"],
        )
    return HistorySight(
        found=History(**stored["found"]),
        is_replicated=stored["is_replicated"],
        on_record=OnRecord(
            history=History(**stored["recorded"]),
            is_replicated=stored["was_replicated"],
            silent_seconds=stored["silent_seconds"],
        ),
        last_change=last,
    )


BROKEN_LATELY: Final[LiteralString] = """
SELECT changed_at AS at, copies_in_doubt AS copies FROM kitchen_history
 WHERE change <> 'complete' AND changed_at > now() - interval '15 minutes'
"""
"""For so long people are told of a record that may lack something; afterwards it is history."""


async def note_replication(database: Database, history: History, *, is_replicated: bool) -> None:
    """Put on record whether commits wait for a standby now."""
    async with database.connection() as connection:
        await connection.execute(
            "UPDATE kitchen_history SET is_replicated = %s WHERE (system, timeline, tables) = (%s, %s, %s)",
            [is_replicated, history.system, history.timeline, history.tables],
        )


_CONCERNED: LiteralString = """
SELECT coalesce(max(id), 0) AS up_to FROM kitchen_tickets
 WHERE %(is_restored)s OR timeline IS DISTINCT FROM %(timeline)s
"""

# Copies that are open, however old: one that waited for an hour may have been printed in the very second that is lost.
# And those that failed lately: a person may have had one tried again.
_DOUBT: LiteralString = """
WITH concerned AS MATERIALIZED (
    SELECT j.id FROM print_jobs j
     WHERE NOT j.maybe_on_paper AND (j.ticket_id IS NULL OR j.ticket_id <= %(up_to)s)
       AND (j.settled_at IS NULL
            OR j.state = 'FAILED' AND j.ticket_id IN (
                SELECT t.id FROM kitchen_tickets t
                 WHERE t.status = 'FAILED' AND t.created_at > now() - make_interval(secs => %(caution)s)))
     ORDER BY j.id FOR NO KEY UPDATE),
doubtful AS (
    UPDATE print_jobs j SET maybe_on_paper = true FROM concerned c WHERE c.id = j.id
    RETURNING j.id, j.ticket_id, j.printer_id),
noted AS (
    INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
    SELECT 'in_doubt', ticket_id, id, printer_id, jsonb_build_object('why', %(change)s::text)
      FROM doubtful ORDER BY id)
SELECT count(*) + (SELECT count(*) FROM kitchen_tickets WHERE expanded_at IS NULL AND id <= %(up_to)s) AS copies
  FROM doubtful
"""

_ADOPT: LiteralString = """
WITH adopted AS (
    UPDATE kitchen_history
       SET system = %(system)s, timeline = %(timeline)s, tables = %(tables)s, is_replicated = %(is_replicated)s,
           in_doubt_up_to = greatest(in_doubt_up_to, %(up_to)s),
           changed_at = clock_timestamp(), change = %(change)s, copies_in_doubt = %(copies)s
    RETURNING timeline)
INSERT INTO print_events (event, detail)
SELECT 'history_changed', jsonb_build_object('change', %(change)s::text, 'timeline', timeline,
                                             'before', %(before)s::bigint, 'copies_in_doubt', %(copies)s::bigint)
  FROM adopted
"""


async def adopt_history(
    database: Database, sight: HistorySight, change: Change, caution_seconds: float
) -> int | None:
    """Go on with the history that was found: mark what is in doubt, in one transaction with the record that it is so.

    Returns how many copies are in doubt, or None when another replica was first.
    """
    found, before = sight.found, sight.on_record.history
    async with database.transaction() as connection:
        taken = await connection.execute(
            "SELECT FROM kitchen_history WHERE (system, timeline, tables) = (%s, %s, %s) FOR NO KEY UPDATE",
            [before.system, before.timeline, before.tables],
        )
        if await taken.fetchone() is None:
            return None
        up_to = copies = 0
        if change.is_doubtful:
            values: dict[str, Any] = {"timeline": found.timeline, "is_restored": change is Change.RESTORED}
            up_to = await _number(connection, _CONCERNED, values)
            values = {"up_to": up_to, "caution": caution_seconds, "change": change}
            copies = await _number(connection, _DOUBT, values)
        await connection.execute(
            _ADOPT,
            {
                "system": found.system,
                "timeline": found.timeline,
                "tables": found.tables,
                "is_replicated": sight.is_replicated,
                "up_to": up_to,
                "change": change,
                "copies": copies,
                "before": before.timeline,
            },
        )
        return copies


async def _number(connection: Connection, question: LiteralString, values: dict[str, Any]) -> int:
    row = await (await connection.execute(question, values)).fetchone()
    return int(next(iter(row.values()))) if row else 0
