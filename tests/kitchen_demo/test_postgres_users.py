"""The embedded PostgreSQL runs for root and for a plain user, and nobody else reaches it."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from kitchen_demo.postgres_programs import Identity, PostgresUnavailable
from kitchen_demo.postgres_server import embedded_postgres
from tests.kitchen_demo.embedded_program import CHILD, END_SECONDS_MAX, SOURCES, answer, child, started

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def test_only_the_owner_reaches_it_and_only_through_its_socket(programs: Path) -> None:
    with embedded_postgres(programs, durable=False) as server:
        assert answer(server, "SHOW listen_addresses") == ""
        folder = Path(str(answer(server, "SHOW unix_socket_directories")))
        assert folder.stat().st_mode & 0o077 == 0


@needs_root
def test_as_root_without_namespaces_it_runs_as_nobody(programs: Path, place: Path) -> None:
    for word in ("first", "second"):
        with embedded_postgres(
            programs, data_root=place, durable=False, identities=[Identity.NOBODY]
        ) as server:
            owner = Path(f"/proc/{server.pid}").stat().st_uid
            assert owner == server.folder.data.stat().st_uid != 0
            assert answer(server, f"SELECT '{word}'") == word


@needs_root
def test_programs_that_nobody_cannot_reach_are_copied(programs: Path, tmp_path: Path) -> None:
    site = programs.parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / part, tmp_path / part)
    tmp_path.chmod(0o700)
    hidden = tmp_path / programs.relative_to(site)
    with embedded_postgres(hidden, durable=False, identities=[Identity.NOBODY]) as server:
        program = Path(f"/proc/{server.pid}/exe").readlink()
        assert server.folder.root in program.parents
        assert answer(server, "SELECT 1") == 1


@needs_root
def test_data_of_another_user_are_left_alone(programs: Path, place: Path) -> None:
    with embedded_postgres(programs, data_root=place, durable=False, identities=[Identity.NOBODY]):
        pass
    with (
        pytest.raises(PostgresUnavailable, match="run this as its owner, or choose another data folder"),
        embedded_postgres(programs, data_root=place, durable=False, identities=[Identity.NAMESPACE]),
    ):
        pass


@needs_root
def test_a_plain_user_runs_it_as_itself(programs: Path, place: Path) -> None:
    """From copies, because the checkout and pytest's folders may be closed to others."""
    shutil.copytree(SOURCES / "kitchen_demo", place / "src" / "kitchen_demo")
    shutil.copy(CHILD, place)
    site = programs.parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / part, place / part)
    data_root = place / "data of nobody"
    data_root.mkdir()
    shutil.chown(data_root, "nobody")
    for _ in ("cold", "warm"):
        with child(
            place / programs.relative_to(site),
            data_root,
            python=python_for("nobody"),
            script=place / CHILD.name,
            user="nobody",
            PYTHONPATH=str(place / "src"),
            TMPDIR=str(data_root),
        ) as program:
            pid, dsn = started(program)
            assert Path(f"/proc/{pid}").owner() == "nobody"
            with psycopg.connect(dsn) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            assert program.stdin is not None
            program.stdin.close()
            assert program.wait(END_SECONDS_MAX) == 0


def python_for(user: str) -> str:
    """A Python, this one or the system's, that the user can run; root's own is often closed to others."""
    for python in (str(Path(sys.executable).resolve()), "/usr/bin/python3", "/usr/local/bin/python3"):
        new_enough = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            if subprocess.run(new_enough, user=user, extra_groups=[], cwd="/", check=False).returncode == 0:
                return python
    pytest.skip(f"no Python 3.11 on this machine can be run by user {user}")
