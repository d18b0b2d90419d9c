"""Virtual time: an event loop that never waits, and processes in it that can be stopped, resumed and killed.

The service runs in it as it is: every callback and timer carries the process that began it in its context. What
belongs to a process that is stopped stays where it is until the process is resumed, as after SIGSTOP; what belongs
to one that was killed happens at the end of the world, when nothing can be felt of it any more.
"""

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from enum import Enum


class Standing(Enum):
    """How a process stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    KILLED = "killed"


class NothingHappensError(Exception):
    """Nobody waits for a moment: time would stand still for ever."""


class Process:
    """One program among others: what it does happens only while it runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.standing = Standing.RUNNING
        self._kept: list[tuple[asyncio.Handle, Callable[..., object], tuple[object, ...], Context]] = []

    def context(self) -> Context:
        """Return a context in which everything begun is this process's."""
        context = copy_context()
        context.run(_PROCESS.set, self)
        return context

    def stop(self) -> None:
        """Let it stand still."""
        if self.standing is Standing.RUNNING:
            self.standing = Standing.STOPPED

    def resume(self, loop: "VirtualLoop") -> None:
        """Let it go on: all that came due meanwhile happens now, in its order."""
        if self.standing is not Standing.STOPPED:
            return
        self.standing = Standing.RUNNING
        kept, self._kept = self._kept, []
        for handle, callback, arguments, context in kept:
            loop.call_soon(_unless_cancelled, handle, callback, arguments, context=context)

    def kill(self) -> None:
        """End it between two of its instructions. Nothing of it runs any more, no cleanup either."""
        self.standing = Standing.KILLED

    def bury(self, loop: "VirtualLoop") -> None:
        """At the end of the world, let what is left of it be cleaned up."""
        self.standing = Standing.STOPPED
        self.resume(loop)

    def keep(
        self,
        handle: asyncio.Handle,
        callback: Callable[..., object],
        arguments: tuple[object, ...],
        context: Context,
    ) -> None:
        """Keep what came due while it does not run."""
        self._kept.append((handle, callback, arguments, context))


_PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is what its timers say. Nothing outside the process reaches it."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_NoWaiting(self._advance))

    def time(self) -> float:
        """Return the virtual time, in seconds since the beginning."""
        return self._now

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """Call back in this instant, unless the process it belongs to does not run."""
        process = _PROCESS.get() if context is None else context.get(_PROCESS)
        if process is None or process.standing is Standing.RUNNING:
            return super().call_soon(callback, *args, context=context)
        context = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        process.keep(handle, callback, args, context)
        return handle

    def call_at(
        self, when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call back then, unless the process it belongs to does not run then."""
        process = _PROCESS.get() if context is None else context.get(_PROCESS)
        if process is None:
            return super().call_at(when, callback, *args, context=context)
        itself: list[asyncio.Handle] = []
        timer = super().call_at(when, _due, process, itself, callback, args, context=context)
        itself.append(timer)
        return timer

    def _advance(self, seconds: float | None) -> None:
        if seconds is None:
            raise NothingHappensError
        self._now += max(0.0, seconds)


def _due(
    process: Process,
    itself: list[asyncio.Handle],
    callback: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    if process.standing is Standing.RUNNING:
        callback(*arguments)
    else:
        process.keep(itself[0], callback, arguments, copy_context())


def _unless_cancelled(
    handle: asyncio.Handle, callback: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    if not handle.cancelled():
        callback(*arguments)


class _NoWaiting(selectors.SelectSelector):
    """Where others wait for the world, this one lets time pass."""

    def __init__(self, advance: Callable[[float | None], None]) -> None:
        super().__init__()
        self._advance = advance

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._advance(timeout)
        return []
