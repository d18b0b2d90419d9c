"""What is to be done, and by which lane: look around, claim."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from kitchen_printer.database.connection import Database, Row
from kitchen_printer.database.history import HISTORY, HistorySight, read_history
from kitchen_printer.database.leases import LIVES
from kitchen_printer.decisions.occasion import Backup
from kitchen_printer.decisions.reason import reason_named
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.routing import Absence
from kitchen_printer.decisions.ticket import Job, JobKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What one printer has before it: jobs that wait, and those due now."""

    printer_id: int
    waiting: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Backlog):
    """The part of a backlog that is of one station and copy; ``station`` is None for what routing must not move."""

    station: str | None
    copy_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """One look at the database: what has changed and what there is to do."""

    history: HistorySight
    routing_version: int
    absences: Mapping[int, Absence]
    """The printers that their lanes pass over now. What is on record from before its present owner does not count."""

    down_on_record: frozenset[int]
    """Our printers that could not print when somebody last looked, before us or before they were parked."""

    has_free_lanes: bool
    has_new_tickets: bool
    has_abandoned_attempts: bool
    has_unknown_attempts: bool
    tickets_failed: int
    tickets_without_route: int
    queues: tuple[Queue, ...]

    @property
    def backlogs(self) -> dict[int, Backlog]:
        """The backlog of every printer that has one."""
        found: dict[int, Backlog] = {}
        for each in self.queues:
            so_far = found.get(each.printer_id)
            found[each.printer_id] = Backlog(
                printer_id=each.printer_id,
                waiting=each.waiting + (so_far.waiting if so_far else 0),
                due=each.due + (so_far.due if so_far else 0),
            )
        return found


_LOOK_AROUND: LiteralString = f"""
SELECT {HISTORY} AS history,
       s.routing_version,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('printer_id', p.id, 'reason', p.passed_over_for,
                   'since', p.passed_over_since, 'answers', p.state = 'ready') ORDER BY p.id), '[]')
          FROM printers p
          JOIN lanes l ON l.printer_id = p.id AND l.epoch = p.state_epoch
          JOIN kitchen_replicas r ON r.owner = l.owner
         -- Our own word counts to us whatever the wall clock does to our heartbeat.
         WHERE p.passed_over_for IS NOT NULL AND ({LIVES} OR l.owner = %(me)s)) AS absences,
       ARRAY(SELECT p.id FROM printers p JOIN lanes l ON l.printer_id = p.id
              WHERE l.owner = %(me)s AND (p.state = 'down' OR p.passed_over_for IS NOT NULL)) AS down_on_record,
       -- An owner that has been gone for longer is found at the next heartbeat; here the dead must not add up.
       EXISTS (SELECT FROM lanes l WHERE l.owner IS NULL)
       OR EXISTS (SELECT FROM kitchen_replicas r JOIN lanes l ON l.owner = r.owner
                   WHERE r.until <= now() AND r.until > now() - interval '1 hour') AS has_free_lanes,
       EXISTS (SELECT FROM kitchen_tickets
                WHERE expanded_at IS NULL AND coalesce(not_before, '-infinity') <= now()
                  AND (%(any_station)s OR upper(btrim(printer_target)) = ANY(%(stations)s))) AS has_new_tickets,
       EXISTS (SELECT FROM print_attempts a JOIN lanes l USING (printer_id)
                WHERE a.outcome IS NULL AND l.owner = %(me)s AND l.epoch > a.lease_epoch) AS has_abandoned_attempts,
       EXISTS (SELECT FROM print_attempts a
                WHERE a.outcome IS NULL AND a.owner = %(me)s AND NOT a.id = ANY(%(known)s)) AS has_unknown_attempts,
       (SELECT count(*) FROM kitchen_tickets WHERE status = 'FAILED') AS tickets_failed,
       (SELECT count(*) FROM kitchen_tickets
         WHERE expanded_at IS NULL AND NOT %(any_station)s
           AND NOT upper(btrim(printer_target)) = ANY(%(stations)s)) AS tickets_without_route,
       (SELECT coalesce(jsonb_agg(b), '[]') FROM (
           SELECT printer_id, CASE WHEN kind <> 'NOTICE' AND NOT is_pinned THEN station_code END AS station, copy_no,
                  count(*) AS waiting, count(*) FILTER (WHERE not_before <= now()) AS due
             FROM print_jobs WHERE settled_at IS NULL AND state = 'WAITING' AND printer_id IS NOT NULL
            GROUP BY 1, 2, 3) b) AS queues
  FROM kitchen_settings s
"""  # noqa: S608  # made of constants alone


async def look_around(
    database: Database, me: UUID, known: Collection[int], stations: Sequence[str], *, any_station: bool
) -> Surroundings:
    """Look once at everything that may need doing.

    ``known`` are the attempts that a lane of ours works on; ``stations`` are those with a way to paper.
    """
    values = {"me": me, "known": list(known), "stations": list(stations), "any_station": any_station}
    async with database.connection() as connection:
        row = await (await connection.execute(_LOOK_AROUND, values)).fetchone()
    if row is None:
        raise LookupError("kitchen_settings has no row: it was deleted; insert one with its defaults")
    row["history"] = read_history(row["history"])
    row["queues"] = tuple(Queue(**each) for each in row["queues"])
    row["down_on_record"] = frozenset(row["down_on_record"])
    row["absences"] = {
        each["printer_id"]: Absence(
            reason=reason_named(each["reason"]),
            since=datetime.fromisoformat(each["since"]),
            answers=each["answers"],
        )
        for each in row["absences"]
    }
    return Surroundings(**row)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """A lane that is ready for a ticket: its lease, the tokens of its next attempt, and its odometer if any."""

    printer_id: int
    epoch: int
    token_printed: str
    token_cut: str
    odometer: Odometer | None
    notices_only: bool = False
    """Whether it must not get a ticket, whatever waits."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours, its attempt on record, with the stored content of its ticket or notice.

    ``content`` is JSON text and not parsed here: what one paper holds must not cost the other lanes anything.
    ``circumstances``, JSON too and empty for a notice, say what happened since the ticket was made: see
    :func:`kitchen_printer.decisions.occasion.read_occasion`.
    ``is_last`` says that the lane had nothing else due at the moment of the claim; ``backup`` why this printer
    stands in for another one.
    """

    job: Job
    content: str
    circumstances: str
    is_last: bool
    backup: Backup | None = None


# Locks go lane, tickets in id order, jobs. The job rows taken here are WAITING ones, those that record()
# locks are PRINTING ones, so the two never wait for each other over jobs.
_CLAIM: LiteralString = """
WITH lane AS MATERIALIZED (
    SELECT l.printer_id, l.epoch, w.token_printed, w.token_cut, w.odometer, w.notices_only
      FROM unnest(%(printers)s::bigint[], %(epochs)s::bigint[], %(printed)s::text[], %(cut)s::text[],
                  %(odometers)s::jsonb[], %(notices_only)s::bool[])
           AS w(printer_id, epoch, token_printed, token_cut, odometer, notices_only)
      JOIN lanes l USING (printer_id)
      JOIN kitchen_replicas r ON r.owner = l.owner
     WHERE l.owner = %(me)s AND l.epoch = w.epoch AND r.until > clock_timestamp()
       -- What a standby that took over may lack is judged first (service/historian.py). A test paper repeats nothing.
       AND (w.notices_only OR EXISTS (SELECT FROM kitchen_history h JOIN kitchen_history_now() n
                                          USING (system, timeline, tables) WHERE timeline >= %(timeline)s))
     ORDER BY l.printer_id
       FOR SHARE OF l),
head AS MATERIALIZED (
    SELECT lane.printer_id, oldest.id, oldest.ticket_id
      FROM lane CROSS JOIN LATERAL (
          -- Notices before tickets: they are short, few, and either say what follows or call somebody.
          (SELECT q.id, q.ticket_id, 1 AS turn FROM print_jobs q
            WHERE q.printer_id = lane.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
              AND q.ticket_id IS NULL
            ORDER BY q.id LIMIT 1)
          UNION ALL
          (SELECT q.id, q.ticket_id, 2 FROM print_jobs q
            WHERE q.printer_id = lane.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
              AND q.ticket_id IS NOT NULL AND NOT lane.notices_only
              -- Wherever the older one waits, and whichever station took it: what counts is whom it was meant for.
              AND NOT EXISTS (
                  SELECT FROM print_jobs o JOIN kitchen_tickets t ON t.id = o.ticket_id
                   WHERE o.settled_at IS NULL AND o.state <> 'HELD'
                     AND (o.bill_id, o.copy_no) = (q.bill_id, q.copy_no)
                     AND (o.ticket_id, o.reprint_no) < (q.ticket_id, q.reprint_no)
                     AND upper(btrim(t.printer_target)) = (SELECT upper(btrim(own.printer_target))
                                                             FROM kitchen_tickets own WHERE own.id = q.ticket_id)
                  OFFSET 0)  -- Else, before statistics know of a rush, all that waits is joined for each claim.
            ORDER BY q.ticket_id, q.id LIMIT 1)
          ORDER BY turn LIMIT 1) oldest),
ticket AS MATERIALIZED (
    SELECT t.id, t.status FROM kitchen_tickets t WHERE t.id IN (SELECT ticket_id FROM head)
     ORDER BY t.id FOR NO KEY UPDATE),
locked AS MATERIALIZED (
    -- By their ids, and judged once they are locked: else, before statistics know of a rush, all that waits is walked.
    -- The array is made first, so that all tickets are locked before the first job is.
    SELECT * FROM print_jobs
     WHERE id = ANY(ARRAY(SELECT id FROM head WHERE ticket_id IS NULL OR ticket_id IN (SELECT id FROM ticket)))
       FOR NO KEY UPDATE SKIP LOCKED),
pick AS MATERIALIZED (
    SELECT locked.* FROM locked JOIN head ON head.id = locked.id AND head.printer_id = locked.printer_id
     WHERE locked.state = 'WAITING'),
made AS (
    INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,
                                token_printed, token_cut, odometer)
    SELECT pick.id, pick.kind, pick.attempts + 1, lane.printer_id, lane.epoch, %(me)s,
           pick.kind = 'REPRINT' OR pick.maybe_on_paper, lane.token_printed, lane.token_cut, lane.odometer
      FROM pick JOIN lane USING (printer_id)
    ON CONFLICT DO NOTHING
    RETURNING id, job_id, attempt_no, printer_id, marked, token_printed, token_cut),
moved AS (
    UPDATE print_jobs q SET state = 'PRINTING', attempts = made.attempt_no FROM made WHERE q.id = made.job_id),
begun AS (
    -- Whether it is new is asked of the row that is locked: asked of the table, all that is new might be walked.
    UPDATE kitchen_tickets t SET status = 'PRINTING'
     WHERE t.id = ANY(ARRAY(SELECT ticket.id FROM made JOIN pick ON pick.id = made.job_id
                                             JOIN ticket ON ticket.id = pick.ticket_id WHERE ticket.status = 'NEW'))),
noted AS (
    INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
    SELECT 'claimed', pick.ticket_id, pick.id, made.id, made.printer_id,
           jsonb_build_object('attempt', made.attempt_no, 'marked', made.marked, 'level', p.level,
                              'level_provenance', p.level_provenance)
      FROM made JOIN pick ON pick.id = made.job_id JOIN printers p ON p.id = made.printer_id)
SELECT made.id AS attempt_id, made.attempt_no, made.printer_id, made.marked, made.token_printed, made.token_cut,
       pick.id, pick.kind, pick.ticket_id, pick.copy_no, coalesce(pick.station_code, '') AS station, pick.spent,
       pick.maybe_on_paper, pick.waited_seconds, pick.diverted_for, pick.diverted_since,
       (SELECT greatest(0, extract(epoch FROM clock_timestamp() - CASE WHEN isfinite(t.created_at) THEN t.created_at
                                                                       ELSE pick.created_at END))::float8
          FROM (VALUES (1)) one LEFT JOIN kitchen_tickets t ON t.id = pick.ticket_id) AS age_seconds,
       (SELECT s.on_unconfirmed FROM stations s WHERE s.station_code = pick.station_code) AS on_unconfirmed,
       NOT EXISTS (SELECT FROM print_jobs q
                    WHERE q.printer_id = made.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
                      AND q.id <> pick.id) AS is_last,
       coalesce(pick.notice::text,
       (SELECT (to_jsonb(t) || jsonb_build_object(
                   'station', upper(btrim(t.printer_target)),
                   'lines', coalesce((SELECT jsonb_agg(to_jsonb(i) ORDER BY i.line_no, i.id)
                                        FROM kitchen_ticket_items i WHERE i.kitchen_ticket_id = t.id), '[]')))::text
          FROM kitchen_tickets t WHERE t.id = pick.ticket_id)) AS content,
       coalesce((SELECT jsonb_build_object(
                   'now', clock_timestamp(), 'due_since', greatest(t.created_at, t.not_before),
                   'later', coalesce(
                       (SELECT jsonb_agg(jsonb_build_object('item', i.order_item_id, 'action', i.action,
                                                            'qty', i.qty::text)
                                         ORDER BY l.id, i.line_no, i.id)
                          FROM kitchen_tickets l JOIN kitchen_ticket_items i ON i.kitchen_ticket_id = l.id
                         WHERE l.bill_id = t.bill_id AND l.id > t.id
                           AND upper(btrim(l.printer_target)) = upper(btrim(t.printer_target))
                           AND EXISTS (SELECT FROM kitchen_ticket_items own
                                        WHERE own.kitchen_ticket_id = t.id AND own.action <> 'VOID'
                                          AND own.order_item_id = i.order_item_id
                                          AND own.product_id IS NOT DISTINCT FROM i.product_id)), '[]'),
                   'ordered_on', coalesce(
                       (SELECT jsonb_agg(DISTINCT jsonb_build_object('item', o.order_item_id, 'number', e.station_seq))
                          FROM kitchen_ticket_items i
                          JOIN kitchen_ticket_items o ON o.order_item_id = i.order_item_id AND o.action = 'ADD'
                          JOIN kitchen_tickets e ON e.id = o.kitchen_ticket_id
                         WHERE i.kitchen_ticket_id = t.id AND i.action <> 'ADD' AND e.id < t.id
                           AND e.station_seq IS NOT NULL
                           AND upper(btrim(e.printer_target)) = upper(btrim(t.printer_target))), '[]'))::text
          FROM kitchen_tickets t WHERE t.id = pick.ticket_id), '') AS circumstances
  FROM made JOIN pick ON pick.id = made.job_id
"""


async def claim(database: Database, me: UUID, requests: Sequence[ClaimRequest]) -> list[Claimed]:
    """Claim the oldest due job of every lane that asks, and put its attempt on record, in one statement.

    A lane gets nothing when it has no due job, when its head waits for an older ticket of its bill, or when
    it is no longer ours. When this returns, the attempts are committed: bytes may be sent.
    """
    values: dict[str, Any] = {
        "me": me,
        "timeline": database.servers.newest_timeline,
        "printers": [each.printer_id for each in requests],
        "epochs": [each.epoch for each in requests],
        "printed": [each.token_printed for each in requests],
        "cut": [each.token_cut for each in requests],
        "notices_only": [each.notices_only for each in requests],
        "odometers": [Jsonb(asdict(each.odometer)) if each.odometer else None for each in requests],
    }
    async with database.connection() as connection:
        rows = await (await connection.execute(_CLAIM, values)).fetchall()
    return [_claimed(row) for row in rows]


def _claimed(row: Row) -> Claimed:
    content, circumstances, is_last = row.pop("content"), row.pop("circumstances"), row.pop("is_last")
    reason, since = row.pop("diverted_for"), row.pop("diverted_since")
    backup = Backup(reason=reason_named(reason), since=since) if reason and since else None
    row["kind"] = JobKind(row["kind"])
    return Claimed(Job(**row), content, circumstances, is_last, backup)
