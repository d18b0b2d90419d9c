"""A program of the edge as a process of its own, with its log in a file."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 20.0
ASK_EVERY_SECONDS: Final = 0.02


class ProcessFailed(Exception):
    """A program did not start, or ended by itself; the message holds the end of its log."""


class ChildProcess:
    """One of our commands, from the folder of this Python or another. Start it anew as often as you like."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        programs: Path | None = None,
    ) -> None:
        self.log = log
        self._programs = programs or Path(sys.executable).parent
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self._command[0]

    @property
    def pid(self) -> int:
        """The process id. Raises :class:`ProcessFailed` when it does not run."""
        if self._process is None or self._process.poll() is not None:
            raise ProcessFailed(f"{self.name} does not run; its log ends:\n{self.log_end()}")
        return self._process.pid

    def start(self) -> None:
        """Start the process and return at once."""
        program, *arguments = self._command
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / program, *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Return when it is ready. Raises :class:`ProcessFailed`."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.pid  # noqa: S101  # raises when it has ended
            if is_ready():
                return
            time.sleep(ASK_EVERY_SECONDS)
        raise ProcessFailed(
            f"{self.name} is not ready after {START_SECONDS_MAX:.0f} s; its log ends:\n{self.log_end()}"
        )

    def stop(self) -> int:
        """Ask for an orderly stop and return the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it the way a power cut does."""
        self._end(signal.SIGKILL)

    def log_end(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

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


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def outside_environment(*prefixes: str) -> dict[str, str]:
    """Return our own environment without the variables that begin so: what a program is told, we tell it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
