"""Log lines on their way out: a thread of their own writes them, so that whoever reads them slowly delays no ticket."""

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

LINES_MAX: Final = 10_000
"""A minute of a very busy evening; beyond that lines are dropped and counted."""

CLOSE_SECONDS: Final = 2.0
"""How long the last lines may take at the end of the process."""


class LogLines:
    """A bounded queue before a file descriptor that may block for ever."""

    def __init__(self, descriptor: int, gap: Callable[[int], str]) -> None:
        """``gap`` words how many lines are missing, for the place where they are."""
        self.dropped = 0
        self._descriptor = descriptor
        self._gap = gap
        self._is_over = False
        self._lines: queue.Queue[str | None] = queue.Queue(LINES_MAX)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Hand a line over; returns at once, whatever becomes of it."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what is left, unless nobody reads it; later lines go nowhere."""
        with suppress(queue.Full):
            self._lines.put(None, timeout=CLOSE_SECONDS)
        self._thread.join(CLOSE_SECONDS)
        self._is_over = True

    def _write(self) -> None:
        told = 0
        while (line := self._lines.get()) is not None and not self._is_over:
            self._write_out(line)
            if self.dropped > told and self._lines.qsize() < LINES_MAX // 2:
                missing, told = self.dropped - told, self.dropped
                self._write_out(self._gap(missing))

    def _write_out(self, line: str) -> None:
        # Not through sys.stderr: its buffer has a lock, which a blocked thread would hold when the process ends.
        data = line.encode("utf-8", "backslashreplace") + b"\n"
        while data and not self._is_over:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                threading.Event().wait(0.1)
            except OSError:
                return  # Nobody reads any more; the record is in the database.
