"""What a database must have so that this app can work, and how to find out. Never raises for what is missing."""

from dataclasses import dataclass
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

CONTRACT_VERSION_MIN: Final = 7
"""The migration of the contract that has everything this app calls (`..._for_backends`)."""

POS_GRANTS: Final = (
    ("pos_bill", "SELECT", None),
    ("pos_billitem", "SELECT", None),
    ("core_product", "SELECT", None),
    ("pos_billitem", "UPDATE", "status"),
)
"""What the contract's functions need of the project's tables."""

_VERSION_FUNCTION: Final = "SELECT to_regprocedure('public.kitchen_contract_version()') IS NOT NULL"
_IS_MEMBER: Final = """
SELECT current_user::text, EXISTS (SELECT FROM pg_roles WHERE rolname = 'kitchen_backend' AND pg_has_role(oid, 'USAGE'))
"""
_SEES_ADDRESSES: Final = """
SELECT coalesce(has_table_privilege(to_regclass('public.station_printers'), 'SELECT'), false)
"""
_HAS_GRANT: Final = """
SELECT CASE WHEN %(column)s::text IS NULL THEN has_table_privilege('kitchen_owner', c.oid, %(privilege)s)
            ELSE has_column_privilege('kitchen_owner', c.oid, %(column)s, %(privilege)s) END
  FROM pg_class c WHERE c.oid = to_regclass('public.' || %(table)s)
   AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'kitchen_owner')
"""
_WITHOUT_ROUTE: Final = "SELECT station_code FROM kitchen_stations WHERE is_open AND NOT has_route ORDER BY 1"


class ContractMissing(Exception):
    """The database lacks the contract, or has an older one than this app needs; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to the database."""

    name: str
    is_backend: bool
    sees_addresses: bool


def contract_version(connection: BaseDatabaseWrapper) -> int | None:
    """Return the version of the contract; 0 when it is older than that function, or missing; None when unreadable."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION_FUNCTION)
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute("SELECT has_function_privilege('public.kitchen_contract_version()', 'EXECUTE')")
        if cursor.fetchone() != (True,):
            return None
        cursor.execute("SELECT public.kitchen_contract_version()")
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def require_contract(connection: BaseDatabaseWrapper) -> None:
    """Return when the database has what this app needs. Raises :class:`ContractMissing`."""
    if connection.vendor != "postgresql":
        raise ContractMissing(f"The kitchen's contract lives in PostgreSQL, and this is {connection.vendor}.")
    version = contract_version(connection)
    if version is not None and version < CONTRACT_VERSION_MIN:
        has = "no contract of the kitchen" if version == 0 else f"version {version} of the kitchen's contract"
        raise ContractMissing(
            f"The database {connection.settings_dict['NAME']} has {has} and this app needs version"
            f" {CONTRACT_VERSION_MIN} or newer: run `kitchen-printer migrate` on it."
        )


def login(connection: BaseDatabaseWrapper) -> Login:
    """Return who we are."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_MEMBER)
        name, is_backend = cursor.fetchone() or ("", False)
        cursor.execute(_SEES_ADDRESSES)
        (sees_addresses,) = cursor.fetchone() or (False,)
    return Login(name, is_backend, sees_addresses)


def missing_grants(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the SQL that the owner of the project's tables must still run; of tables that exist only."""
    missing: list[str] = []
    with connection.cursor() as cursor:
        for table, privilege, column in POS_GRANTS:
            cursor.execute(_HAS_GRANT, {"table": table, "privilege": privilege, "column": column})
            if cursor.fetchone() == (False,):
                missing.append(grant(table, privilege, column))
    return missing


def grant(table: str, privilege: str, column: str | None) -> str:
    """Return one of these grants as SQL."""
    what = f"{privilege} ({column})" if column else privilege
    return f"GRANT {what} ON {table} TO kitchen_owner"


def stations_without_route(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the open stations whose tickets have no way to paper."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT_ROUTE)
        return [station for (station,) in cursor.fetchall()]
