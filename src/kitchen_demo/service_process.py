"""The Kitchen Printer Service as a process of its own, the way an edge server runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 20.0
ASK_EVERY_SECONDS: Final = 0.02


class ServiceFailed(Exception):
    """The service did not start, or ended by itself; the message holds the end of its log."""


class ServiceProcess:
    """``kitchen-printer run`` with its log in a file. Start it anew as often as you like.

    Its temporary files go beside the log: python-escpos makes some at every start and never removes them.
    """

    def __init__(self, dsn: str, log: Path, environment: Mapping[str, str] | None = None) -> None:
        self.health_address = f"127.0.0.1:{free_port()}"
        self.log = log
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KITCHEN_")},
            "DATABASE_URL": dsn,
            "TMPDIR": str(log.parent),
            "KITCHEN_HEALTH_PORT": self.health_address.rpartition(":")[2],
            **(environment or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id. Raises :class:`ServiceFailed` when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise ServiceFailed(f"the service does not run; its log ends:\n{self.log_end()}")
        return self._process.pid

    def start(self) -> None:
        """Start the process and return at once."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("kitchen-printer"), "run"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until_healthy(self) -> None:
        """Return when ``/health`` says that the service can work. Raises :class:`ServiceFailed`."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.pid  # noqa: S101  # raises when it has ended
            status, _ = self.health()
            if status == 200:
                return
            time.sleep(ASK_EVERY_SECONDS)
        raise ServiceFailed(f"the service is not healthy after {START_SECONDS_MAX:.0f} s:\n{self.log_end()}")

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and the body of ``/health``; 0 and nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://{self.health_address}/health", timeout=2) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def stop(self) -> int:
        """Ask for an orderly stop and return the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it the way a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(how)
        try:
            code = self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait(STOP_SECONDS_MAX)
        self._process = None
        return code

    def log_end(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
