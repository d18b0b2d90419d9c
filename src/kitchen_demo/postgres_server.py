"""A PostgreSQL server of our own, as a supervised child process.

It listens on a Unix socket in a private folder only, ends with the program that started it (also when that is
killed), and a temporary one leaves nothing behind.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from urllib.parse import quote

from kitchen_demo.postgres_folder import (
    DataFolder,
    Hold,
    environment_for_postgres,
    forget_dead_server,
    hold,
    initialise,
    last_lines,
)
from kitchen_demo.postgres_programs import (
    Identity,
    PostgresUnavailable,
    Programs,
    identities_for,
    make_runnable,
)

START_SECONDS_MAX = 60  # a tenth of a second is usual; after an unclean stop the log is replayed first
START_POLL_SECONDS = 0.005
STOP_SECONDS_MAX = 10  # then the next harder way
READY_LINE = 8  # of postmaster.pid: the state of the server, since PostgreSQL 10

SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, so that nothing stays behind even after a kill
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "128MB",  # the data may lie in memory
}


class Stop(IntEnum):
    """How to stop the server, ever harder: the signal that PostgreSQL understands so."""

    FAST = signal.SIGINT  # disconnect everybody, write everything, end
    IMMEDIATE = signal.SIGQUIT  # end at once: the next start recovers as after a crash
    KILL = signal.SIGKILL


@contextmanager
def embedded_postgres(
    programs_folder: Path,
    *,
    data_root: Path | None = None,
    durable: bool,
    identities: Sequence[Identity] | None = None,
) -> Generator["EmbeddedPostgres", None, None]:
    """Run a server inside the ``with``. Raises :class:`PostgresUnavailable` when that cannot be.

    `data_root` keeps the data (in a folder named after the major version) for the next time; without it they are
    temporary. `durable=False` trades the safety of the data for speed. Enter it in the main thread, because the
    kernel ties the server's life to the thread that started it.
    """
    with tempfile.TemporaryDirectory(prefix="kitchen-postgres-") as private:
        scratch = Path(private)
        programs = make_runnable(programs_folder, identities or identities_for(os.geteuid()), scratch)
        # Short, because the path of a socket may have 107 bytes, and private, because whoever reaches it is trusted.
        socket_folder = scratch / "socket"
        socket_folder.mkdir(mode=0o700)
        os.chown(socket_folder, *programs.owner)
        folder = DataFolder(data_root or scratch, programs.major)
        server = EmbeddedPostgres(programs, folder, socket_folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class EmbeddedPostgres:
    """A server that :func:`embedded_postgres` made; it can be stopped and started again in between."""

    def __init__(self, programs: Programs, folder: DataFolder, socket_folder: Path, *, durable: bool) -> None:
        self.folder = folder
        self._programs = programs
        self._socket_folder = socket_folder
        self._durable = durable
        self._hold: Hold | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        """The process id of the server's first process, the postmaster."""
        return self._running().pid

    def dsn(self, database: str = "postgres") -> str:
        """How its superuser connects to that database; the same after a restart."""
        host = quote(str(self._socket_folder))
        return f"postgresql://postgres@/{quote(database)}?host={host}&port={SERVER_SETTINGS['port']}"

    def start(self) -> None:
        """Start it and wait until it takes connections; a server that was killed recovers first."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("An embedded PostgreSQL must be started from the main thread.")
        self._hold = hold(self.folder, self._programs)
        try:
            initialise(self._hold, self._programs, durable=self._durable)
            forget_dead_server(self.folder)
            self._process = self._spawn(self._hold)
            self._wait_until_ready()
        except BaseException:  # Ctrl-C too: whatever ends the start, no half-started server stays.
            self.stop(Stop.IMMEDIATE)
            raise

    def stop(self, how: Stop = Stop.FAST) -> None:
        """Stop it in that way, and harder when that takes too long. Stopping a stopped server does nothing."""
        if self._process is not None:
            for step in [step for step in Stop if step >= how]:
                self._process.send_signal(step)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(STOP_SECONDS_MAX)
                    break
            self._process = None
        if self._hold is not None:
            held, self._hold = self._hold, None
            held.release()

    def _spawn(self, held: Hold) -> subprocess.Popen[bytes]:
        settings = {**SERVER_SETTINGS, "unix_socket_directories": str(self._socket_folder)}
        if not self._durable:
            settings |= NOT_DURABLE_SETTINGS
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.folder.log.open("ab") as log:
            self._log_start = log.tell()
            return subprocess.Popen(
                self._programs.command("postgres", "-D", str(self.folder.data), *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment_for_postgres(),
                pass_fds=(held.server_descriptor,),
                start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the server when we are done
            )

    def _wait_until_ready(self) -> None:
        process = self._running()
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._is_ready(process.pid):
            if process.poll() is not None:
                raise PostgresUnavailable(f"PostgreSQL did not start:\n{self._logged()}")
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"PostgreSQL was not ready after {START_SECONDS_MAX} seconds:\n{self._logged()}"
                )
            time.sleep(START_POLL_SECONDS)

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = self.folder.pid_file.read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= READY_LINE and lines[0] == str(pid) and lines[READY_LINE - 1].strip() == "ready"

    def _logged(self) -> str:
        with self.folder.log.open("rb") as log:
            log.seek(self._log_start)
            return f"{last_lines(log.read().decode(errors='replace'))}\n(all of it is in {self.folder.log})"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("The embedded PostgreSQL is not running.")
        return self._process
