"""The service watches itself: does its one loop still turn, and does this machine's clock run like a clock?"""

import asyncio
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Final

from kitchen_printer.service.facts import ClockJumped, LoopStalled, Subscriber

TICK_SECONDS: Final = 0.25
"""How often the loop notes that it turns; the guard and the measured lag rest on it."""

STALL_SECONDS: Final = 1.0
"""A loop that is later than this is told about: no printer is listened to meanwhile."""

STUCK_SECONDS: Final = 10.0
"""A loop that has not turned for so long is told about while it still stands, and the process counts as dead."""

END_SECONDS: Final = 60.0
"""A loop that was seen to stand for so long will not turn again: the process ends, so that it is started anew.

Docker restarts what ends, not what is unhealthy. Only the guard's own looks count: a machine that slept, or a process
that was stopped, is given its time.
"""

LOOK_SECONDS: Final = STALL_SECONDS / 2
"""How often the guard looks whether the loop turned."""

JUMP_SECONDS: Final = 0.5
"""More than a clock that is being corrected smoothly drifts between two ticks."""

LAG_WINDOW_SECONDS: Final = 15.0
"""The worst lag is remembered for one to two of these, so that a health check seldom misses it."""

_FRAMES_SHOWN: Final = 4


class SelfWatch:
    """Ticks in the loop, and is watched by a thread that sees when the ticks stop."""

    def __init__(
        self,
        announce: Subscriber,
        clock: Callable[[], float] = time.time,
        *,
        end: Callable[[], None] = lambda: os._exit(1),
        end_seconds: float = END_SECONDS,
    ) -> None:
        """``end`` is called by the guard, beside a loop that stands: it must end the process without its help."""
        self._announce = announce
        self._clock = clock
        self._end = end
        self._end_seconds = end_seconds
        self._ticked_at = monotonic()
        self._where = ""
        self._lags = (0.0, 0.0)
        self._window_began = monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the loop turned lately."""
        return monotonic() - self._ticked_at < STUCK_SECONDS

    @property
    def lag_seconds(self) -> float:
        """By how much the loop was late at worst, in the last quarter to half minute."""
        return max(self._lags)

    async def run(self) -> None:
        """Tick for ever."""
        over = threading.Event()
        self._ticked_at = monotonic()
        guard = threading.Thread(
            target=self._guard, args=(threading.get_ident(), over), name="watchdog", daemon=True
        )
        guard.start()
        try:
            await self._tick()
        finally:
            over.set()

    async def _tick(self) -> None:
        drift = self._clock() - monotonic()
        while True:
            self._ticked_at = before = monotonic()
            await asyncio.sleep(TICK_SECONDS)
            self._note_lag(monotonic() - before - TICK_SECONDS)
            was, drift = drift, self._clock() - monotonic()
            if abs(drift - was) >= JUMP_SECONDS:
                self._announce(ClockJumped(drift - was))

    def _note_lag(self, lag: float) -> None:
        if monotonic() - self._window_began > LAG_WINDOW_SECONDS:
            self._window_began, self._lags = monotonic(), (0.0, self._lags[0])
        self._lags = (max(self._lags[0], lag), self._lags[1])
        if lag >= STALL_SECONDS:
            self._announce(LoopStalled(lag, self._where or "not seen"))
        self._where = ""

    def _guard(self, loop_thread: int, over: threading.Event) -> None:
        is_told, stood = False, 0.0
        while not over.wait(LOOK_SECONDS):
            late = monotonic() - self._ticked_at - TICK_SECONDS
            if late < LOOK_SECONDS:
                is_told, stood = False, 0.0
                continue
            stood += LOOK_SECONDS
            self._where = _place(loop_thread)
            if late >= STUCK_SECONDS and not is_told:
                is_told = True
                logging.getLogger(__name__).critical("nothing has moved for %.0f s, in %s", late, self._where)
            if stood >= self._end_seconds:
                logging.getLogger(__name__).critical(
                    "nothing moves any more: the process ends, to be started anew"
                )
                over.wait(LOOK_SECONDS)  # for the log
                self._end()
                return


def _place(thread: int) -> str:
    """Say where a thread is: the innermost lines of code, without any of their values."""
    frame = sys._current_frames().get(thread)  # pyright: ignore[reportPrivateUsage]  # documented, for debuggers
    if frame is None:
        return ""
    frames = traceback.extract_stack(frame)[-_FRAMES_SHOWN:]
    return " > ".join(f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames)
