"""What a check-up looks at in the database. It only reads, and works with the service's own login."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row

from kitchen_printer.database import administration
from kitchen_printer.database.leases import LIVES
from kitchen_printer.database.migrate import known_version
from kitchen_printer.database.patience import DatabaseUnreachableError, PatientDatabase, open_database
from kitchen_printer.database.servers import for_writing
from kitchen_printer.decisions.observations import DatabaseFindings, PrinterRow, RouteRow

STEP_SECONDS: Final = 10.0
"""How long one look of ``check`` into the database may take before a person is told."""


class CannotExamineError(Exception):
    """The database cannot be looked at; the message says why."""


_SERVER: LiteralString = """
SELECT current_user::text AS login, clock_timestamp() AS clock,
       current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
       ARRAY(SELECT r FROM unnest(%(roles)s::text[]) r WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r))
           AS missing_roles,
       ARRAY(SELECT t FROM unnest('{pos_bill,pos_billitem,core_product}'::text[]) t
              WHERE to_regclass('public.' || t) IS NULL) AS pos_tables_missing,
       (SELECT coalesce(jsonb_object_agg(c.relname || '.' || a.attname, format_type(a.atttypid, NULL)), '{}')
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped
           AND (c.relname, a.attname) IN (('pos_bill', 'id'), ('pos_billitem', 'id'), ('pos_billitem', 'bill_id'),
                                          ('pos_billitem', 'product_id'), ('core_product', 'id'))
           AND a.atttypid NOT IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)) AS ids_of_other_types,
       coalesce(has_table_privilege(to_regclass('public.kitchen_schema'), 'SELECT'), false) AS may_read,
       to_regclass('public.kitchen_schema') IS NOT NULL AS is_there,
       (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory,
       coalesce(host(inet_server_addr()), '127.0.0.1') AS server_address
"""

_KITCHEN: LiteralString = f"""
SELECT (SELECT upper(btrim(default_station)) FROM kitchen_settings) AS default_station,
       (SELECT coalesce(jsonb_object_agg(station_code, is_open), '{{}}') FROM stations) AS stations,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'station', upper(btrim(station_code)), 'printer_ip', printer_ip, 'copy_no', copy_no,
                   'is_active', is_active) ORDER BY station_code, copy_no, priority, id), '[]')
          FROM station_printers) AS routes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'address', address, 'level', level, 'level_provenance', level_provenance, 'parked', parked,
                   'state', state, 'state_reason', state_reason,
                   'is_served', EXISTS (SELECT FROM lanes l JOIN kitchen_replicas r USING (owner)
                                         WHERE l.printer_id = p.id AND {LIVES})) ORDER BY address), '[]')
          FROM printers p) AS printers,
       (SELECT coalesce(jsonb_object_agg(station, n), '{{}}') FROM (
           SELECT upper(btrim(printer_target)) AS station, count(*) AS n
             FROM kitchen_tickets WHERE expanded_at IS NULL GROUP BY 1) t) AS tickets_without_route
"""  # noqa: S608  # made of constants alone


def examine(dsn: str) -> DatabaseFindings:
    """Look at everything once. Raises :class:`CannotExamineError`."""
    try:
        with open_database(dsn, STEP_SECONDS) as database:
            return _examined(database, dsn)
    except DatabaseUnreachableError as error:
        raise CannotExamineError(str(error)) from None
    except psycopg.Error as error:
        raise CannotExamineError(str(error).partition("\n")[0]) from None


def _examined(database: PatientDatabase, dsn: str) -> DatabaseFindings:
    with _cursor(database) as cursor:
        server = _one(cursor, _SERVER, {"roles": list(administration.ROLES)})
    may_read, server_address = server.pop("may_read"), server.pop("server_address")
    is_locked = server.pop("is_there") and not may_read
    free_bytes = _free_bytes(server.pop("data_directory"), server_address)
    has_roles = not server["missing_roles"]
    with database.deadline():
        loses_sessions = _loses_sessions(database, dsn)
        grants = administration.missing_pos_grants(database.connection) if has_roles else []
        grants_text = administration.as_text(database.connection, grants)
    kitchen: dict[str, Any] = {}
    version = 0
    may_serve = True  # A role that is missing is told already.
    with _cursor(database) as cursor:
        if "kitchen_service" not in server["missing_roles"]:
            question: LiteralString = "SELECT pg_has_role(current_user, 'kitchen_service', 'USAGE') AS yes"
            may_serve = bool(_one(cursor, question)["yes"])
        if may_read:
            version = _one(cursor, "SELECT coalesce(max(version), 0) AS version FROM kitchen_schema")[
                "version"
            ]
        if version >= known_version():
            kitchen = _one(cursor, _KITCHEN)
            kitchen["routes"] = tuple(RouteRow(**each) for each in kitchen["routes"])
            kitchen["printers"] = tuple(PrinterRow(**each) for each in kitchen["printers"])
    return DatabaseFindings(
        is_locked=is_locked,
        schema_version=version,
        needed_version=known_version(),
        may_serve=may_serve,
        pos_grants_missing=grants_text,
        loses_sessions=loses_sessions,
        free_bytes=free_bytes,
        missing_roles=tuple(server.pop("missing_roles")),
        pos_tables_missing=tuple(server.pop("pos_tables_missing")),
        **server,
        **kitchen,
    )


@contextmanager
def _cursor(database: PatientDatabase) -> Generator[psycopg.Cursor[DictRow], None, None]:
    with database.deadline(), database.connection.cursor(row_factory=dict_row) as cursor:
        yield cursor


def _one(
    cursor: psycopg.Cursor[DictRow], query: LiteralString, values: dict[str, Any] | None = None
) -> DictRow:
    row = cursor.execute(query, values).fetchone()
    if row is None:
        raise CannotExamineError("the database gave no answer")
    return row


def _loses_sessions(database: PatientDatabase, dsn: str) -> bool:
    """Whether what this session set is gone once another client is in the middle of a transaction.

    Behind a pooler in transaction mode the other client gets the server process that was ours a moment ago.
    """
    mine = database.connection
    mine.execute("SELECT set_config('kitchen.check', 'mine', false)")
    with psycopg.connect(for_writing(dsn), connect_timeout=3) as other:
        other.execute("SELECT 1")  # Its transaction stays open.
        row = mine.execute("SELECT current_setting('kitchen.check', true)").fetchone()
    return row != ("mine",)


def _free_bytes(data_directory: str | None, server_address: str) -> int | None:
    """Return the space left for the database, when it is on this machine and we may see where."""
    is_here = server_address.startswith("127.") or server_address == "::1"
    if not is_here or not data_directory or not Path(data_directory).is_dir():
        return None
    return shutil.disk_usage(data_directory).free
