"""PostgreSQL for every test: one server per test process, one fresh database per test.

`KITCHEN_POSTGRES_BIN` or `KITCHEN_POSTGRES_DSN` run the suite on another server than the one of the wheel. A test
that stops, kills or fills a server starts its own (`kitchen_demo.postgres_server`): `server` is shared.
"""

import atexit
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from kitchen_demo.pos_tables import create_pos_tables, insert_menu
from kitchen_demo.postgres import Postgres, open_postgres

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
MEMORY_BYTES_MIN = 1024**3  # the server of one test process takes about a tenth of that

LONGEST_FIRST = (
    *(
        "tests/service/test_dark.py",
        "tests/service/test_crashes.py",
        "tests/documents/test_tutorial.py",
        "tests/proof/",
        "tests/kitchen_demo/",
        "tests/service/",
        "tests/cli/",
    ),
    *("tests/test_dev.py", "tests/test_architecture.py"),
)
"""So that no process is left alone with a long file in the end."""

settings.register_profile("suite", max_examples=50)
settings.register_profile("thorough", max_examples=2_000)
settings.load_profile("suite")  # `--hypothesis-profile=thorough` asks for more

# python-escpos reads its profiles from YAML in every process that starts, for a third of a second, unless it finds
# them in this folder. The first to import it puts them there: this process, before any that a test starts.
_escpos_profiles = TemporaryDirectory(prefix="kitchen-tests-")
atexit.register(_escpos_profiles.cleanup)
os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = _escpos_profiles.name
import_module("kitchen_printer.printers.encode")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they are best begun; inside a file nothing changes."""
    items.sort(
        key=lambda item: next(
            (place for place, path in enumerate(LONGEST_FIRST) if item.nodeid.startswith(path)),
            len(LONGEST_FIRST),
        )
    )


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """The server of this test process."""
    with (
        TemporaryDirectory(dir=quick_folder(), prefix="kitchen-tests-") as folder,
        open_postgres(os.environ, data_root=Path(folder), durable=False) as postgres,
    ):
        yield postgres


def quick_folder() -> Path | None:
    """Memory, where there is enough: a new database is 300 new files, a quarter of a second on a slow disk."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if roomy else None


@pytest.fixture(scope="session")
def template(server: Postgres) -> Iterator[str]:
    """The name of a database that is migrated and has the POS tables and the menu. Nobody may connect to it."""
    from kitchen_printer.database.migrate import migrate  # only tests with a database need it

    with new_database(server) as name:
        with psycopg.connect(server.dsn(name)) as connection:
            create_pos_tables(connection)
            insert_menu(connection)
        migrate(server.dsn(name))
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
