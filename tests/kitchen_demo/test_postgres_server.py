"""The embedded PostgreSQL starts cold and warm, ends with its program, and guards its data."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest

from kitchen_demo import postgres_folder
from kitchen_demo.postgres_programs import PostgresUnavailable
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres
from tests.kitchen_demo.embedded_program import END_SECONDS_MAX, answer, child, is_gone, started, wait_until


def write_a_row(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.dsn()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")


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
        # Python's own trial file for a temporary folder may be caught in its short life; folders may not.
        assert [entry for entry in place.iterdir() if entry.is_dir()] == []


@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_what_is_not_durable_does_not_wait_for_the_disk(programs: Path, durable: bool, setting: str) -> None:
    with embedded_postgres(programs, durable=durable) as server:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert answer(server, f"SHOW {name}") == setting


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
