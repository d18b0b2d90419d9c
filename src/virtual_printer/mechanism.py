"""The mechanism: executes what is buffered, no faster than it prints, and rests when there is nothing to do."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

DOTS_PER_MM: Final = 8
STEPS_PER_TURN: Final = 100  # then other tasks get their turn, at unlimited speed


class Mechanism:
    """Callbacks of the event loop instead of a task: without a print speed there is nothing to wait for."""

    def __init__(
        self,
        *,
        step: Callable[[], int | None],
        speed_mm_s: Callable[[], float | None],
        motion_ended: Callable[[], None],
        paused: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """`step` moves the paper by so many dots, `None` when nothing is left; `motion_ended` follows each step.

        `paused` is called before others get their turn.
        """
        self._step = step
        self._speed_mm_s = speed_mm_s
        self._motion_ended = motion_ended
        self._paused = paused
        self._failed = failed
        self._on = False
        self._running = False
        self._in_motion = False
        self._called_meanwhile = False
        self._next: asyncio.Handle | None = None
        self._free_at = 0.0

    def switch_on(self) -> None:
        self._on, self._in_motion = True, False
        self.wake()

    def switch_off(self) -> None:
        """Stop at once, in the middle of a motion too."""
        self._on = self._in_motion = False
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def wake(self) -> None:
        """There may be something to do; it is done in a turn of the event loop of its own."""
        if self._running:
            self._called_meanwhile = True
        elif self._on and self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._run)

    def run_now(self) -> None:
        """As `wake`, for a caller to whom it makes no difference that the work is done before he goes on."""
        if self._on and self._next is None and not self._running:
            self._run()

    def _run(self) -> None:
        self._next = None
        self._running, self._called_meanwhile = True, False
        try:
            rest_s = self._work()
            self._paused()
        except Exception as error:  # noqa: BLE001
            # Everything, because what fails here is a bug, and a bug can raise anything.
            self.switch_off()
            self._failed(error)
            return
        finally:
            self._running = False
        if rest_s is not None and self._on:
            self._next = asyncio.get_running_loop().call_later(rest_s, self._run)
        elif self._called_meanwhile:
            self.wake()

    def _work(self) -> float | None:
        """Go on until the paper moves or nothing is left (`None`); returns the seconds until it is time to go on."""
        if self._in_motion:
            self._in_motion = False
            self._motion_ended()
        for _ in range(STEPS_PER_TURN):
            dots = self._step()
            if dots is None:
                self._motion_ended()  # A command that stopped the printer has something to say, too.
                return None
            speed_mm_s = self._speed_mm_s()
            if speed_mm_s and dots:
                self._in_motion = True
                return self._seconds_of_motion(dots, speed_mm_s)
            self._motion_ended()
        return 0.0

    def _seconds_of_motion(self, dots: int, speed_mm_s: float) -> float:
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + dots / DOTS_PER_MM / speed_mm_s
        return self._free_at - now
