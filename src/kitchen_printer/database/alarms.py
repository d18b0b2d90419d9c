"""The book of alarms: what stands in the way of the kitchen now, and what people were told of it.

One replica writes at a time, under an advisory lock, so each thing is told once, however many replicas look.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Jsonb

from kitchen_printer.database.connection import Connection, Row
from kitchen_printer.database.history import BROKEN_LATELY
from kitchen_printer.database.leases import LIVES
from kitchen_printer.database.notices import add_notice
from kitchen_printer.decisions.alarms import Told
from kitchen_printer.decisions.notice import Listed, MalformedNoticeError, Notice, read_notice
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.sight import BrokenRecord, PrinterSight, Sight, StationSight, Troubled

_WRITING = 0x6B70_0003
"""Advisory lock: one replica at a time decides what people are told."""

TROUBLED_MAX = 200
"""Failed or held tickets that are looked at, newest first: more than this no person goes through one by one."""

ATTEMPTS_SEEN_MAX = 1000
"""How many of the last attempts are searched for a station's last paper."""

_FAILED: LiteralString = (
    "SELECT id FROM kitchen_tickets WHERE status = 'FAILED' ORDER BY id DESC LIMIT %(max)s"
)
_HELD: LiteralString = """
SELECT DISTINCT ticket_id FROM print_jobs WHERE settled_at IS NULL AND state = 'HELD'
 ORDER BY ticket_id DESC LIMIT %(max)s
"""

# A time that a ticket cannot have, 'infinity' for one, is none to count from.
_TROUBLED_OF: LiteralString = """
SELECT t.id AS ticket_id, j.since, t.failed_reason AS reason,
       jsonb_build_object('station', upper(btrim(t.printer_target)), 'number', t.station_seq, 'table', t.table_label,
                          'ordered_at', t.created_at) AS listed
  FROM (SELECT ticket_id, max(coalesce(settled_at, (SELECT max(a.finished_at) FROM print_attempts a
                                                     WHERE a.job_id = j.id))) AS since
          FROM print_jobs j WHERE j.ticket_id = ANY(%(tickets)s) AND j.state = %(state)s GROUP BY ticket_id) j
  JOIN kitchen_tickets t ON t.id = j.ticket_id
 WHERE j.since IS NOT NULL AND t.created_at BETWEEN '1900-01-01' AND '3000-01-01'
 ORDER BY t.id
"""

_PRINTERS: LiteralString = f"""
WITH serves AS (
    SELECT p.id AS printer_id, array_agg(DISTINCT upper(btrim(r.station_code)) ORDER BY upper(btrim(r.station_code)))
           AS stations
      FROM station_printers r
     CROSS JOIN LATERAL (VALUES (lower(btrim(r.printer_ip))), (lower(btrim(r.printer_ip)) || ':9100')) AS a(address)
      JOIN printers p ON p.address = a.address
     WHERE r.is_active GROUP BY p.id),
waits AS (
    SELECT j.printer_id, count(*) AS waiting,
           min(greatest(t.created_at, t.not_before)) FILTER (
               WHERE t.created_at BETWEEN '1900-01-01' AND '3000-01-01'
                 AND coalesce(t.not_before, t.created_at) <= now())
           AS oldest
      FROM print_jobs j JOIN kitchen_tickets t ON t.id = j.ticket_id
     WHERE j.settled_at IS NULL AND j.state <> 'HELD' GROUP BY j.printer_id)
SELECT p.id AS printer_id, p.address, coalesce(s.stations, '{{}}') AS stations,
       p.state = 'ready' AND p.state_epoch = l.epoch AS is_ready, p.state = 'ready' AS answers,
       -- What an earlier owner of its lane saw stands until a later one has seen better.
       p.state = 'down' OR p.passed_over_for IS NOT NULL OR (p.parked AND p.parked_by = 'kitchen-printer') AS is_down,
       EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND {LIVES}) AS is_served,
       p.parked AND p.parked_by IS DISTINCT FROM 'kitchen-printer' AS is_parked,
       CASE WHEN p.parked THEN 'internal_error' WHEN p.state = 'down' THEN p.state_reason ELSE p.passed_over_for END
       AS reason,
       CASE WHEN p.parked AND p.parked_at BETWEEN '1900-01-01' AND '3000-01-01' THEN p.parked_at
            WHEN p.state = 'down' THEN least(p.state_since, p.passed_over_since)  -- Again, perhaps: it never came home.
            ELSE coalesce(p.passed_over_since, p.state_since) END AS since,
       coalesce(w.waiting, 0) AS waiting, w.oldest, p.paper_low_since, p.paper_low_tickets
  FROM printers p
  JOIN lanes l ON l.printer_id = p.id
  LEFT JOIN serves s ON s.printer_id = p.id
  LEFT JOIN waits w ON w.printer_id = p.id
 ORDER BY p.id
"""  # noqa: S608  # made of constants alone

_STATIONS: LiteralString = """
WITH routed AS MATERIALIZED (
    SELECT DISTINCT upper(btrim(r.station_code)) AS station FROM station_printers r
     WHERE r.is_active AND NOT EXISTS (SELECT FROM stations s
                                        WHERE s.station_code = upper(btrim(r.station_code)) AND NOT s.is_open)),
waiting AS MATERIALIZED (
    SELECT upper(btrim(t.printer_target)) AS station,
           t.expanded_at IS NOT NULL OR upper(btrim(t.printer_target)) IN (SELECT station FROM routed)
           OR EXISTS (SELECT FROM kitchen_settings k JOIN routed ON routed.station = upper(btrim(k.default_station)))
           AS is_routed,
           count(DISTINCT t.id) AS waiting, min(greatest(t.created_at, t.not_before)) AS oldest,
           coalesce(array_agg(DISTINCT j.printer_id) FILTER (WHERE j.printer_id IS NOT NULL), '{}') AS printers
      FROM kitchen_tickets t
      LEFT JOIN print_jobs j ON j.ticket_id = t.id AND j.settled_at IS NULL
     WHERE t.status IN ('NEW', 'PRINTING') AND coalesce(t.not_before, t.created_at) <= now()
       AND t.created_at BETWEEN '1900-01-01' AND '3000-01-01' AND j.state IS DISTINCT FROM 'HELD'
     GROUP BY 1, 2),
printed AS MATERIALIZED (
    SELECT upper(btrim(t.printer_target)) AS station, max(a.finished_at) AS last_printed
      FROM (SELECT * FROM print_attempts ORDER BY id DESC LIMIT %s) a
      JOIN print_jobs j ON j.id = a.job_id JOIN kitchen_tickets t ON t.id = j.ticket_id
     WHERE a.outcome = 'CONFIRMED' GROUP BY 1)
SELECT waiting.*, printed.last_printed FROM waiting LEFT JOIN printed USING (station) ORDER BY station, is_routed
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """An alarm that is on, with its last slip: ``slip`` still looks for a printer, ``slip_job`` has found one.

    ``slip_printer`` is where that job is or was printed; ``is_slip_waiting`` says that nobody has begun to.
    """

    told: Told
    headline: str
    raised_at: datetime
    slip: Notice | None
    slip_key: str
    slip_job: int | None
    slip_printer: int | None
    is_slip_waiting: bool


_CLOCK: LiteralString = f"""
SELECT clock_timestamp() AS now, coalesce(min(r.started_at), now()) AS watched_since
  FROM kitchen_replicas r WHERE {LIVES}
"""  # noqa: S608  # made of constants alone

_ON_RECORD: LiteralString = """
SELECT a.condition, a.headline, a.raised_at, a.told_at, a.tellings, a.tickets, a.slip::text AS slip, a.slip_job,
       'alarm ' || a.condition || ', ' || a.occurrence || '.' || a.tellings AS slip_key,
       j.printer_id AS slip_printer, coalesce(j.state = 'WAITING' AND j.attempts = 0, false) AS is_slip_waiting
  FROM kitchen_alarms a LEFT JOIN print_jobs j ON j.id = a.slip_job
 WHERE a.is_on ORDER BY a.condition
"""

_TELL: LiteralString = """
WITH told AS (
    INSERT INTO kitchen_alarms AS a (condition, headline, tickets, slip, message_no, title, body, is_open)
    VALUES (%(condition)s, %(headline)s, %(tickets)s, %(slip)s, 1, %(title)s, %(body)s, true)
    ON CONFLICT (condition) DO UPDATE
       SET is_on = true, headline = CASE WHEN a.is_on THEN a.headline ELSE excluded.headline END,
           occurrence = a.occurrence + CASE WHEN a.is_on THEN 0 ELSE 1 END,
           raised_at = CASE WHEN a.is_on THEN a.raised_at ELSE now() END, told_at = now(),
           tellings = CASE WHEN a.is_on THEN a.tellings + 1 ELSE 1 END, over_at = NULL, tickets = excluded.tickets,
           slip = excluded.slip, slip_job = NULL, message_no = a.message_no + 1, title = excluded.title,
           body = excluded.body, is_open = true, tries = 0, tried_again_at = now(), reached = '{}'
    RETURNING condition, tellings)
INSERT INTO print_events (event, detail)
SELECT CASE WHEN tellings = 1 THEN 'alarm_raised' ELSE 'alarm_repeated' END,
       jsonb_build_object('condition', condition, 'says', %(title)s::text) FROM told
"""

_CLEAR: LiteralString = """
WITH cleared AS (
    UPDATE kitchen_alarms
       SET is_on = false, over_at = now(), slip = NULL, message_no = message_no + 1, title = %(title)s, body = %(body)s,
           is_open = %(is_told)s, tries = 0, tried_again_at = now(), reached = '{}'
     WHERE condition = %(condition)s RETURNING condition)
INSERT INTO print_events (event, detail)
SELECT 'alarm_over', jsonb_build_object('condition', condition, 'says', %(title)s::text) FROM cleared
"""


class AlarmBook:
    """The one transaction in which a replica looks, decides and writes down what people are told."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def is_ours(self) -> bool:
        """Take the book for this transaction, unless another replica has it."""
        row = await self._one("SELECT pg_try_advisory_xact_lock(%s) AS yes", [_WRITING])
        return row is not None and row["yes"]

    async def sight(self) -> Sight:
        """Look at the kitchen, by the database's clock."""
        clock = await self._one(_CLOCK)
        if clock is None:
            raise LookupError("a query without a table gave no row")
        broken = await self._one(BROKEN_LATELY)
        printers = await self._connection.execute(_PRINTERS)
        stations = await self._connection.execute(_STATIONS, [ATTEMPTS_SEEN_MAX])
        return Sight(
            now=clock["now"],
            watched_since=clock["watched_since"],
            printers=tuple([_printer(row) async for row in printers]),
            stations=tuple([_station(row) async for row in stations]),
            failed=await self._troubled("FAILED", _FAILED),
            held=await self._troubled("HELD", _HELD),
            broken=BrokenRecord(**broken) if broken else None,
        )

    async def on_record(self) -> dict[str, OnRecord]:
        """Return the alarms that are on, by condition."""
        rows = await self._connection.execute(_ON_RECORD)
        return {row["condition"]: _on_record(row) async for row in rows}

    async def tell(
        self, condition: str, slip: Notice | None, *, title: str, body: str, tickets: Collection[int]
    ) -> None:
        """Write down that a condition is told now, by message and, with a slip, on paper; it is on from here."""
        values = {
            "condition": condition,
            "headline": title,
            "tickets": sorted(tickets),
            "slip": Jsonb(slip.model_dump(mode="json")) if slip else None,
            "title": title,
            "body": body,
        }
        await self._connection.execute(_TELL, values)

    async def clear(self, condition: str, *, title: str, body: str, is_told: bool) -> None:
        """Write down that a condition is over, and whether messages say so."""
        values = {"condition": condition, "title": title, "body": body, "is_told": is_told}
        await self._connection.execute(_CLEAR, values)

    async def place_slip(self, condition: str, alarm: OnRecord, slip: Notice, printer_id: int) -> None:
        """Queue an alarm's slip at a printer that lives."""
        job = await add_notice(self._connection, printer_id, slip, alarm.slip_key)
        await self._connection.execute(
            "UPDATE kitchen_alarms SET slip = NULL, slip_job = %s WHERE condition = %s", [job, condition]
        )

    async def place_all_clear(self, alarm: OnRecord, slip: Notice, printer_id: int) -> None:
        """Queue the slip that says that an alarm is over."""
        await add_notice(self._connection, printer_id, slip, f"{alarm.slip_key} over")

    async def move_slip(self, job: int, printer_id: int) -> None:
        """Give a slip that waits for a printer that died meanwhile to another one."""
        await self._connection.execute(
            "UPDATE print_jobs SET printer_id = %s WHERE id = %s AND state = 'WAITING'", [printer_id, job]
        )

    async def withdraw_slip(self, job: int) -> bool:
        """Take back a slip that nobody has begun to print; return whether that came in time."""
        cursor = await self._connection.execute(
            "UPDATE print_jobs SET state = 'CANCELLED', settled_at = clock_timestamp()"
            " WHERE id = %s AND state = 'WAITING' AND attempts = 0",
            [job],
        )
        return cursor.rowcount > 0

    async def _troubled(self, state: str, query: LiteralString) -> tuple[Troubled, ...]:
        """Return the tickets that a query names, with the reason and since when they are in this state."""
        found = await (await self._connection.execute(query, {"max": TROUBLED_MAX})).fetchall()
        if not found:
            return ()
        values = {"tickets": [next(iter(row.values())) for row in found], "state": state}
        rows = await self._connection.execute(_TROUBLED_OF, values)
        return tuple([_troubled(row) async for row in rows])

    async def _one(self, query: LiteralString, values: Collection[object] = ()) -> Row | None:
        return await (await self._connection.execute(query, [*values])).fetchone()


def _printer(row: Row) -> PrinterSight:
    row["stations"], row["reason"] = tuple(row["stations"]), _reason(row["reason"])
    return PrinterSight(**row)


def _station(row: Row) -> StationSight:
    row["printers"] = frozenset(row["printers"])
    return StationSight(**row)


def _troubled(row: Row) -> Troubled:
    row["listed"], row["reason"] = Listed.model_validate(row["listed"]), _reason(row["reason"])
    return Troubled(**row)


def _reason(stored: str | None) -> Reason | None:
    return Reason(stored) if stored is not None and stored in [*Reason] else None


def _slip(stored: str | None) -> Notice | None:
    """Read a slip that looks for a printer. A later version's that we cannot read must not silence the other alarms."""
    try:
        return read_notice(stored) if stored else None
    except MalformedNoticeError:
        return None


def _on_record(row: Row) -> OnRecord:
    return OnRecord(
        told=Told(told_at=row["told_at"], tellings=row["tellings"], tickets=frozenset(row["tickets"])),
        headline=row["headline"],
        raised_at=row["raised_at"],
        slip=_slip(row["slip"]),
        slip_key=row["slip_key"],
        slip_job=row["slip_job"],
        slip_printer=row["slip_printer"],
        is_slip_waiting=row["is_slip_waiting"],
    )
