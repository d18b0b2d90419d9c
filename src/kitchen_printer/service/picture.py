"""A picture of bytes that no printer got: a virtual printer, a program of its own, prints them on virtual paper."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from kitchen_printer.printers.connection import connected_line

PICTURE_SECONDS_MAX: Final = 30.0
"""The program starts in a second and prints at once."""

_PROGRAM: Final = "from virtual_printer.cli import main; main()"


class NoPictureError(Exception):
    """The virtual printer made no picture; the message says why."""


async def pictures_of(body: bytes, sheets: int) -> list[bytes]:
    """Return each sheet of a payload as a PNG of 203 dpi. Raises :class:`NoPictureError`."""
    try:
        async with asyncio.timeout(PICTURE_SECONDS_MAX):
            return await _pictures_of(body, sheets)
    except TimeoutError:
        raise NoPictureError(f"the virtual printer printed nothing in {PICTURE_SECONDS_MAX:.0f} s") from None


async def _pictures_of(body: bytes, sheets: int) -> list[bytes]:
    with tempfile.TemporaryDirectory(prefix="kitchen-preview-") as folder:
        async with _virtual_printer(folder) as printer:
            address = (await _event(printer, "listening"))["address"]
            async with connected_line(address) as line:
                line.send(body)
                for _ in range(sheets):
                    await _event(printer, "sheet")
        return _files_in(Path(folder))


def _files_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.glob("*.png"))]


@asynccontextmanager
async def _virtual_printer(folder: str) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    arguments = ["--port", "0", "--paper", folder, "--png", "--json"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PROGRAM, *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 22,  # A sheet's text is in one line.
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _event(process: asyncio.subprocess.Process, name: str) -> dict[str, Any]:
    """Return the next event of a name that the program tells."""
    if process.stdout is None:
        raise NoPictureError("the virtual printer cannot be heard")
    while line := await process.stdout.readline():
        event: dict[str, Any] = json.loads(line)
        if event["event"] == name:
            return event
    raise NoPictureError("the virtual printer does not start: is all of this package installed?")
