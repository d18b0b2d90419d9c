"""Logins of the contract's roles: made, and given their password, by whoever owns the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from kitchen_printer.database.administration import OWNER, ROLES
from kitchen_printer.database.patience import open_database

LOGIN_ROLES: Final = tuple(role for role in ROLES if role != OWNER)
STEP_SECONDS_MAX: Final = 10.0
"""How long making a login or its grants may take, waiting for locks included."""

Connection = psycopg.Connection[TupleRow]


class BadLoginError(Exception):
    """A login cannot be let in as told; the message says why, without its password."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who works as which role."""

    role: str
    name: str
    password: str = field(repr=False)


def read_login(text: str) -> Login:
    """Read ``ROLE=FILE``. Raises :class:`BadLoginError`."""
    role, _, file = text.partition("=")
    if role not in LOGIN_ROLES or not file:
        raise BadLoginError(f"--login {text}: expected ROLE=FILE, with one of {', '.join(LOGIN_ROLES)}")
    try:
        parts = conninfo_to_dict(Path(file).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise BadLoginError(f"--login {text}: the file cannot be read: {error}") from None
    except psycopg.ProgrammingError:
        raise BadLoginError(
            f"--login {text}: the file holds no address like postgresql://USER:PASSWORD@HOST:5432/NAME"
        ) from None  # what the driver says repeats the address, and the password with it
    name, password = str(parts.get("user") or ""), str(parts.get("password") or "")
    if not name or not password:
        raise BadLoginError(f"--login {text}: the address in the file lacks a user or a password")
    if name in ROLES:
        raise BadLoginError(f"--login {text}: {name} is a role of the contract; name the login otherwise")
    return Login(role, name, password)


def let_in(dsn: str, logins: Sequence[Login]) -> None:
    """Make what is missing, set the passwords, grant the roles; doing it again changes nothing but the passwords.

    Raises :class:`BadLoginError`, or ``DatabaseUnreachableError``.
    """
    with open_database(dsn, STEP_SECONDS_MAX) as database:
        for login in logins:
            try:
                with database.deadline(), database.connection.transaction():
                    _let_in(database.connection, login)
            except errors.InsufficientPrivilege as error:
                raise BadLoginError(
                    f"This database user may not make or change the login {login.name} ({error.diag.message_primary}):"
                    " use one with CREATEROLE that may grant the contract's roles, or a superuser."
                ) from error


def _let_in(connection: Connection, login: Login) -> None:
    is_superuser = connection.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = %s", [login.name]
    ).fetchone()
    if is_superuser == (True,):
        raise BadLoginError(f"{login.name} is a superuser: give {login.role} a login of its own.")
    name = sql.Identifier(login.name)
    if is_superuser is None:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
    # Hashed here, so that the password itself stands in no log of the server.
    verifier = connection.pgconn.encrypt_password(
        login.password.encode(), login.name.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(verifier.decode()))
    )
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(login.role), name))
