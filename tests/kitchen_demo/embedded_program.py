"""A program that runs an embedded PostgreSQL (embedded_child.py), for tests to watch and to kill."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from kitchen_demo.postgres_server import EmbeddedPostgres

CHILD = Path(__file__).with_name("embedded_child.py")
SOURCES = Path(__file__).resolve().parents[2] / "src"
END_SECONDS_MAX = 20


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


def started(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait until the child's server is up; gives its process id and DSN."""
    assert process.stdout is not None
    assert process.stdout.readline() == "starting\n"
    pid, dsn = process.stdout.readline().split()
    return int(pid), dsn


def answer(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.dsn()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


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
