"""From new tickets to jobs: number each ticket and make one job per copy of its station."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString

from kitchen_printer.database.connection import Connection, Database
from kitchen_printer.decisions.routing import Choice

EXPAND_MAX = 500
"""Tickets expanded in one transaction; the caller comes back for the rest."""

_EXPANDING = 0x6B70_0001
"""Advisory lock: one replica expands at a time, in ticket order. If two did, the jobs of a later round could
be claimed before those of an earlier one existed."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket that has no jobs yet."""

    id: int
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """One paper to be made of a ticket, by the station and printer that were chosen for it."""

    ticket_id: int
    copy_no: int
    station: str
    choice: Choice


# The disk need not be waited for: nothing outside of the database follows from a number or a job before a claim is
# committed, and that commit takes everything before it to the disk. What a crash takes back is expanded again.
_BEGIN: LiteralString = "SELECT set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock(%s)"


class Expansion:
    """The one transaction in which new tickets get their numbers and jobs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def new_tickets(
        self, stations: Sequence[str], *, any_station: bool, routing_version: int
    ) -> list[NewTicket]:
        """Lock and return unexpanded tickets in id order: those of ``stations``, or of any station at all.

        None when the routes are of another version than the caller knows.
        """
        await self._connection.execute(_BEGIN, [_EXPANDING])
        cursor = await self._connection.execute(
            """
            SELECT id, upper(btrim(printer_target)) AS station FROM kitchen_tickets
             WHERE expanded_at IS NULL AND coalesce(not_before, '-infinity') <= now()
               AND (%s OR upper(btrim(printer_target)) = ANY(%s))
               AND EXISTS (SELECT FROM kitchen_settings WHERE routing_version = %s)
             ORDER BY id LIMIT %s FOR NO KEY UPDATE
            """,
            [any_station, list(stations), routing_version, EXPAND_MAX],
        )
        return [NewTicket(row["id"], row["station"]) async for row in cursor]

    async def number(self, tickets: Sequence[NewTicket]) -> None:
        """Give each ticket its business day and its gap-free number of that station and day."""
        await self._connection.execute(
            """
            WITH day AS MATERIALIZED (
                SELECT t.id, upper(btrim(t.printer_target)) AS station,
                       ((t.created_at AT TIME ZONE s.time_zone) - s.business_day_start)::date AS business_day
                  FROM kitchen_tickets t, kitchen_settings s WHERE t.id = ANY(%(ids)s)),
            counted AS (
                INSERT INTO kitchen_station_days AS d (station_code, business_day, last_seq)
                SELECT station, business_day, count(*) FROM day GROUP BY 1, 2 ORDER BY 1, 2
                ON CONFLICT (station_code, business_day) DO UPDATE SET last_seq = d.last_seq + excluded.last_seq
                RETURNING station_code, business_day, last_seq),
            numbered AS (
                SELECT day.id, day.business_day,
                       counted.last_seq + 1 - row_number() OVER (
                           PARTITION BY day.station, day.business_day ORDER BY day.id DESC) AS station_seq
                  FROM day JOIN counted ON (counted.station_code, counted.business_day)
                                         = (day.station, day.business_day)),
            done AS (
                UPDATE kitchen_tickets t
                   SET business_day = n.business_day, station_seq = n.station_seq, expanded_at = now()
                  FROM numbered n WHERE t.id = n.id RETURNING t.id, t.station_seq)
            INSERT INTO print_events (event, ticket_id, detail)
            SELECT 'expanded', id, jsonb_build_object('number', station_seq) FROM done ORDER BY id
            """,
            {"ids": [ticket.id for ticket in tickets]},
        )

    async def add_jobs(self, jobs: Sequence[NewJob]) -> None:
        """Make the jobs, in the given order; one that exists already stays as it is."""
        await self._connection.execute(
            """
            WITH made AS (
                INSERT INTO print_jobs (kind, ticket_id, copy_no, bill_id, station_code, printer_id, diverted_from,
                                        diverted_for, diverted_since, maybe_on_paper)
                SELECT 'TICKET', j.ticket_id, j.copy_no, t.bill_id, j.station, j.printer_id, j.diverted_from,
                       j.diverted_for, j.diverted_since, t.id <= (SELECT in_doubt_up_to FROM kitchen_history)
                  FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::text[],
                              %s::timestamptz[]) WITH ORDINALITY
                       AS j(ticket_id, copy_no, station, printer_id, diverted_from, diverted_for, diverted_since, place)
                  JOIN kitchen_tickets t ON t.id = j.ticket_id
                 ORDER BY j.place
                ON CONFLICT DO NOTHING
                RETURNING id, ticket_id, printer_id, diverted_from, diverted_for, maybe_on_paper),
            doubted AS (
                INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
                SELECT 'in_doubt', ticket_id, id, printer_id,
                       jsonb_build_object('why', (SELECT change FROM kitchen_history))
                  FROM made WHERE maybe_on_paper ORDER BY id)
            INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
            SELECT 'redirected', ticket_id, id, printer_id,
                   jsonb_build_object('from', diverted_from, 'to', printer_id, 'reason', diverted_for)
              FROM made WHERE diverted_from IS NOT NULL ORDER BY id
            """,
            [
                [job.ticket_id for job in jobs],
                [job.copy_no for job in jobs],
                [job.station for job in jobs],
                [job.choice.printer_id for job in jobs],
                [job.choice.diverted_from for job in jobs],
                [job.choice.absence and job.choice.absence.reason for job in jobs],
                [job.choice.absence and job.choice.absence.since for job in jobs],
            ],
        )


async def unroutable_stations(database: Database, stations: Sequence[str]) -> list[str]:
    """Return the stations that have new tickets but are not among ``stations``, those with a way to paper."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT DISTINCT upper(btrim(printer_target)) AS station FROM kitchen_tickets
             WHERE expanded_at IS NULL AND NOT upper(btrim(printer_target)) = ANY(%s) ORDER BY 1
            """,
            [list(stations)],
        )
        return [row["station"] async for row in cursor]
