"""The installed command, as a process of its own."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.virtual_printer.host import PATIENCE_S
from virtual_printer import VirtualPrinter

COMMAND = (sys.executable, "-c", "from virtual_printer.cli import main; main()")


async def start(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(*COMMAND, *arguments, stdout=PIPE, stderr=PIPE)


async def next_event(process: Process, name: str) -> dict[str, object]:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S * 2):
        while True:
            event: dict[str, object] = json.loads(await process.stdout.readline())
            if event["event"] == name:
                return event


async def print_to(address: str, data: bytes) -> None:
    host, port = address.rsplit(":", 1)
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def test_two_printers_write_their_papers_and_end_with_zero_on_sigterm(tmp_path: Path) -> None:
    process = await start(
        "--printers", "BAR=0", "--printers", "KITCHEN=0", "--paper", str(tmp_path), "--json"
    )
    try:
        addresses = [str((await next_event(process, "listening"))["address"]) for _ in range(2)]
        await print_to(addresses[0], b"1 x BEER\n\x1dVB\x00")
        assert (await next_event(process, "sheet"))["text"] == "1 x BEER"
        await print_to(addresses[1], b"1 x SOUP\n\x1dVB\x00")
        assert (await next_event(process, "sheet"))["printer"] == "KITCHEN"
        assert (tmp_path / "BAR" / "0001.txt").read_text() == "1 x BEER\n"
        assert (tmp_path / "KITCHEN" / "0001.txt").read_text() == "1 x SOUP\n"
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")


async def test_a_port_that_is_taken_is_said_plainly() -> None:
    async with VirtualPrinter() as owner:
        process = await start("--port", owner.address.rpartition(":")[2])
        async with asyncio.timeout(PATIENCE_S * 2):
            output, _ = await process.communicate()
    assert process.returncode == 1
    assert b"cannot open the port" in output


async def test_an_unknown_profile_is_a_usage_error_that_names_the_profiles() -> None:
    process = await start("--profile", "laser")
    async with asyncio.timeout(PATIENCE_S * 2):
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"epson-80" in errors
