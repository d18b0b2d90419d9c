"""One connection for a program that waits for its answers, but not for ever, and says in one sentence what is wrong."""

import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from os import dup
from threading import Timer
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from kitchen_printer.database.servers import for_writing

CONNECT_SECONDS_MAX: Final = 3
"""A person waits for this at a terminal; a database that can be reached accepts in milliseconds."""

GRACE_SECONDS: Final = 2.0
"""How long after the server should have given up by itself the line is cut: it is frozen then, or unreachable."""

Connection = psycopg.Connection[TupleRow]


class MigrationError(Exception):
    """The database could not be brought to this program's schema. The message is for a person."""


class DatabaseUnreachableError(MigrationError):
    """There is no such database, it cannot be reached as told, or it stopped answering."""


class PatientDatabase:
    """A connection in autocommit mode whose steps have a deadline, also on a server that is frozen."""

    def __init__(self, connection: Connection, step_seconds: float) -> None:
        self.connection = connection
        self.has_given_up = False
        self._step_seconds = step_seconds

    @contextmanager
    def deadline(self) -> Generator[None, None, None]:
        """Give the block as long as a step may take; then the server gives up, and soon after it we do."""
        timer = Timer(self._step_seconds + GRACE_SECONDS, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        """Cut the line, which may be down already: the driver, which waits for an answer, notices at once."""
        self.has_given_up = True
        with (
            suppress(OSError, psycopg.OperationalError),
            socket.socket(fileno=dup(self.connection.pgconn.socket)) as line,
        ):
            line.shutdown(socket.SHUT_RDWR)


@contextmanager
def open_database(dsn: str, step_seconds: float) -> Generator[PatientDatabase, None, None]:
    """Connect; inside the ``with``, whatever the server fails at becomes :class:`DatabaseUnreachableError`."""
    place = _place(dsn)
    database: PatientDatabase | None = None
    try:
        with psycopg.connect(
            for_writing(dsn),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS_MAX,
            application_name="kitchen-printer command",
        ) as connection:
            database = PatientDatabase(connection, step_seconds)
            with database.deadline():
                connection.execute(
                    "SELECT set_config('statement_timeout', %(ms)s, false), set_config('lock_timeout', %(ms)s, false)",
                    {"ms": str(round(step_seconds * 1000))},
                )
            yield database
    except psycopg.OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        if database is not None and database.has_given_up:
            reason = f"it did not answer within {step_seconds + GRACE_SECONDS:g} seconds"
        raise DatabaseUnreachableError(f"The database {place} cannot be used: {reason}") from error


def _place(dsn: str) -> str:
    """Which database a connection string means, without its password. Raises :class:`DatabaseUnreachableError`."""
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise DatabaseUnreachableError(
            "The connection string cannot be read. Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE, "
            "with @ : / and % of the password written as %40 %3A %2F %25."
        ) from None  # What the driver says repeats the string, and the password with it.
    host, port = str(parts.get("host") or ""), str(parts.get("port") or "5432")
    name = str(parts.get("dbname") or parts.get("user") or "")
    if "@" in host + name or not port.replace(",", "").isdigit():
        raise DatabaseUnreachableError(
            "The connection string falls apart at the wrong place: in the password, write @ : / and % as "
            "%40 %3A %2F %25. The port is a number."
        )
    return f"{name!r} at {host or 'the local socket'}:{port}"
