"""A PostgreSQL for the demo and the tests: a server of our own, or one that the environment names.

``KITCHEN_POSTGRES_DSN`` names a running server, whose user may create databases; ``KITCHEN_POSTGRES_BIN`` the folder
of the programs to start one with. Without either, the programs come from the wheel of the extra `demo`.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from kitchen_demo.postgres_programs import DSN_VARIABLE, PostgresUnavailable, find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, embedded_postgres

CONNECT_SECONDS_MAX = 5


@dataclass(frozen=True, slots=True)
class GivenPostgres:
    """A server that somebody else runs; we were given a connection string to one of its databases."""

    given: str

    def dsn(self, database: str = "postgres") -> str:
        """How the given user connects to that database of the given server."""
        if self.given.startswith(("postgresql://", "postgres://")):
            return urlsplit(self.given)._replace(path=f"/{quote(database)}").geturl()
        return make_conninfo(self.given, dbname=database)


Postgres = EmbeddedPostgres | GivenPostgres


@contextmanager
def open_postgres(
    environment: Mapping[str, str], *, data_root: Path | None = None, durable: bool
) -> Generator[Postgres, None, None]:
    """The server to work with, for as long as the ``with`` lasts. Enter it in the main thread.

    `data_root` and `durable` (see :func:`embedded_postgres`) say nothing to a server that was given. Raises
    :class:`PostgresUnavailable`.
    """
    given = environment.get(DSN_VARIABLE)
    if given:
        check_given(given)
        yield GivenPostgres(given)
    else:
        folder = find_programs_folder(environment)
        with embedded_postgres(folder, data_root=data_root, durable=durable) as server:
            yield server


def check_given(dsn: str) -> None:
    try:
        psycopg.connect(dsn, connect_timeout=CONNECT_SECONDS_MAX).close()
    except psycopg.OperationalError as error:
        raise PostgresUnavailable(f"The server that {DSN_VARIABLE} names cannot be used: {error}.") from error
    except psycopg.ProgrammingError:
        raise PostgresUnavailable(
            f"{DSN_VARIABLE} is no connection string: write it as postgresql://USER:PASSWORD@HOST:5432/postgres."
        ) from None  # what the driver says repeats the string, and the password with it
