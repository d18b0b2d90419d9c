"""Two PostgreSQL servers of our own, one following the other: to kill, freeze and swap them."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psycopg

from kitchen_demo.postgres_folder import DataFolder, environment_for_postgres, make_version_folder
from kitchen_demo.postgres_programs import Programs, find_programs_folder, identities_for, make_runnable
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop

COPY_SECONDS_MAX: Final = 60.0
WAIT_SECONDS_MAX: Final = 30.0
ASK_EVERY_SECONDS: Final = 0.02
PORT: Final = "5432"


class Node:
    """One of the two. Its socket lies in a folder of its own, which is its host in a connection string."""

    def __init__(self, name: str, folder: Path, programs: Programs) -> None:
        self.name = name
        self.socket = folder / name
        self.socket.mkdir(mode=0o700)
        os.chown(self.socket, *programs.owner)
        self._programs = programs
        self._folder = DataFolder(folder / f"{name}-data", programs.major)
        self.server = EmbeddedPostgres(programs, self._folder, self.socket, durable=True)

    def execute(self, *statements: str) -> None:
        """Run statements as superuser, each by itself."""
        with self._connect() as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def is_true(self, question: str) -> bool:
        """Ask the server a question; a server that does not answer says no."""
        with suppress(psycopg.OperationalError), self._connect() as connection:
            return connection.execute(question.encode()).fetchone() == (True,)
        return False

    def _connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.server.dsn(), autocommit=True, connect_timeout=2)

    def follow(self, other: "Node") -> None:
        """Become the other's standby, from a fresh copy of it."""
        make_version_folder(self._folder, self._programs)
        subprocess.run(
            self._programs.command(
                "pg_basebackup",
                *("-D", str(self._folder.data), "-h", str(other.socket), "-p", PORT, "-U", "postgres"),
                *("-X", "stream", "-c", "fast", "--no-sync"),
            ),
            env=environment_for_postgres(),
            cwd="/",
            check=True,
            capture_output=True,
            timeout=COPY_SECONDS_MAX,
        )
        with (self._folder.data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"primary_conninfo = '{_conninfo(other, self)}'\n")
        (self._folder.data / "standby.signal").touch()
        self.server.start()

    def lag_behind(self) -> None:
        """As a standby, hear nothing more of the primary: what it commits from now on is not here."""
        self.execute("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        _wait_until(lambda: self.is_true("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)"))

    def promote(self) -> None:
        """Become the primary, alone: commits wait for nobody."""
        self.execute(
            "ALTER SYSTEM SET synchronous_standby_names = ''",
            "SELECT pg_reload_conf()",
            "SELECT pg_promote(true, 30)",
        )

    def kill(self) -> None:
        """End all of its processes at once, as when the machine dies."""
        self._signal(signal.SIGKILL)
        self.server.stop(Stop.KILL)

    def freeze(self) -> None:
        """Stop all of its processes where they are, as when the machine hangs: connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        for pid in family(self.server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


class Pair:
    """A primary ``a`` and its standby ``b``."""

    def __init__(self, a: Node, b: Node) -> None:
        self.a = a
        self.b = b

    @property
    def dsn(self) -> str:
        """How a superuser connects to whichever takes writes."""
        return (
            f"host={self.a.socket},{self.b.socket} port={PORT},{PORT} user=postgres dbname=postgres"
            " target_session_attrs=read-write connect_timeout=3"
        )

    def wait_until_equal(self) -> None:
        """Return when the standby has everything that the primary has committed."""
        with psycopg.connect(self.a.server.dsn()) as connection:
            row = connection.execute("SELECT pg_current_wal_flush_lsn()::text").fetchone()
        assert row is not None
        _wait_until(lambda: self.b.is_true(f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'"))


@contextmanager
def running_pair(*, synchronous: bool, place: Path | None = None) -> Generator[Pair, None, None]:
    """Run a pair inside the ``with``; ``synchronous`` lets each commit wait until both have it.

    Its data lie in a folder in ``place``, or where temporary files do.
    """
    with tempfile.TemporaryDirectory(prefix="kitchen-pair-", dir=place) as private:
        folder = Path(private)
        programs = make_runnable(find_programs_folder(os.environ), identities_for(os.geteuid()), folder)
        a, b = Node("a", folder, programs), Node("b", folder, programs)
        try:
            a.server.start()
            a.execute(
                "ALTER SYSTEM SET wal_keep_size = '256MB'",
                "ALTER SYSTEM SET wal_retrieve_retry_interval = '500ms'",
                "SELECT pg_reload_conf()",
            )
            b.follow(a)
            if synchronous:
                a.execute(
                    "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (a, b)'", "SELECT pg_reload_conf()"
                )
                _wait_until(
                    lambda: a.is_true(
                        "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'quorum')"
                    )
                )
            yield Pair(a, b)
        finally:
            for node in (b, a):
                with suppress(RuntimeError):  # It does not run.
                    node.thaw()
                node.server.stop(Stop.IMMEDIATE)


def _conninfo(primary: Node, standby: Node) -> str:
    return f"host={primary.socket} port={PORT} user=postgres application_name={standby.name}"


def family(pid: int) -> list[int]:
    """Return a process and its children: those of PostgreSQL and of gunicorn have none of their own."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
    return found


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("the pair did not get there")
        time.sleep(ASK_EVERY_SECONDS)
