"""What the restaurant configured: stations, routes, printers; and the rows that printers need to exist."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, LiteralString

from kitchen_printer.database.connection import Connection, Database
from kitchen_printer.decisions.capability import LevelName


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPrinter:
    """One active row of ``station_printers``, its station normalised, its address as it was written."""

    station: str
    printer_ip: str
    priority: int
    copy_no: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer:
    """One row of ``printers`` that has a lane: the device behind an address, and what is known of it."""

    id: int
    address: str
    columns: int
    code_page: str
    level: LevelName
    level_provenance: Literal["assumed", "probed", "proven on paper", "pinned"]
    serial: str | None
    firmware: str | None
    parked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One consistent reading of everything that decides about routes; ``version`` counts its changes."""

    version: int
    time_zone: str
    default_station: str | None
    closed_stations: frozenset[str]
    station_printers: tuple[StationPrinter, ...]
    printers: tuple[Printer, ...]


_CONFIGURATION: LiteralString = """
SELECT s.routing_version, s.time_zone, upper(btrim(s.default_station)) AS default_station,
       ARRAY(SELECT station_code FROM stations WHERE NOT is_open) AS closed_stations,
       ARRAY(SELECT jsonb_build_object('station', upper(btrim(station_code)), 'printer_ip', printer_ip,
                                       'priority', priority, 'copy_no', copy_no)
               FROM station_printers WHERE is_active ORDER BY station_code, copy_no, priority, id) AS routes,
       ARRAY(SELECT jsonb_build_object('id', id, 'address', address, 'columns', columns, 'code_page', code_page,
                                       'level', level, 'level_provenance', level_provenance, 'serial', serial,
                                       'firmware', firmware, 'parked', parked)
               FROM printers p WHERE EXISTS (SELECT FROM lanes l WHERE l.printer_id = p.id)
              ORDER BY id) AS printers
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
        station_printers=tuple(StationPrinter(**each) for each in row["routes"]),
        printers=tuple(Printer(**each) for each in row["printers"]),
    )


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
    database: Database, printer_id: int, level: LevelName, *, serial: str | None, firmware: str | None
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


async def note_state(database: Database, printer_id: int, *, is_ready: bool, reason: str | None) -> None:
    """Write down that a printer went down or came back; ``state_since`` moves only when the state does."""
    async with database.transaction() as connection:
        await _note_state(connection, printer_id, "ready" if is_ready else "down", reason)


async def _note_state(connection: Connection, printer_id: int, state: str, reason: str | None) -> None:
    await connection.execute(
        """
        WITH changed AS (
            UPDATE printers SET state = %(state)s, state_reason = %(reason)s, state_since = now()
             WHERE id = %(id)s AND (state, state_reason) IS DISTINCT FROM (%(state)s, %(reason)s)
            RETURNING id)
        INSERT INTO print_events (event, printer_id, detail)
        SELECT 'printer_' || %(state)s, id, jsonb_build_object('reason', %(reason)s::text) FROM changed
        """,
        {"id": printer_id, "state": state, "reason": reason},
    )
