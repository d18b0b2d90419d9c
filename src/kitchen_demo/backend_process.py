"""The backend as processes of its own: one that sets it up, as the owner of the database, and one that serves."""

import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kitchen_demo.child_process import ChildProcess, ProcessFailed, free_port, outside_environment

SET_UP_SECONDS_MAX: Final = 60.0
SECRET_BYTES: Final = 32


class BackendProcess(ChildProcess):
    """``kitchen-backend serve``."""

    def __init__(self, dsn: str, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        told = {**_environment(dsn), **(environment or {})}
        super().__init__(["kitchen-backend", "serve", "--bind", self.address], told, log)

    def wait_until_healthy(self) -> None:
        """Return when ``/health`` says that orders can be taken. Raises :class:`ProcessFailed`."""
        self.wait_until(self._is_healthy)

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


def set_up_backend(owner_dsn: str, login: str, menu: Sequence[str], client: str) -> str:
    """Make the tables, let the login work on them, put the menu on sale; return a token for the client.

    Raises :class:`ProcessFailed`.
    """
    done = subprocess.run(
        [Path(sys.executable).with_name("kitchen-backend"), "set_up", "--login", login, "--client", client],
        env=_environment(owner_dsn),
        input="\n".join(menu),
        capture_output=True,
        text=True,
        check=False,
        timeout=SET_UP_SECONDS_MAX,
    )
    if done.returncode != 0:
        raise ProcessFailed(f"kitchen-backend set_up failed:\n{done.stderr.strip()}")
    return done.stdout.strip()


def _environment(dsn: str) -> dict[str, str]:
    return {
        **outside_environment("BACKEND_", "DJANGO_"),
        "DATABASE_URL": dsn,
        "BACKEND_SECRET_KEY": secrets.token_urlsafe(SECRET_BYTES),
        "BACKEND_REQUESTS_A_MINUTE": "100000",  # one simulated POS stands for all tills of the house
    }
