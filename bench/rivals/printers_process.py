"""Virtual printers that note when a ticket's first byte came and when it was cut: ``python -m … NAME NAME=unplugged``.

A payload is told from questions by its size: all of it is sent at once, and no question is as long. One JSON line for
each printer that listens and for each sheet; those of one turn of the event loop leave together.
"""

import asyncio
import json
import signal
import sys
import time
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from virtual_printer import Sheet, VirtualPrinter
from virtual_printer.faults import Fault

PAYLOAD_BYTES_MIN: Final = 100
UNPLUGGED: Final = "=unplugged"


class _TimedPrinter(VirtualPrinter):
    """Knows the wall clock's time of a payload's first byte."""

    payload_at: float | None = None

    def arrive(self, data: bytes, *, heeded: bool) -> None:
        if self.payload_at is None and len(data) >= PAYLOAD_BYTES_MIN:
            self.payload_at = time.time()
        super().arrive(data, heeded=heeded)


class _Told:
    """Lines to standard output, those of one turn together."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def tell(self, said: dict[str, object]) -> None:
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(json.dumps(said))

    def sheet_of(self, printer: _TimedPrinter, sheet: Sheet) -> None:
        self.tell(
            {
                "printer": printer.name,
                "payload_at": printer.payload_at,
                "cut_at": time.time(),
                "text": sheet.text,
            }
        )
        printer.payload_at = None

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


async def serve(names: list[str]) -> None:
    """Run a printer for each name until SIGTERM."""
    told, stop = _Told(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with AsyncExitStack() as stack:
        for named in names:
            name = named.removesuffix(UNPLUGGED)
            printer = _TimedPrinter(name=name)
            printer.on_sheet.append(partial(told.sheet_of, printer))
            await stack.enter_async_context(printer)
            if named.endswith(UNPLUGGED):
                printer.causes.add(Fault(name="busy", params={"mode": "timeout"}))
            told.tell({"printer": name, "address": printer.address})
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))
