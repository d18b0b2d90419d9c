"""Bring a database to the schema of this program, or say in words and SQL what stands in the way.

Every object of the contract belongs to the role `kitchen_owner`, which nobody can log in as. What surrounds the
schema (roles, the right to create tables, the grants on the tables of the point of sale) is in
:mod:`kitchen_printer.database.administration`.
"""

import hashlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

from psycopg import AsyncConnection, sql
from psycopg.rows import tuple_row

from kitchen_printer.database import administration
from kitchen_printer.database.patience import (
    DatabaseUnreachableError,
    MigrationError,
    PatientDatabase,
    open_database,
)

__all__ = [
    "AdministratorNeededError",
    "DatabaseUnreachableError",
    "Migration",
    "MigrationChangedError",
    "MigrationError",
    "MigrationReport",
    "SchemaTooNewError",
    "known_migrations",
    "known_version",
    "migrate",
    "schema_version",
]

STEP_SECONDS_MAX: Final = 60.0
"""How long one migration may take, waiting for its locks included."""

_MIGRATING: Final = 0x6B70_0002
"""Advisory lock: one program migrates a database at a time."""


class SchemaTooNewError(MigrationError):
    """The database has a schema that only a newer program knows."""


class MigrationChangedError(MigrationError):
    """A migration that was applied is not the one that this program has under its number."""


class AdministratorNeededError(MigrationError):
    """Something is missing that only an administrator can make; `statements` is the SQL, in order."""

    def __init__(self, statements: Sequence[str]) -> None:
        self.statements = tuple(statements)
        lines = "\n".join(f"    {statement};" for statement in statements)
        super().__init__(
            f"The database user may not do this alone. Have an administrator run, in this database:\n{lines}\n"
            "and migrate again."
        )


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the folder `migrations`; the checksum is the SHA-256 of its text, in hexadecimal."""

    version: int
    name: str
    text: bytes = field(repr=False)
    checksum: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationReport:
    """What was done; after a dry run, what would be done.

    `prepared` and `pos_grants_missing` are SQL statements; the latter are for the owner of the tables of the point
    of sale, and bills can be sent to the kitchen only after he ran them. `advice` is SQL that would make the
    database safer and that this user may not run.
    """

    is_dry_run: bool
    version_before: int
    version_after: int
    applied: tuple[str, ...]
    prepared: tuple[str, ...]
    pos_grants_missing: tuple[str, ...]
    advice: tuple[str, ...]


def known_migrations() -> tuple[Migration, ...]:
    """The migrations of this program, in order."""
    folder = files("kitchen_printer.database").joinpath("migrations")
    return tuple(
        _parse(entry.name, entry.read_bytes().replace(b"\r\n", b"\n"))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    )


def _parse(file_name: str, text: bytes) -> Migration:
    name = file_name.removesuffix(".sql")
    return Migration(int(name.partition("_")[0]), name, text, hashlib.sha256(text).hexdigest())


def known_version() -> int:
    """The schema version that this program works with."""
    return known_migrations()[-1].version


async def schema_version(connection: AsyncConnection[Any]) -> int:
    """The schema version of a database, 0 when it was never migrated. Needs no more than the service's grants."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute("SELECT to_regclass('public.kitchen_schema') IS NOT NULL")
        if await cursor.fetchone() != (True,):
            return 0
        await cursor.execute("SELECT coalesce(max(version), 0) FROM public.kitchen_schema")
        row = await cursor.fetchone()
        return int(row[0]) if row else 0


def migrate(
    dsn: str,
    *,
    dry_run: bool = False,
    migrations: Sequence[Migration] | None = None,
    step_seconds: float = STEP_SECONDS_MAX,
) -> MigrationReport:
    """Apply what is missing, each migration in a transaction of its own. Doing it again changes nothing.

    Any number of programs may migrate one database, or several databases of one server, at the same time. A dry run
    changes nothing. Raises :class:`MigrationError`.
    """
    wanted = known_migrations() if migrations is None else tuple(migrations)
    with open_database(dsn, step_seconds) as database:
        migrator = _Migrator(database, wanted)
        return migrator.plan() if dry_run else migrator.run()


class _Migrator:
    def __init__(self, database: PatientDatabase, migrations: Sequence[Migration]) -> None:
        self._database = database
        self._connection = database.connection
        self._migrations = migrations

    def plan(self) -> MigrationReport:
        with self._step():
            self._connection.execute("SET TRANSACTION READ ONLY")
            preparation = administration.missing_preparation(self._connection)
            if not self._may_read_ledger():
                self._refuse_unprepared(preparation)
            before = self._applied_versions()
            return MigrationReport(
                is_dry_run=True,
                version_before=max(before, default=0),
                version_after=self._migrations[-1].version,
                applied=tuple(each.name for each in self._migrations if each.version not in before),
                prepared=administration.as_text(self._connection, preparation),
                pos_grants_missing=self._missing_pos_grants(),
                advice=administration.as_text(self._connection, administration.hardening(self._connection)),
            )

    def run(self) -> MigrationReport:
        with self._step():
            prepared = administration.prepare(self._connection) + administration.harden(self._connection)
        with self._step():
            self._refuse_unprepared(administration.missing_preparation(self._connection))
        with self._step_as_owner():
            self._create_ledger()
            before = self._applied_versions()
        applied: list[str] = []
        while name := self._apply_next():
            applied.append(name)
        with self._step():
            administration.grant_pos_tables(self._connection)
        with self._step():
            return MigrationReport(
                is_dry_run=False,
                version_before=max(before, default=0),
                version_after=max(self._applied_versions()),
                applied=tuple(applied),
                prepared=prepared,
                pos_grants_missing=self._missing_pos_grants(),
                advice=administration.as_text(self._connection, administration.hardening(self._connection)),
            )

    def _apply_next(self) -> str | None:
        """Apply the first migration that is missing; gives its name, None when nothing is missing."""
        with self._step_as_owner():
            done = self._applied_versions()
            for migration in self._migrations:
                if migration.version not in done:
                    self._connection.execute(migration.text)
                    self._connection.execute(
                        "INSERT INTO public.kitchen_schema (version, name, checksum) VALUES (%s, %s, %s)",
                        [migration.version, migration.name, migration.checksum],
                    )
                    return migration.name
            return None

    def _create_ledger(self) -> None:
        self._connection.execute(
            """
            CREATE TABLE IF NOT EXISTS public.kitchen_schema (
                version    integer PRIMARY KEY,
                name       text NOT NULL,
                checksum   text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT clock_timestamp())
            """
        )

    def _refuse_unprepared(self, missing: Sequence[sql.Composed]) -> None:
        if missing:
            raise AdministratorNeededError(administration.as_text(self._connection, missing))

    def _may_read_ledger(self) -> bool:
        row = self._connection.execute(
            "SELECT coalesce(has_table_privilege(to_regclass('public.kitchen_schema'), 'SELECT'), true)"
        ).fetchone()
        return row == (True,)

    def _applied_versions(self) -> set[int]:
        """What the database says was applied, after checking that we know all of it."""
        exists = self._connection.execute("SELECT to_regclass('public.kitchen_schema')").fetchone()
        if exists == (None,):
            return set()
        ours = {each.version: each for each in self._migrations}
        rows = self._connection.execute(
            "SELECT version, name, checksum FROM public.kitchen_schema"
        ).fetchall()
        newest_of_ours = self._migrations[-1].version
        newest = max((version for version, _, _ in rows), default=0)
        if newest > newest_of_ours:
            raise SchemaTooNewError(
                f"The database has schema version {newest}; this program knows versions up to {newest_of_ours}. "
                "A newer program migrated it: run that one, or restore the backup from before."
            )
        for version, name, checksum in rows:
            if ours[version].checksum != checksum:
                raise MigrationChangedError(
                    f"Migration {name} was applied to this database with other content than this program has "
                    f"as {ours[version].name}. Use the program that migrated it, or restore its files unchanged."
                )
        return {version for version, _, _ in rows}

    def _missing_pos_grants(self) -> tuple[str, ...]:
        return administration.as_text(self._connection, administration.missing_pos_grants(self._connection))

    @contextmanager
    def _step(self) -> Generator[None, None, None]:
        """One transaction, alone among all who migrate this database, cut off at its deadline."""
        with self._database.deadline(), self._connection.transaction():
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATING])
            yield

    @contextmanager
    def _step_as_owner(self) -> Generator[None, None, None]:
        with self._step():
            self._connection.execute("SET LOCAL ROLE kitchen_owner")
            self._connection.execute("SET LOCAL search_path = public, pg_temp")
            yield
