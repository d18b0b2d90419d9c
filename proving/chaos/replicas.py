"""The services of a campaign: real processes that are started, killed, frozen and asked how they are."""

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from kitchen_demo.child_process import free_port, outside_environment
from proving.chaos.failpoints import Plan
from proving.chaos.network import Place

ROOT: Final = Path(__file__).resolve().parents[2]
READY_SECONDS: Final = 60.0
END_SECONDS: Final = 25.0
HEALTH_SECONDS: Final = 1.0
HEALTH_PORT: Final = 9100


class NurseryDied(Exception):
    """The process that makes services has ended; the message is its last line."""


class Nursery:
    """Our end of the line to ``proving.chaos.nursery``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._bearing = asyncio.Lock()
        self._reading = asyncio.create_task(self._read())

    async def bear(self, environment: Mapping[str, str], log: Path, plan: Plan | None) -> int:
        """Start a service; return its process id."""
        async with self._bearing:
            return await self._bear(environment, log, plan)

    async def _bear(self, environment: Mapping[str, str], log: Path, plan: Plan | None) -> int:
        told = {"environment": dict(environment), "log": str(log), "plan": asdict(plan) if plan else None}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(READY_SECONDS):
            return await self._born.get()

    async def end_of(self, pid: int) -> int:
        """Return the exit code of a service, once it has ended: negative for the signal that ended it."""
        return await asyncio.shield(self._ends[pid])

    async def close(self) -> None:
        """End the nursery, and with it every service."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "ended" in said:
                self._ends[said["pid"]].set_result(said["ended"])
            elif "pid" in said:
                self._ends[said["pid"]] = asyncio.get_running_loop().create_future()
                self._born.put_nowait(said["pid"])
            else:
                self._born.put_nowait(said["ready"])

    async def wait_until_ready(self) -> None:
        """Return when it has loaded the service. Raises :class:`NurseryDied`."""
        ended = asyncio.create_task(self._process.wait())
        ready = asyncio.create_task(self._born.get())
        await asyncio.wait((ended, ready), timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not ready.done():
            ready.cancel()
            raise NurseryDied(f"no service could be loaded: exit code {self._process.returncode}")


@asynccontextmanager
async def nursery(scratch: Path, prefix: tuple[str, ...] = ()) -> AsyncGenerator[Nursery, None]:
    """Run a nursery inside the ``with``; ``prefix`` is put before its command."""
    environment = {**outside_environment("KITCHEN_", "DATABASE_"), "TMPDIR": str(scratch)}
    process = await asyncio.create_subprocess_exec(
        *prefix,
        *(sys.executable, "-m", "proving.chaos.nursery"),
        cwd=ROOT,
        env={**environment, "ESCPOS_CAPABILITIES_PICKLE_DIR": str(scratch)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    running = Nursery(process)
    try:
        await running.wait_until_ready()
        yield running
    finally:
        await running.close()


@dataclass(frozen=True, slots=True)
class End:
    """How one service ended, and what was planned for it."""

    code: int
    plan: Plan | None

    @property
    def was_wanted(self) -> bool:
        """Whether somebody ended it: nobody else may. One that was told to stop before it began just ends."""
        return self.code in (0, -signal.SIGKILL, -signal.SIGTERM)

    @property
    def is_killed(self) -> bool:
        """Whether it was ended with SIGKILL."""
        return self.code == -signal.SIGKILL


class Replica:
    """A place in which one service runs at a time."""

    def __init__(
        self, born_in: Nursery, place: Place, dsn: str, log: Path, settings: Mapping[str, str]
    ) -> None:
        self.place = place
        self.log = log
        self.kills = 0
        self.starts = 0
        self.is_frozen = False
        self.ends: list[End] = []
        """How services ended here; whoever reads it may empty it."""

        self._nursery = born_in
        self._port = HEALTH_PORT if place.cable else free_port()
        self._pid: int | None = None
        self._life: asyncio.Task[int] | None = None
        self._starting = asyncio.Lock()
        self._environment = {
            **outside_environment("KITCHEN_", "DATABASE_"),
            **settings,
            "DATABASE_URL": dsn,
            "TMPDIR": str(log.parent),
            "ESCPOS_CAPABILITIES_PICKLE_DIR": str(log.parent),
            "KITCHEN_HEALTH_HOST": place.host,
            "KITCHEN_HEALTH_PORT": str(self._port),
        }

    @property
    def pid(self) -> int | None:
        """The process id of the service that runs; None when none does."""
        return self._pid if self._life is not None and not self._life.done() else None

    async def start(self, plan: Plan | None = None) -> None:
        """Start a service here unless one runs."""
        async with self._starting:
            if self.pid is None:
                self.is_frozen = False
                self.starts += 1
                self._pid = await self._nursery.bear(self._environment, self.log, plan)
                self._life = asyncio.create_task(self._lived(self._pid, plan))

    async def _lived(self, pid: int, plan: Plan | None) -> int:
        code = await self._nursery.end_of(pid)
        end = End(code, plan)
        self.kills += end.is_killed
        self.ends.append(end)
        return code

    async def kill(self) -> bool:
        """End it the way a power cut does; return whether there was one to end."""
        pid, life = self.pid, self._life
        if pid is None or life is None:
            return False
        _send(pid, signal.SIGKILL)
        return await asyncio.shield(life) == -signal.SIGKILL

    async def ended(self) -> End:
        """Return how the service ended that runs here, once it has."""
        assert self._life is not None
        await asyncio.shield(self._life)
        return self.ends[-1]

    async def stop(self) -> int | None:
        """Ask it to stop; return its exit code, None when none ran. One that does not end is killed."""
        pid, life = self.pid, self._life
        if pid is None or life is None:
            return None
        self.thaw()
        _send(pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(END_SECONDS):
                return await asyncio.shield(life)
        except TimeoutError:
            _send(pid, signal.SIGKILL)
            return await asyncio.shield(life)

    def freeze(self) -> None:
        """Stop it where it is."""
        if self.pid is not None:
            _send(self.pid, signal.SIGSTOP)
            self.is_frozen = True

    def thaw(self) -> None:
        """Let it go on."""
        if self.pid is not None and self.is_frozen:
            _send(self.pid, signal.SIGCONT)
        self.is_frozen = False

    async def get(self, path: str) -> str | None:
        """Return a page of its health port; None when it does not answer."""
        return await asyncio.to_thread(_get, f"http://{self.place.host}:{self._port}{path}")

    @property
    def health_address(self) -> str:
        """Where its health port is."""
        return f"{self.place.host}:{self._port}"


def _send(pid: int, number: signal.Signals) -> None:
    """Signal a service; one that has ended a moment ago is not told."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _get(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=HEALTH_SECONDS) as answer:  # noqa: S310
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.read().decode())
    except (OSError, ValueError):
        return None
