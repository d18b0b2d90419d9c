"""Places inside the service at which something can be made to happen, in a process that is forked for a campaign.

The product knows nothing of them: a point wraps one of its functions before the service starts. A point whose function
was renamed cannot be armed, and a test arms them all.
"""

import asyncio
import inspect
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Final

HANG_SECONDS: Final = 5.0
STANDARD_ERROR: Final = 2
REACHED: Final = "point reached: "


class Mishap(StrEnum):
    """What happens at a point."""

    KILL = "kill"
    RAISE = "exception"
    HANG = "hang"
    CUT = "database line cut"


class PointReached(RuntimeError):
    """The exception that a point raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen at which passage of which point."""

    point: str
    mishap: Mishap
    passage: int = 1


_DATABASE: Final = "kitchen_printer.database.connection:Database"
_ATTEMPT: Final = "kitchen_printer.service.attempt"
_LEASES: Final = "kitchen_printer.service.leases"
_LINE: Final = "kitchen_printer.printers.connection:Line"
_DELIVERY: Final = "kitchen_printer.decisions.delivery:Delivery"
_LEDGER: Final = "kitchen_printer.service.ledger"

POINTS: Final[dict[str, tuple[str, str]]] = {
    "schema checked": (f"{_DATABASE}.check_schema", "after"),
    "heartbeat due": (f"{_LEASES}:send_heartbeat", "before"),
    "heartbeat sent": (f"{_LEASES}:send_heartbeat", "after"),
    "lanes wanted": (f"{_LEASES}:take_free_lanes", "before"),
    "lanes taken": (f"{_LEASES}:take_free_lanes", "after"),
    "looked around": ("kitchen_printer.service.dispatcher:look_around", "after"),
    "expanding": ("kitchen_printer.service.dispatcher:expand_new_tickets", "before"),
    "expanded": ("kitchen_printer.service.dispatcher:expand_new_tickets", "after"),
    "uncommitted": (f"{_DATABASE}.transaction", "inside"),
    "connecting": ("asyncio:open_connection", "before"),
    "connected": ("asyncio:open_connection", "after"),
    "writing": (f"{_LEDGER}:write", "before"),
    "written": (f"{_LEDGER}:write", "after"),
    "rendering": (f"{_ATTEMPT}:render", "before"),
    "rendered": (f"{_ATTEMPT}:render", "after"),
    "handing over": (f"{_DELIVERY}.start", "before"),
    "handed over": (f"{_DELIVERY}.start", "after"),
    "sending": (f"{_LINE}.send", "before"),
    "sent": (f"{_LINE}.send", "after"),
    "hearing": (f"{_LINE}.hear", "before"),
    "answer came": (f"{_DELIVERY}.received", "before"),
    "answer understood": (f"{_DELIVERY}.received", "after"),
    "hanging up": (f"{_LINE}.close", "before"),
    "hung up": (f"{_LINE}.close", "after"),
    "recording": (f"{_LEDGER}:Ledger.record", "after"),
    "settling": (f"{_LEDGER}:Ledger.settle", "before"),
    "settled": (f"{_LEDGER}:Ledger.settle", "after"),
    "asking in doubt": ("kitchen_printer.service.settle_doubt:ask_afterwards", "before"),
    "asked in doubt": ("kitchen_printer.service.settle_doubt:ask_afterwards", "after"),
    "asking for the dead": ("kitchen_printer.service.settle_abandoned:ask_afterwards", "before"),
    "asked for the dead": ("kitchen_printer.service.settle_abandoned:ask_afterwards", "after"),
}
"""Name of the point: the function, and whether it lies before it, after it, or inside it (before a commit)."""


def arm(plan: Plan) -> None:
    """Let it happen, once, in this process. Raises ``KeyError``, ``ImportError`` or ``AttributeError``."""
    target, where = POINTS[plan.point]
    module_name, _, path = target.partition(":")
    owner: Any = import_module(module_name)
    *holders, name = path.split(".")
    for holder in holders:
        owner = getattr(owner, holder)
    original = getattr(owner, name)
    setattr(owner, name, _wrapped(original, _Point(plan), where))


class _Point:
    """Counts passages; at the planned one it does what was planned."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._left = plan.passage

    def _is_due(self) -> bool:
        self._left -= 1
        return self._left == 0

    async def passed(self) -> None:
        if not self._is_due():
            return
        _say(self._plan)
        if self._plan.mishap is Mishap.HANG:
            await asyncio.sleep(HANG_SECONDS)
        else:
            _strike(self._plan.mishap)

    def passed_at_once(self) -> None:
        if not self._is_due():
            return
        _say(self._plan)
        if self._plan.mishap is Mishap.HANG:
            time.sleep(HANG_SECONDS)  # The whole process hangs: that is what a function without await can do.
        else:
            _strike(self._plan.mishap)


def _say(plan: Plan) -> None:
    """Leave word on standard error before anything happens: whoever reads the log knows that the point was passed."""
    os.write(STANDARD_ERROR, f"{REACHED}{plan.mishap} at {plan.point}\n".encode())


def points_reached(log: Path) -> Counter[Mishap]:
    """Count in a service's log which mishaps came to happen."""
    found: Counter[Mishap] = Counter()
    if log.exists():
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(REACHED):
                found[Mishap(line.removeprefix(REACHED).partition(" at ")[0])] += 1
    return found


def _strike(mishap: Mishap) -> None:
    if mishap is Mishap.KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    elif mishap is Mishap.RAISE:
        raise PointReached("made to fail here")
    else:
        cut_database_lines()


def _wrapped(original: Callable[..., Any], point: _Point, where: str) -> Callable[..., Any]:
    if where == "inside":
        return _wrapped_inside(original, point)
    if not inspect.iscoroutinefunction(original):

        def plain(*args: Any, **kwargs: Any) -> Any:
            if where == "before":
                point.passed_at_once()
            result = original(*args, **kwargs)
            if where == "after":
                point.passed_at_once()
            return result

        return plain

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        if where == "before":
            await point.passed()
        result = await original(*args, **kwargs)
        if where == "after":
            await point.passed()
        return result

    return awaited


def _wrapped_inside(original: Callable[..., Any], point: _Point) -> Callable[..., Any]:
    @asynccontextmanager
    async def inside(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        async with original(*args, **kwargs) as entered:
            yield entered
            await point.passed()

    return inside


def cut_database_lines() -> None:
    """Break every connection of this process that goes over a Unix socket: here, those are the database's."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            with socket.socket(fileno=os.dup(int(entry.name))) as line:
                if line.family == socket.AF_UNIX and line.getpeername():
                    line.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue  # No socket, or none that is connected.
