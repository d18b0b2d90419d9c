"""How a database comes to its schema: alone or with others, with all rights or few, and in words when it cannot."""

import os
import signal
import socket
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo

from kitchen_demo.pos_tables import create_pos_tables
from kitchen_demo.postgres import Postgres
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres
from kitchen_printer.database.migrate import (
    AdministratorNeededError,
    DatabaseUnreachableError,
    MigrationChangedError,
    SchemaTooNewError,
    known_migrations,
    known_version,
    migrate,
    schema_version,
)
from tests.bill_changes import FIRST_SEND, open_bill, send
from tests.conftest import new_database

ROLES = {"kitchen_owner", "kitchen_backend", "kitchen_service", "kitchen_operator", "kitchen_reader"}


@pytest.fixture(scope="module")
def lonely_server() -> Iterator[EmbeddedPostgres]:
    """A server that no other test uses, without our roles at first: it may be frozen."""
    with embedded_postgres(find_programs_folder(os.environ), durable=False) as server:
        yield server


def query(dsn: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def login(server: Postgres) -> Generator[str]:
    """A user without any rights, of a name that nobody else has."""
    name = f"plain_{uuid4().hex[:12]}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_the_files_are_numbered_without_a_gap() -> None:
    names = [migration.name for migration in known_migrations()]
    assert [migration.version for migration in known_migrations()] == list(range(1, len(names) + 1))
    assert names == sorted(names)
    assert known_version() == len(names)


def test_two_databases_of_one_server_may_make_the_roles_at_the_same_moment(
    lonely_server: EmbeddedPostgres,
) -> None:
    names = [f"race_{number}" for number in range(6)]
    for name in names:
        query(lonely_server.dsn(), f"CREATE DATABASE {name}")
    assert query(lonely_server.dsn(), "SELECT count(*) FROM pg_roles WHERE rolname ~ '^kitchen'") == [(0,)]

    with ThreadPoolExecutor(len(names)) as pool:
        reports = list(pool.map(migrate, [lonely_server.dsn(name) for name in names]))

    assert [report.version_after for report in reports] == [known_version()] * len(names)
    roles = query(lonely_server.dsn(), "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname ~ '^kitchen'")
    assert dict(roles) == dict.fromkeys(ROLES, False)


def test_replicas_may_migrate_one_database_at_the_same_moment(empty_database: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(migrate, [empty_database] * 8))

    names = [migration.name for migration in known_migrations()]
    assert sorted(name for report in reports for name in report.applied) == names, (
        "each was applied by exactly one"
    )
    assert query(empty_database, "SELECT version, name FROM kitchen_schema ORDER BY 1") == list(
        enumerate(names, 1)
    )


def test_migrating_again_changes_nothing(database: str) -> None:
    before = query(database, "SELECT * FROM kitchen_schema")
    report = migrate(database)
    assert (report.applied, report.prepared, report.pos_grants_missing, report.advice) == ((), (), (), ())
    assert report.version_before == report.version_after == known_version()
    assert query(database, "SELECT * FROM kitchen_schema") == before


def test_a_dry_run_says_what_would_be_done_and_does_nothing(empty_database: str) -> None:
    report = migrate(empty_database, dry_run=True)
    assert report.is_dry_run
    assert (report.version_before, report.version_after) == (0, known_version())
    assert report.applied == tuple(migration.name for migration in known_migrations())
    assert 'GRANT CREATE, USAGE ON SCHEMA public TO "kitchen_owner"' in report.prepared
    assert query(
        empty_database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    ) == [(0,)]

    assert migrate(empty_database).applied == report.applied
    assert migrate(empty_database, dry_run=True).applied == ()


def test_a_migration_that_fails_leaves_the_ones_before_it_and_nothing_of_its_own(empty_database: str) -> None:
    first, second, *_ = known_migrations()
    broken = replace(second, text=b"CREATE TABLE half_done (); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_database, migrations=[first, broken])
    assert query(empty_database, "SELECT version FROM kitchen_schema") == [(1,)]
    assert query(empty_database, "SELECT to_regclass('half_done')") == [(None,)]
    assert migrate(empty_database).version_before == 1


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_schema_of_a_newer_program_is_left_alone(database: str, *, dry_run: bool) -> None:
    query(database, "INSERT INTO kitchen_schema (version, name, checksum) VALUES (9999, '9999_later', 'x')")
    with pytest.raises(
        SchemaTooNewError, match=f"version 9999; this program knows versions up to {known_version()}"
    ):
        migrate(database, dry_run=dry_run)


def test_a_migration_that_is_not_the_one_that_was_applied_is_refused(database: str) -> None:
    query(database, "UPDATE kitchen_schema SET checksum = 'other' WHERE version = 2")
    with pytest.raises(MigrationChangedError, match="0002_told_and_wanted"):
        migrate(database)


async def test_the_service_can_read_the_schema_version(database: str, empty_database: str) -> None:
    for dsn, version in ((database, known_version()), (empty_database, 0)):
        async with await AsyncConnection.connect(dsn) as connection:
            await connection.execute("SET ROLE kitchen_service")
            assert await schema_version(connection) == version


def test_everything_belongs_to_the_role_that_nobody_can_log_in_as(database: str) -> None:
    foreign = """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
           AND relowner <> 'kitchen_owner'::regrole AND relname !~ '^(pos|core)_'
        UNION ALL
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner <> 'kitchen_owner'::regrole
    """
    assert query(database, foreign) == []


def test_nobody_else_may_create_in_the_schema_afterwards(server: Postgres) -> None:
    with login(server) as user, new_database(server) as name:
        query(server.dsn(name), "GRANT CREATE ON SCHEMA public TO PUBLIC")  # as it was before PostgreSQL 15
        query(server.dsn(name), f"CREATE TABLE theirs (); ALTER TABLE theirs OWNER TO {user}")
        report = migrate(server.dsn(name))
        assert "REVOKE CREATE ON SCHEMA public FROM PUBLIC" in report.prepared
        may_create = query(
            server.dsn(name),
            "SELECT has_schema_privilege(who, 'public', 'CREATE') FROM unnest(ARRAY[%s, 'pg_monitor']) AS who",
            user,
        )
        assert may_create == [(True,), (False,)], "who had a table there may go on, a stranger may not"


def test_a_plain_user_is_told_what_an_administrator_must_run_and_then_can_do_the_rest(
    server: Postgres,
) -> None:
    with login(server) as user, new_database(server) as name:
        plain_dsn = make_conninfo(server.dsn(name), user=user)
        with pytest.raises(AdministratorNeededError) as refusal:
            migrate(plain_dsn)
        assert f'GRANT "kitchen_owner" TO "{user}";' in str(refusal.value)
        assert 'GRANT CREATE, USAGE ON SCHEMA public TO "kitchen_owner";' in str(refusal.value)
        assert query(server.dsn(name), "SELECT to_regclass('kitchen_schema')") == [(None,)]
        assert migrate(plain_dsn, dry_run=True).prepared == refusal.value.statements

        for statement in refusal.value.statements:
            query(server.dsn(name), statement)
        assert migrate(plain_dsn).version_after == known_version()
        assert migrate(plain_dsn).applied == ()
        query(server.dsn(name), f'REVOKE kitchen_owner FROM "{user}"')


def test_the_owner_of_a_database_who_may_create_roles_needs_no_administrator() -> None:
    with embedded_postgres(find_programs_folder(os.environ), durable=False) as server:
        query(server.dsn(), "CREATE ROLE owner LOGIN CREATEROLE CREATEDB")
        dsn = make_conninfo(server.dsn("theirs"), user="owner")
        query(make_conninfo(server.dsn(), user="owner"), "CREATE DATABASE theirs")
        with psycopg.connect(dsn) as connection:
            create_pos_tables(connection)
        report = migrate(dsn)
        assert report.version_after == known_version()
        assert report.pos_grants_missing == (), "the tables of the point of sale are his"
        assert migrate(dsn).prepared == ()


def test_a_plain_user_on_a_new_server_is_told_of_the_roles_too(lonely_server: EmbeddedPostgres) -> None:
    query(lonely_server.dsn(), "CREATE ROLE nobody_special LOGIN")
    was_there = query(lonely_server.dsn(), "SELECT oid FROM pg_roles WHERE rolname = 'kitchen_reader'")
    if was_there:  # Another test migrated this server before.
        query(lonely_server.dsn(), "ALTER ROLE kitchen_reader RENAME TO mislaid")
    try:
        with pytest.raises(AdministratorNeededError, match='CREATE ROLE "kitchen_reader" NOLOGIN;'):
            migrate(make_conninfo(lonely_server.dsn(), user="nobody_special"))
    finally:
        if was_there:
            query(lonely_server.dsn(), "ALTER ROLE mislaid RENAME TO kitchen_reader")


def test_the_owner_of_the_pos_tables_gets_the_grants_that_are_missing(server: Postgres) -> None:
    with login(server) as user, new_database(server) as name:
        report = migrate(server.dsn(name))
        assert report.pos_grants_missing == (
            'GRANT SELECT ON public."pos_bill" TO "kitchen_owner"',
            'GRANT SELECT ON public."pos_billitem" TO "kitchen_owner"',
            'GRANT SELECT ON public."core_product" TO "kitchen_owner"',
            'GRANT UPDATE ("status") ON public."pos_billitem" TO "kitchen_owner"',
        )
        query(server.dsn(name), f"GRANT CREATE ON SCHEMA public TO {user}; GRANT kitchen_owner TO {user}")
        plain_dsn = make_conninfo(server.dsn(name), user=user)
        with psycopg.connect(server.dsn(name)) as connection:
            create_pos_tables(connection)
        assert migrate(plain_dsn).pos_grants_missing == report.pos_grants_missing, (
            "they are the superuser's tables"
        )

        assert migrate(server.dsn(name)).pos_grants_missing == (), "who may grant them, does"
        query(server.dsn(name), f"REVOKE kitchen_owner FROM {user}")


def test_grants_that_nobody_could_give_now_leave_no_error_in_the_log_of_the_server(
    lonely_server: EmbeddedPostgres,
) -> None:
    log = lonely_server.folder.log
    query(lonely_server.dsn(), "CREATE DATABASE before_the_pos")
    database = lonely_server.dsn("before_the_pos")
    already = log.stat().st_size
    assert len(migrate(database).pos_grants_missing) == 4, "there are no tables yet"
    with psycopg.connect(database) as connection:
        create_pos_tables(connection)
    query(database, "CREATE ROLE stranger LOGIN; GRANT kitchen_owner TO stranger")
    theirs = make_conninfo(database, user="stranger")
    assert len(migrate(theirs).pos_grants_missing) == 4, "they are not the stranger's tables"
    assert b"ERROR" not in log.read_bytes()[already:]
    query(database, "GRANT ALL ON pos_bill, pos_billitem, core_product TO stranger WITH GRANT OPTION")
    assert migrate(theirs).pos_grants_missing == (), "who may pass them on, does"
    query(database, "REVOKE kitchen_owner FROM stranger")


def test_the_owner_of_the_pos_tables_may_run_the_grants_later(server: Postgres) -> None:
    with new_database(server) as name:
        grants = migrate(server.dsn(name)).pos_grants_missing
        with psycopg.connect(server.dsn(name)) as connection:
            create_pos_tables(connection)
            connection.execute("INSERT INTO core_product (name) VALUES ('Lager 0.5'), ('Negroni'), ('Steak Frites'),"
                               " ('Caesar Salad'), ('Tiramisu'), ('Lemon Sorbet'), ('Mushroom Risotto')")  # fmt: skip
            ids = open_bill(connection)
        with psycopg.connect(server.dsn(name), autocommit=True) as connection:
            with pytest.raises(
                psycopg.errors.InsufficientPrivilege, match="the kitchen lacks its grants on pos_bill"
            ):
                send(connection, ids["bill"])
            for grant in grants:
                connection.execute(grant.encode())
            assert send(connection, ids["bill"]) == FIRST_SEND


class TestADatabaseThatCannotBeReached:
    SECRET = "s3cr3t"

    @pytest.mark.parametrize(
        "dsn",
        [
            "postgresql://kitchen:s3cr3t@127.0.0.1:1/pos",
            "host=127.0.0.1 port=1 user=kitchen password=s3cr3t",
            "postgresql://kitchen:x@s3cr3t@127.0.0.1/pos",
            "postgresql://kitchen:s3cr3t/x@127.0.0.1:5432/pos",
            "postgresql://kitchen:s3cr3t@127.0.0.1:port/pos",
            "postgresql://kitchen:%s3cr3t@127.0.0.1/pos",
            "postgres:kitchen:s3cr3t@127.0.0.1/pos",
            "host=127.0.0.1 passwort=s3cr3t",
        ],
    )
    def test_is_one_sentence_without_the_password(self, dsn: str) -> None:
        with pytest.raises(DatabaseUnreachableError) as error:
            migrate(dsn)
        assert self.SECRET not in repr(error.value)
        assert "\n" not in str(error.value)
        assert len(str(error.value)) > 40

    def test_names_the_database_that_does_not_exist(self, server: Postgres) -> None:
        with pytest.raises(DatabaseUnreachableError, match=r"'no_such_database'.* does not exist"):
            migrate(server.dsn("no_such_database"))

    def test_is_not_waited_for_when_it_never_answers(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as mute:
            port = mute.getsockname()[1]
            elapsed = seconds(lambda: migrate(f"postgresql://kitchen@127.0.0.1:{port}/pos"))
        assert elapsed < 6

    def test_is_not_waited_for_when_it_freezes_in_the_middle(self, lonely_server: EmbeddedPostgres) -> None:
        query(lonely_server.dsn(), "CREATE DATABASE frozen")
        with psycopg.connect(lonely_server.dsn("frozen")) as blocker:
            blocker.execute("SELECT pg_advisory_lock(%s)", [0x6B70_0002])
            with ThreadPoolExecutor(1) as pool:
                migrating = pool.submit(
                    seconds, lambda: migrate(lonely_server.dsn("frozen"), step_seconds=1.5)
                )
                pid = wait_for_backend(lonely_server.dsn(), "frozen")
                os.kill(pid, signal.SIGSTOP)
                try:
                    assert migrating.result(timeout=10) < 6
                finally:
                    os.kill(pid, signal.SIGCONT)

    def test_is_not_waited_for_when_somebody_holds_the_lock(self, empty_database: str) -> None:
        with psycopg.connect(empty_database) as blocker:
            blocker.execute("SELECT pg_advisory_lock(%s)", [0x6B70_0002])
            with pytest.raises(DatabaseUnreachableError, match="timeout"):
                migrate(empty_database, step_seconds=0.5)


def seconds(migrating: Callable[[], object]) -> float:
    """How long it takes until the database is given up."""
    started = time.monotonic()
    with pytest.raises(DatabaseUnreachableError):
        migrating()
    return time.monotonic() - started


def wait_for_backend(dsn: str, database: str) -> int:
    """The process of the server that waits for the migration lock of that database."""
    deadline = time.monotonic() + 1.2
    while time.monotonic() < deadline:
        waiting = query(
            dsn,
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event = 'advisory'",
            database,
        )
        if waiting:
            return int(waiting[0][0])
    raise AssertionError("nobody waits for the lock")
