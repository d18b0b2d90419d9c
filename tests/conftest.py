"""PostgreSQL for every test: one server per test process, one fresh database per test.

`KITCHEN_POSTGRES_BIN` or `KITCHEN_POSTGRES_DSN` run the suite on another server than the one of the wheel. A test
that stops, kills or fills a server starts its own (`kitchen_demo.postgres_server`): `server` is shared.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from kitchen_demo.pos_tables import create_pos_tables, grant_to_contract, insert_menu
from kitchen_demo.postgres import Postgres, open_postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """The server of this test process."""
    with open_postgres(os.environ, durable=False) as postgres:
        yield postgres


@pytest.fixture(scope="session")
def template(server: Postgres) -> Iterator[str]:
    """The name of a database that is migrated and has the POS tables and the menu. Nobody may connect to it."""
    from kitchen_printer.database.migrate import migrate  # only tests with a database need it

    with new_database(server) as name:
        migrate(server.dsn(name))
        with psycopg.connect(server.dsn(name)) as connection:
            create_pos_tables(connection)
            grant_to_contract(connection)
            insert_menu(connection)
        yield name


@pytest.fixture
def database(server: Postgres, template: str) -> Iterator[str]:
    """How to connect, as superuser, to a fresh database that is migrated and has the POS tables and the menu."""
    with new_database(server, template) as name:
        yield server.dsn(name)


@pytest.fixture
def empty_database(server: Postgres) -> Iterator[str]:
    """How to connect, as superuser, to a fresh database with nothing in it."""
    with new_database(server) as name:
        yield server.dsn(name)


@contextmanager
def new_database(server: Postgres, template: str = "template1") -> Generator[str, None, None]:
    """A database of a name that nobody else uses, dropped afterwards even while somebody is connected."""
    name = f"kitchen_test_{uuid4().hex}"
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
