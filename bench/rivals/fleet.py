"""The virtual printers as the measurement sees them: where they listen, and every sheet with its times."""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Collection, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.rivals.printers_process import UNPLUGGED

START_SECONDS_MAX: Final = 30.0
STOP_SECONDS_MAX: Final = 10.0
POLL_SECONDS: Final = 0.02

_BILL = re.compile(r"Bill (\d+)")
_CLOCK = re.compile(r"\b\d\d:\d\d\b")
_FOOTER = re.compile(r"^#\d+-\d+/\d+ \S+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper: on which printer, of which bill, and when its first byte came and it was cut, in wall clock seconds."""

    printer: str
    number: int
    payload_at: float
    cut_at: float
    text: str

    @property
    def said(self) -> tuple[str, str]:
        """What must be the same whoever printed it: all but the clock, and the footer with its tokens."""
        return self.printer, _FOOTER.sub("#", _CLOCK.sub("--:--", self.text))


class Fleet:
    """Running printers, called P00, P01, and so on."""

    def __init__(self, output: Path, process: subprocess.Popen[bytes], names: Collection[str]) -> None:
        self._process = process
        self._lines = output.open(encoding="utf-8")
        self._unfinished = ""
        self._addresses: dict[str, str] = {}
        self.sheets: list[Sheet] = []
        self.notices = 0
        """Papers that are no ticket, such as the list of what waited for a printer that is back."""

        deadline = time.monotonic() + START_SECONDS_MAX
        while len(self._addresses) < len(names):
            if time.monotonic() > deadline or process.poll() is not None:
                raise RuntimeError(f"the printers did not start; what they said is in {output}")
            time.sleep(POLL_SECONDS)
            self.look()
        self.addresses = {name: self._addresses[name] for name in names}

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def look(self) -> int:
        """Take in what has come out meanwhile; return how many sheets there are by now."""
        *whole, self._unfinished = (self._unfinished + self._lines.read()).split("\n")
        for line in whole:
            said = json.loads(line)
            if "address" in said:
                self._addresses[said["printer"]] = said["address"]
            elif bill := _BILL.search(said["text"]):
                self.sheets.append(_sheet(said, int(bill[1])))
            else:
                self.notices += 1
        return len(self.sheets)

    def close(self) -> None:
        """Stop the printers."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(STOP_SECONDS_MAX)
        self._lines.close()


def _sheet(said: dict[str, object], number: int) -> Sheet:
    return Sheet(
        printer=str(said["printer"]),
        number=number,
        payload_at=float(str(said["payload_at"])),
        cut_at=float(str(said["cut_at"])),
        text=str(said["text"]),
    )


def out_of_order(sheets: Collection[Sheet]) -> int:
    """Count the sheets that came out behind one of a younger ticket of the same printer."""
    newest: Counter[str] = Counter()
    late = 0
    for sheet in sheets:
        late += sheet.number < newest[sheet.printer]
        newest[sheet.printer] = max(newest[sheet.printer], sheet.number)
    return late


@contextmanager
def printing(count: int, scratch: Path, unplugged: Collection[str] = ()) -> Generator[Fleet, None, None]:
    """Run that many virtual printers, which print at once; those that are ``unplugged`` answer no connection."""
    names = [f"P{number:02}" for number in range(count)]
    output = scratch / "printers.jsonl"
    told = [f"{name}{UNPLUGGED}" if name in unplugged else name for name in names]
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.rivals.printers_process", *told],
            stdin=subprocess.DEVNULL,
            stdout=file,
        )
    try:
        fleet = Fleet(output, process, names)
    except BaseException:
        process.kill()
        process.wait()
        raise
    try:
        yield fleet
    finally:
        fleet.close()
