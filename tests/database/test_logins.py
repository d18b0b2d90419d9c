"""Logins are made and kept in step with the addresses that programs will use."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from kitchen_printer.database.logins import BadLoginError, Login, let_in, read_login


@pytest.fixture
def name(database: str) -> Iterator[str]:
    """A login's name that is free, and free again afterwards: logins belong to the whole server."""
    chosen = f"printing_{uuid4().hex[:8]}"
    yield chosen
    with psycopg.connect(database) as connection:
        connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(chosen)))


def answers(database: str, name: str) -> dict[str, object]:
    with psycopg.connect(database) as connection:
        row = connection.execute(
            """
            SELECT rolcanlogin, rolsuper, rolcreaterole, rolpassword LIKE 'SCRAM-SHA-256$%%',
                   ARRAY(SELECT roleid::regrole::text FROM pg_auth_members m WHERE m.member = a.oid)
              FROM pg_authid a WHERE rolname = %s
            """,
            [name],
        ).fetchone()
    assert row is not None
    return dict(zip(("login", "superuser", "makes_roles", "hashed", "roles"), row, strict=True))


def test_a_login_is_made_with_its_one_role_and_a_hashed_password(database: str, name: str) -> None:
    let_in(database, [Login("kitchen_service", name, "p w/d")])
    assert answers(database, name) == {
        "login": True, "superuser": False, "makes_roles": False, "hashed": True, "roles": ["kitchen_service"],
    }  # fmt: skip


def test_doing_it_again_changes_the_password_and_nothing_else(database: str, name: str) -> None:
    let_in(database, [Login("kitchen_service", name, "old")])
    let_in(database, [Login("kitchen_service", name, "new")])
    assert answers(database, name)["roles"] == ["kitchen_service"]
    with psycopg.connect(make_conninfo(database, user=name, password="new")) as connection:
        assert connection.execute("SELECT count(*) FROM kitchen_tickets").fetchone() == (0,)


def test_a_superuser_is_never_made_a_login_of_the_service(database: str, name: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER").format(sql.Identifier(name)))
    with pytest.raises(
        BadLoginError, match=f"{name} is a superuser: give kitchen_service a login of its own"
    ):
        let_in(database, [Login("kitchen_service", name, "x")])


def test_who_may_not_make_logins_is_told_who_may(database: str, name: str) -> None:
    let_in(database, [Login("kitchen_service", name, "x")])
    with pytest.raises(BadLoginError, match="use one with CREATEROLE"):
        let_in(make_conninfo(database, user=name, password="x"), [Login("kitchen_reader", f"{name}2", "y")])


@pytest.mark.parametrize(
    ("role", "content", "problem"),
    [
        ("kitchen_owner", "postgresql://a:b@c/d", "expected ROLE=FILE, with one of kitchen_backend"),
        ("kitchen_service", "postgresql://a@c/d", "lacks a user or a password"),
        ("kitchen_service", "postgresql://:b@c/d", "lacks a user or a password"),
        ("kitchen_service", "postgresql://a:s3cret@[c/d", "holds no address like"),
        ("kitchen_service", "postgresql://kitchen_owner:s3cret@c/d", "is a role of the contract"),
        ("kitchen_service", None, "the file cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_without_its_password(
    tmp_path: Path, role: str, content: str | None, problem: str
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadLoginError, match=problem) as refused:
        read_login(f"{role}={file}")
    assert "s3cret" not in str(refused.value)


def test_a_password_is_shown_by_no_login(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://printing:s3cret@postgres:5432/kitchen\n")
    login = read_login(f"kitchen_service={tmp_path / 'url'}")
    assert (login.name, login.password) == ("printing", "s3cret")
    assert "s3cret" not in repr(login)
