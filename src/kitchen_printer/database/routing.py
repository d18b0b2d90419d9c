"""What the restaurant configured: stations, routes, printers; and the rows that printers need to exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from pydantic import JsonValue

from kitchen_printer.database.connection import Database
from kitchen_printer.decisions.level import Level, Provenance
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.routing import Redirect


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPrinter:
    """One active row of ``station_printers``, its station normalised, its address as it was written."""

    station: str
    printer_ip: str
    priority: int
    copy_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """What a row of ``stations`` says about the look of its papers."""

    code: str
    language: str | None
    options: dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """One row of ``printers`` that has a lane: the device behind an address, and what is known of it."""

    id: int
    address: str
    columns: int
    code_page: str
    raster: Literal["GS v 0", "GS ( L", "none"]
    level: Level
    level_provenance: Provenance
    serial: str | None
    firmware: str | None
    parked: bool
    parked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One consistent reading of everything that decides about routes; ``version`` counts its changes."""

    version: int
    time_zone: str
    default_station: str | None
    closed_stations: frozenset[str]
    stations: tuple[StationSettings, ...]
    station_printers: tuple[StationPrinter, ...]
    printers: tuple[Printer, ...]
    redirects: tuple[Redirect, ...]


# 'infinity' is a time that a person may write and no program can read: it must not cost the other printers theirs.
_CONFIGURATION: LiteralString = """
SELECT s.routing_version, s.time_zone, upper(btrim(s.default_station)) AS default_station,
       ARRAY(SELECT station_code FROM stations WHERE NOT is_open) AS closed_stations,
       ARRAY(SELECT jsonb_build_object('station', upper(btrim(station_code)), 'printer_ip', printer_ip,
                                       'priority', priority, 'copy_no', copy_no)
               FROM station_printers WHERE is_active ORDER BY station_code, copy_no, priority, id) AS routes,
       ARRAY(SELECT jsonb_build_object('code', station_code, 'language', language, 'options', options)
               FROM stations ORDER BY station_code) AS stations,
       ARRAY(SELECT jsonb_build_object('id', id, 'address', address, 'columns', columns, 'code_page', code_page,
                                       'raster', raster, 'level', level,
                                       'level_provenance', level_provenance, 'serial', serial,
                                       'firmware', firmware, 'parked', parked, 'parked_at',
                                       CASE WHEN parked_at BETWEEN '1900-01-01' AND '3000-01-01' THEN parked_at END)
               FROM printers p WHERE EXISTS (SELECT FROM lanes l WHERE l.printer_id = p.id)
              ORDER BY id) AS printers,
       ARRAY(SELECT jsonb_build_object('station', station_code, 'printer_id', printer_id,
                                       'to_printer_id', to_printer_id, 'since',
                                       CASE WHEN created_at BETWEEN '1900-01-01' AND '3000-01-01' THEN created_at
                                            ELSE '2000-01-01 00:00+00' END)
               FROM kitchen_redirects ORDER BY id) AS redirects
  FROM kitchen_settings s
"""


async def read_configuration(database: Database) -> Configuration:
    """Read stations, routes and printers in one snapshot."""
    async with database.connection() as connection:
        row = await (await connection.execute(_CONFIGURATION)).fetchone()
    if row is None:
        raise LookupError("kitchen_settings has no row: it was deleted; insert one with its defaults")
    return Configuration(
        version=row["routing_version"],
        time_zone=row["time_zone"],
        default_station=row["default_station"],
        closed_stations=frozenset(row["closed_stations"]),
        stations=tuple(StationSettings(**each) for each in row["stations"]),
        station_printers=tuple(StationPrinter(**each) for each in row["routes"]),
        printers=tuple(
            Printer(**each | {"parked_at": _moment(each["parked_at"]), "level": Level(each["level"])})
            for each in row["printers"]
        ),
        redirects=tuple(
            Redirect(**each | {"since": datetime.fromisoformat(each["since"])}) for each in row["redirects"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


async def add_printers(database: Database, addresses: Iterable[str]) -> None:
    """Make a printer and its lane for every canonical address that has none yet."""
    wanted = sorted(addresses)
    async with database.transaction() as connection:
        await connection.execute(
            "INSERT INTO printers (address) SELECT unnest(%s::text[]) ON CONFLICT (address) DO NOTHING",
            [wanted],
        )
        await connection.execute(
            "INSERT INTO lanes (printer_id) SELECT id FROM printers WHERE address = ANY(%s) ORDER BY id"
            " ON CONFLICT (printer_id) DO NOTHING",
            [wanted],
        )


async def note_capability(
    database: Database, printer_id: int, level: Level, *, serial: str | None, firmware: str | None
) -> None:
    """Write down what a printer was found to be able to, unless a person pinned it meanwhile."""
    async with database.connection() as connection:
        await connection.execute(
            """
            WITH noted AS (
                UPDATE printers SET level = %(level)s, level_provenance = 'probed', serial = %(serial)s,
                                    firmware = %(firmware)s
                 WHERE id = %(id)s AND level_provenance <> 'pinned' RETURNING id)
            INSERT INTO print_events (event, printer_id, detail)
            SELECT 'printer_probed', id, jsonb_build_object('level', %(level)s::text) FROM noted
            """,
            {"id": printer_id, "level": level, "serial": serial, "firmware": firmware},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterState:
    """How a lane of ours finds its printer, for how many seconds it has been so, and why tickets go past it, if so.

    ``is_paper_low`` is None while its sensor was not heard: then the record keeps what it has.
    """

    printer_id: int
    epoch: int
    reason: Reason | None
    seconds: float
    passed_over_for: Reason | None
    is_paper_low: bool | None = None
    tickets_left: int | None = None


# Times of the record move only when what they date does: "since 19:42" outlives a change of owner or of the cause.
_NOTE_STATES: LiteralString = """
WITH found AS MATERIALIZED (
    SELECT f.*, p.state AS old_state, p.state_reason AS old_reason, p.passed_over_for AS old_passed_over_for,
           p.state_epoch AS old_epoch,
           CASE WHEN p.state = f.state THEN p.state_since ELSE now() - make_interval(secs => f.seconds) END AS since
      FROM unnest(%(printers)s::bigint[], %(epochs)s::bigint[], %(states)s::text[], %(reasons)s::text[],
                  %(seconds)s::float8[], %(passed_over)s::text[], %(paper_low)s::boolean[], %(left)s::integer[])
           AS f(printer_id, epoch, state, reason, seconds, passed_over_for, is_paper_low, tickets_left)
      JOIN lanes l ON l.printer_id = f.printer_id AND l.owner = %(me)s AND l.epoch = f.epoch
      JOIN printers p ON p.id = f.printer_id
     ORDER BY p.id FOR NO KEY UPDATE OF p SKIP LOCKED),
noted AS (
    UPDATE printers p
       SET state = f.state, state_reason = f.reason, state_since = f.since, state_epoch = f.epoch,
           passed_over_for = f.passed_over_for,
           passed_over_since = CASE WHEN f.passed_over_for IS NULL THEN NULL
                                    WHEN p.passed_over_for IS NOT NULL THEN p.passed_over_since
                                    WHEN f.state = 'down' THEN f.since ELSE now() END,
           paper_low_since = CASE WHEN f.is_paper_low THEN coalesce(p.paper_low_since, now())
                                  WHEN f.is_paper_low IS NULL THEN p.paper_low_since END,
           paper_low_tickets = CASE WHEN f.is_paper_low THEN f.tickets_left
                                    WHEN f.is_paper_low IS NULL THEN p.paper_low_tickets END
      FROM found f WHERE p.id = f.printer_id),
told AS (
    INSERT INTO print_events (event, printer_id, detail)
    SELECT 'printer_' || state, printer_id, jsonb_build_object('reason', reason)
      FROM found WHERE (old_state, old_reason) IS DISTINCT FROM (state, reason)
    UNION ALL
    SELECT 'printer_passed_over', printer_id, jsonb_build_object('reason', passed_over_for)
      FROM found WHERE passed_over_for IS NOT NULL AND (old_passed_over_for IS NULL OR old_epoch <> epoch)
    UNION ALL
    SELECT 'printer_came_home', printer_id, '{}'
      FROM found WHERE passed_over_for IS NULL AND old_passed_over_for IS NOT NULL AND old_epoch = epoch)
SELECT printer_id FROM found
"""


async def note_states(database: Database, me: UUID, states: Sequence[PrinterState]) -> set[int]:
    """Write down how lanes find their printers, and return those of which it is on record now.

    What we know of a lane that is not ours any more is not written, and neither is that of a printer whose row somebody
    holds: nothing else must wait for it.
    """
    async with database.connection() as connection:
        cursor = await connection.execute(
            _NOTE_STATES,
            {
                "me": me,
                "printers": [each.printer_id for each in states],
                "epochs": [each.epoch for each in states],
                "states": ["down" if each.reason else "ready" for each in states],
                "reasons": [each.reason for each in states],
                "seconds": [each.seconds for each in states],
                "passed_over": [each.passed_over_for for each in states],
                "paper_low": [each.is_paper_low for each in states],
                "left": [each.tickets_left for each in states],
            },
        )
        return {row["printer_id"] async for row in cursor}


async def park_crashing_printer(database: Database, printer_id: int, why: str) -> bool:
    """Park a printer whose lane fails again and again by a mistake of ours; return whether it was not parked yet."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            """
            WITH parked AS (
                UPDATE printers SET parked = true, parked_by = 'kitchen-printer', parked_reason = %(why)s,
                                    parked_at = now()
                 WHERE id = %(id)s AND NOT parked RETURNING id)
            INSERT INTO print_events (event, printer_id, detail)
            SELECT 'printer_parked', id, jsonb_build_object('by', 'kitchen-printer', 'reason', %(why)s::text)
              FROM parked
            """,
            {"id": printer_id, "why": why},
        )
        return cursor.rowcount > 0
