"""The data of one embedded PostgreSQL on disk: ``ROOT/MAJOR/{data, server.log, *.lock}``.

Two locks, because two things can hold the data: the program that manages it (`manager.lock`, never inherited) and
the server itself (`server.lock`, inherited by every PostgreSQL process, so it is free only when all have gone, also
after the manager was killed). Who holds both may trust that what lies in the folder is nobody else's.
"""

import fcntl
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from kitchen_demo.postgres_programs import PostgresUnavailable, Programs

ORPHAN_SECONDS_MAX = 30  # a server whose manager was killed writes its checkpoint before it goes
ORPHAN_POLL_SECONDS = 0.02
INITDB_SECONDS_MAX = 120  # half a second is usual; slow disks sync slowly
PID_BYTES_MAX = 20
REPORT_LINES = 5


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths below a data root, for one major version: another version never sees the files of this one."""

    root: Path
    major: int

    @property
    def version_folder(self) -> Path:
        return self.root / str(self.major)

    @property
    def data(self) -> Path:
        return self.version_folder / "data"

    @property
    def log(self) -> Path:
        return self.version_folder / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"


@dataclass(frozen=True, slots=True)
class Hold:
    """Both locks, held. Every PostgreSQL process must inherit `server_descriptor`."""

    folder: DataFolder
    manager_descriptor: int
    server_descriptor: int

    def release(self) -> None:
        """Let go of the folder once every process of the server has gone. Call when its first process has ended."""
        try:
            os.close(self.server_descriptor)
            os.close(lock_server(self.folder))
        finally:
            os.close(self.manager_descriptor)


def hold(folder: DataFolder, programs: Programs) -> Hold:
    """Make the folder if it is missing and lock it, waiting for a server that is going down, for nobody else."""
    try:
        make_version_folder(folder, programs)
        manager = os.open(folder.version_folder / "manager.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise PostgresUnavailable(f"The data folder cannot be used: {error}.") from error
    try:
        if not try_lock(manager):
            holder = os.pread(manager, PID_BYTES_MAX, 0).decode()
            raise PostgresUnavailable(
                f"The data in {folder.version_folder} is in use by process {holder}: "
                "stop that program first, or choose another data folder."
            )
        os.truncate(manager, 0)
        os.pwrite(manager, str(os.getpid()).encode(), 0)
        return Hold(folder, manager, lock_server(folder))
    except BaseException:  # Ctrl-C too: whatever ends the attempt, the lock must not outlive it.
        os.close(manager)
        raise


def lock_server(folder: DataFolder) -> int:
    descriptor = os.open(folder.version_folder / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + ORPHAN_SECONDS_MAX
    while not try_lock(descriptor):
        if time.monotonic() > deadline:
            os.close(descriptor)
            raise PostgresUnavailable(
                f"A PostgreSQL server that outlived its program still works on {folder.data} "
                f"after {ORPHAN_SECONDS_MAX} seconds: end it (its process id is in {folder.pid_file}), then try again."
            )
        time.sleep(ORPHAN_POLL_SECONDS)
    return descriptor


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_version_folder(folder: DataFolder, programs: Programs) -> None:
    user, group = programs.owner
    if not folder.version_folder.exists():
        folder.version_folder.mkdir(mode=0o700, parents=True)
        os.chown(folder.version_folder, user, group)
    owner = folder.version_folder.stat().st_uid
    if owner != user:
        raise PostgresUnavailable(
            f"{folder.version_folder} belongs to user {owner}, and PostgreSQL would run as user {user}: "
            "run this as its owner, or choose another data folder."
        )


def initialise(held: Hold, programs: Programs, *, durable: bool) -> None:
    """Run `initdb` unless it was done before.

    It works beside the final place and is moved there when complete: a data folder that exists is whole.
    """
    folder = held.folder
    if folder.data.exists():
        return
    unfinished = folder.version_folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=not unfinished.exists())
    # Only the private socket is ever listened on, and who reaches it is this user already.
    options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    options += ["--locale=C.UTF-8", f"--pgdata={unfinished}", *([] if durable else ["--no-sync"])]
    try:
        done = subprocess.run(
            programs.command("initdb", *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/",
            env=environment_for_postgres(),
            pass_fds=(held.server_descriptor,),
            timeout=INITDB_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PostgresUnavailable(
            f"initdb did not finish within {INITDB_SECONDS_MAX} seconds: is the disk of {folder.root} working?"
        ) from None
    if done.returncode != 0:
        raise PostgresUnavailable(f"initdb could not make {folder.data}:\n{last_lines(done.stdout)}")
    unfinished.rename(folder.data)


def forget_dead_server(folder: DataFolder) -> None:
    """Remove a `postmaster.pid` whose process is gone or is another program. Call while holding the folder.

    PostgreSQL judges the file by whether the process id exists, and after a restart of the machine (above all of a
    container) the number often belongs to something else. We know more: no server of ours can be alive.
    """
    try:
        pid = int(folder.pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    try:
        works_on = Path(f"/proc/{pid}/cwd").readlink()
    except FileNotFoundError:
        folder.pid_file.unlink()
    except PermissionError:
        return  # another user's process: PostgreSQL decides
    else:
        if works_on != folder.data.resolve():
            folder.pid_file.unlink()


def environment_for_postgres() -> dict[str, str]:
    """Ours without libpq's variables: a PGDATA or PGPORT of the user must not reach the server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-REPORT_LINES:])
