"""Database logins for the parts of the edge: each gets the one role of the contract it needs, and no more."""

import secrets
from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True)
class Login:
    """A role that can log in."""

    name: str
    password: str = field(repr=False)

    def dsn(self, dsn: str) -> str:
        """Return how this login connects to the database that ``dsn`` names."""
        return make_conninfo(dsn, user=self.name, password=self.password)


def create_login(connection: psycopg.Connection[TupleRow], role: str) -> Login:
    """Create a login in a role of the contract. The caller commits, and may administer the role."""
    login = Login(f"{role}_{secrets.token_hex(4)}", secrets.token_urlsafe(24))
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
            sql.Identifier(login.name), sql.Literal(login.password), sql.Identifier(role)
        )
    )
    return login


def drop_login(connection: psycopg.Connection[TupleRow], login: Login) -> None:
    """Drop a login and what it was granted in this database. The caller commits."""
    name = sql.Identifier(login.name)
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [login.name]
    )
    connection.execute(sql.SQL("DROP OWNED BY {}").format(name))
    connection.execute(sql.SQL("DROP ROLE {}").format(name))
