"""What must surround the schema: roles, the right to create tables, grants on the tables of the point of sale.

Everything is found by asking the catalog what is missing, as a list of SQL statements. A superuser's migration runs
them all; another user's runs those it may, and the rest is for an administrator or the owner of the tables.
"""

from collections.abc import Sequence
from typing import Final

import psycopg
from psycopg import errors, sql
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]

OWNER: Final = "kitchen_owner"
ROLES: Final = (OWNER, "kitchen_backend", "kitchen_service", "kitchen_operator", "kitchen_reader")

PREPARE_ROUNDS_MAX: Final = 3
"""Roles belong to the whole server: a migration of another database may make them under our hands."""

_CANNOT: Final = (
    errors.InsufficientPrivilege,
    errors.DuplicateObject,
    errors.UniqueViolation,
    errors.InternalError_,  # "tuple concurrently updated": another database's migration grants the same
    errors.UndefinedObject,  # a grant to a role whose creation was refused just before
)


def as_text(connection: Connection, statements: Sequence[sql.Composed]) -> tuple[str, ...]:
    """The statements as a person would type them, without semicolons."""
    return tuple(statement.as_string(connection) for statement in statements)


def missing_preparation(connection: Connection) -> list[sql.Composed]:
    """What must be run before the migrations can, in order."""
    return [
        *_missing_roles(connection),
        *_missing_membership(connection),
        *_missing_schema_rights(connection),
    ]


def prepare(connection: Connection) -> tuple[str, ...]:
    """Run what is missing and allowed, inside the caller's transaction; gives the statements that were run."""
    done: list[sql.Composed] = []
    for _ in range(PREPARE_ROUNDS_MAX):
        missing = missing_preparation(connection)
        if not missing:
            break
        done += [statement for statement in missing if _try(connection, statement)]
    return as_text(connection, done)


def _missing_roles(connection: Connection) -> list[sql.Composed]:
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)]
    ).fetchall()
    existing = {name for (name,) in rows}
    return [
        sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role))
        for role in ROLES
        if role not in existing
    ]


def _missing_membership(connection: Connection) -> list[sql.Composed]:
    """The migrating user acts as the owner; a superuser may do so anyway."""
    can_act = "SET" if connection.info.server_version >= 160000 else "MEMBER"
    may_act = connection.execute(
        """
        SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper
        UNION ALL
        SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, %s)
        """,
        [OWNER, can_act],
    ).fetchall()
    if may_act:
        return []
    return [sql.SQL("GRANT {} TO {}").format(sql.Identifier(OWNER), _current_user(connection))]


def _missing_schema_rights(connection: Connection) -> list[sql.Composed]:
    rows = connection.execute(
        """
        SELECT rolname, has_schema_privilege(oid, 'public', 'USAGE'), has_schema_privilege(oid, 'public', 'CREATE')
          FROM pg_roles WHERE rolname = ANY(%s)
        """,
        [list(ROLES)],
    ).fetchall()
    rights = {name: (may_use, may_create) for name, may_use, may_create in rows}
    missing: list[sql.Composed] = []
    if rights.get(OWNER) != (True, True):
        missing.append(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(sql.Identifier(OWNER)))
    missing += [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(role))
        for role in ROLES[1:]
        if role in rights and not rights[role][0]
    ]
    return missing


def hardening(connection: Connection) -> list[sql.Composed]:
    """What closes the schema `public` to strangers, who could put functions there that ours would call.

    PostgreSQL 15 and later create it closed. Who owns the database or something in the schema keeps the right
    to create, so that a backend's own migrations go on working.
    """
    is_open = connection.execute(
        """
        SELECT 1 FROM pg_namespace n, aclexplode(n.nspacl) a
         WHERE n.nspname = 'public' AND a.grantee = 0 AND a.privilege_type = 'CREATE'
        """
    ).fetchone()
    if not is_open:
        return []
    owners = connection.execute(
        """
        SELECT rolname FROM pg_roles
         WHERE rolname = %s OR oid IN (SELECT datdba FROM pg_database WHERE datname = current_database())
            OR oid IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
         ORDER BY rolname
        """,
        [OWNER],
    ).fetchall()
    return [
        *(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(sql.Identifier(name)) for (name,) in owners),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format(),
    ]


def harden(connection: Connection) -> tuple[str, ...]:
    """Close the schema `public` if this user may; gives the statements that were run."""
    may = connection.execute(
        "SELECT pg_has_role(current_user, nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'public'"
    ).fetchone()
    if may != (True,):
        return ()
    return as_text(connection, [each for each in hardening(connection) if _try(connection, each)])


def missing_pos_grants(connection: Connection) -> list[sql.Composed]:
    """What the owner of the tables of the point of sale must grant; all of it while the tables do not exist."""
    return [grant for grant, _ in _missing_pos_grants(connection)]


def _missing_pos_grants(connection: Connection) -> list[tuple[sql.Composed, bool]]:
    """What is missing, each with whether this user may grant it now: the table is there, and his or lent to him."""
    rows = connection.execute(
        """
        SELECT need.table_name, need.privilege, need.column_name,
               coalesce(CASE WHEN need.column_name IS NULL
                             THEN has_table_privilege(c.oid, need.privilege || ' WITH GRANT OPTION')
                             ELSE has_column_privilege(c.oid, a.attnum, need.privilege || ' WITH GRANT OPTION') END,
                        false)
          FROM (VALUES (1, 'pos_bill', 'SELECT', NULL), (2, 'pos_billitem', 'SELECT', NULL),
                       (3, 'core_product', 'SELECT', NULL), (4, 'pos_billitem', 'UPDATE', 'status'))
               AS need(place, table_name, privilege, column_name)
          LEFT JOIN pg_class c ON c.oid = to_regclass('public.' || need.table_name)
          LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = need.column_name
         WHERE NOT coalesce(CASE WHEN need.column_name IS NULL
                                 THEN has_table_privilege(%(owner)s, c.oid, need.privilege)
                                 ELSE has_column_privilege(%(owner)s, c.oid, a.attnum, need.privilege) END, false)
         ORDER BY need.place
        """,
        {"owner": OWNER},
    ).fetchall()
    return [(_pos_grant(table, privilege, column), may) for table, privilege, column, may in rows]


def _pos_grant(table: str, privilege: str, column: str | None) -> sql.Composed:
    what = (
        sql.SQL("SELECT")
        if privilege == "SELECT"
        else sql.SQL("UPDATE ({})").format(sql.Identifier(column or ""))
    )
    return sql.SQL("GRANT {} ON public.{} TO {}").format(what, sql.Identifier(table), sql.Identifier(OWNER))


def grant_pos_tables(connection: Connection) -> None:
    """Grant what is missing on the tables of the point of sale, as far as they exist and this user may."""
    for grant, may in _missing_pos_grants(connection):
        if may:  # what is tried in vain stands in the server's log as an error
            _try(connection, grant)


def _current_user(connection: Connection) -> sql.Identifier:
    row = connection.execute("SELECT current_user::text").fetchone()
    return sql.Identifier(row[0] if row else "")


def _try(connection: Connection, statement: sql.Composed) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement)
    except (*_CANNOT, errors.UndefinedTable):
        return False
    return True
