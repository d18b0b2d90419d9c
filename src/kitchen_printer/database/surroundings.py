"""What is to be done, and by which lane: one look around."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Database
from kitchen_printer.database.history import HISTORY, HistorySight, read_history
from kitchen_printer.database.leases import LIVES
from kitchen_printer.decisions.reason import reason_named
from kitchen_printer.decisions.routing import Absence


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
