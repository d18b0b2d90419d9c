"""How things stand in the kitchen as a whole, whoever serves it: what metrics and ``/health`` are made of.

Ages are counted by the database's clock, in the statement that reads them: no clock of ours is compared with it.
"""

from dataclasses import dataclass
from typing import LiteralString

from kitchen_printer.database.connection import Database
from kitchen_printer.database.history import BROKEN_LATELY
from kitchen_printer.database.home_coming import HAS_ANYBODY_RETURNED, REMEMBERED_HOURS
from kitchen_printer.database.leases import LIVES


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStanding:
    """One configured station: tickets that are not on paper, how long the oldest waits, copies held for a person."""

    station: str
    waiting: int
    oldest_seconds: float
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterStanding:
    """One printer: jobs that are not over, and how long the oldest of them is there."""

    printer_id: int
    waiting: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One consistent reading. Tickets of stations that nobody configured count in ``elsewhere``.

    ``may_concern_people`` says that people may have to be told something, or told that it is over.
    """

    schema_version: int
    epoch_seconds: float
    replicas: int
    tickets_new: int
    tickets_printing: int
    tickets_failed: int
    oldest_seconds: float
    stations: tuple[StationStanding, ...]
    elsewhere: int
    printers: tuple[PrinterStanding, ...]
    may_concern_people: bool


_IS_ANYTHING_UP: LiteralString = f"""
(EXISTS (SELECT FROM kitchen_alarms WHERE is_on)
 OR EXISTS (SELECT FROM printers WHERE state = 'down' OR passed_over_for IS NOT NULL OR parked
                                          OR paper_low_since IS NOT NULL)
 OR EXISTS ({BROKEN_LATELY})
 OR EXISTS (SELECT FROM kitchen_tickets WHERE status = 'FAILED')
 OR EXISTS (SELECT FROM print_jobs WHERE settled_at IS NULL AND state = 'HELD')
 OR EXISTS (SELECT FROM kitchen_tickets
             WHERE status IN ('NEW', 'PRINTING') AND coalesce(not_before, created_at) <= now()
               AND created_at <= now() - make_interval(secs => %(alarm_seconds)s)))
"""  # noqa: S608  # made of constants alone
"""Whether there may be something to tell, found cheaply: a condition for the statement that somebody sends anyway."""

_STANDING: LiteralString = f"""
WITH configured AS (
    SELECT station_code AS station FROM stations
    UNION SELECT upper(btrim(station_code)) FROM station_printers),
unprinted AS MATERIALIZED (
    SELECT upper(btrim(printer_target)) AS station, count(*) AS waiting,
           count(*) FILTER (WHERE status = 'NEW') AS new,
           greatest(0, extract(epoch FROM now() - min(greatest(created_at, coalesce(not_before, created_at)))))
               AS oldest_seconds
      FROM kitchen_tickets
     WHERE status IN ('NEW', 'PRINTING') AND coalesce(not_before, '-infinity') <= now() GROUP BY 1),
unsettled AS MATERIALIZED (
    SELECT station_code, printer_id, count(*) AS jobs, count(*) FILTER (WHERE state = 'HELD') AS held,
           greatest(0, extract(epoch FROM now() - min(created_at))) AS oldest_seconds
      FROM print_jobs WHERE settled_at IS NULL GROUP BY 1, 2)
SELECT (SELECT coalesce(max(version), 0) FROM kitchen_schema) AS schema_version,
       extract(epoch FROM clock_timestamp())::float8 AS epoch_seconds,
       (SELECT count(*) FROM kitchen_replicas r WHERE {LIVES}) AS replicas,
       (SELECT coalesce(sum(new), 0)::bigint FROM unprinted) AS tickets_new,
       (SELECT coalesce(sum(waiting - new), 0)::bigint FROM unprinted) AS tickets_printing,
       (SELECT count(*) FROM kitchen_tickets WHERE status = 'FAILED') AS tickets_failed,
       (SELECT coalesce(max(oldest_seconds), 0)::float8 FROM unprinted) AS oldest_seconds,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'station', c.station, 'waiting', coalesce(u.waiting, 0),
                   'oldest_seconds', coalesce(u.oldest_seconds, 0),
                   'held', (SELECT coalesce(sum(j.held), 0) FROM unsettled j WHERE j.station_code = c.station))
                 ORDER BY c.station), '[]')
          FROM configured c LEFT JOIN unprinted u USING (station)) AS stations,
       (SELECT coalesce(sum(waiting), 0)::bigint FROM unprinted
         WHERE station NOT IN (SELECT station FROM configured)) AS elsewhere,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'printer_id', p.printer_id, 'waiting', p.waiting, 'oldest_seconds', p.oldest_seconds)), '[]')
          FROM (SELECT printer_id, sum(jobs) AS waiting, max(oldest_seconds) AS oldest_seconds
                  FROM unsettled WHERE printer_id IS NOT NULL GROUP BY 1) p) AS printers,
       {_IS_ANYTHING_UP} OR {HAS_ANYBODY_RETURNED} AS may_concern_people
"""  # noqa: S608  # made of constants alone


async def read_standing(database: Database, alarm_seconds: float) -> Standing:
    """Read how things stand now. Raises ``DatabaseLostError``.

    ``alarm_seconds`` is how long a ticket may wait before that concerns people.
    """
    values = {"alarm_seconds": alarm_seconds, "remembered_hours": REMEMBERED_HOURS}
    async with database.connection() as connection:
        row = await (await connection.execute(_STANDING, values)).fetchone()
    if row is None:
        raise LookupError("a query without a table gave no row")
    row["stations"] = tuple(StationStanding(**each) for each in row["stations"])
    row["printers"] = tuple(PrinterStanding(**each) for each in row["printers"])
    return Standing(**row)
