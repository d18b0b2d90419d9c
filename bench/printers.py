"""Virtual printers in a process of their own, the way anybody would run them: the command, without a print speed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

START_SECONDS_MAX: Final = 20.0
STOP_SECONDS_MAX: Final = 10.0
POLL_SECONDS: Final = 0.05


class PrinterProcess:
    """``virtual-printer --json`` with its events in a file. Printers are called P00, P01, and so on."""

    def __init__(self, events: Path, process: subprocess.Popen[bytes], count: int) -> None:
        self._events = events
        self._process = process
        self.addresses = self._wait_for_addresses(count)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def sheets(self) -> int:
        """Return how many sheets of paper have been cut."""
        return sum(event["event"] == "sheet" for event in self._told())

    def _wait_for_addresses(self, count: int) -> dict[str, str]:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            addresses = {
                each["printer"]: each["address"] for each in self._told() if each["event"] == "listening"
            }
            if len(addresses) == count:
                return addresses
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"the printers did not start: {self._events.read_text(encoding='utf-8')}")

    def _told(self) -> Generator[dict[str, Any], None, None]:
        with self._events.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)


@contextmanager
def printer_process(
    count: int, scratch: Path, *, names: Sequence[str] = (), paper: Path | None = None, speed: float = 0
) -> Generator[PrinterProcess, None, None]:
    """Run ``count`` virtual printers in one process; ``paper`` is the folder for what they print.

    ``speed`` is in mm/s; 0 prints at once.
    """
    called = names or [f"P{number:02}" for number in range(count)]
    options = [part for name in called for part in ("--printers", f"{name}=0")]
    options += ["--paper", str(paper)] if paper else []
    options += ["--speed", str(speed)] if speed else []
    events = scratch / "printers.jsonl"
    with events.open("wb") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("virtual-printer"), "--json", *options],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield PrinterProcess(events, process, count)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS_MAX)
