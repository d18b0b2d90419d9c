"""The installed command, as a process of its own."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from io import StringIO
from pathlib import Path

from rich.console import Console

from tests.virtual_printer.host import PATIENCE_S
from virtual_printer import VirtualPrinter
from virtual_printer.live import view
from virtual_printer.papers import HANGING

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


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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


async def test_what_was_answered_for_and_not_cut_outlives_a_printer_that_is_killed(tmp_path: Path) -> None:
    arguments = ("--port", "0", "--paper", str(tmp_path), "--json")
    killed = await start(*arguments)
    host, port = str((await next_event(killed, "listening"))["address"]).rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"1 x BEER\n\x1dVB\x001 x WINE\n\x1dr\x01")  # cut, and asked in order behind the second
    async with asyncio.timeout(PATIENCE_S):
        await reader.readexactly(1)
    killed.kill()
    await killed.communicate()
    writer.close()
    assert files_in(tmp_path) == ["0001.txt", HANGING]
    again = await start(*arguments)
    try:
        address = str((await next_event(again, "listening"))["address"])
        assert (tmp_path / "0002.txt").read_text() == "1 x WINE\n"
        await print_to(address, b"1 x SOUP\n\x1dr\x01\x1dVB\x00")
        await next_event(again, "sheet")
        assert (tmp_path / "0003.txt").read_text() == "1 x SOUP\n"
        assert files_in(tmp_path) == ["0001.txt", "0002.txt", "0003.txt"]
    finally:
        again.send_signal(signal.SIGTERM)
        await again.communicate()


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


async def test_a_scenario_strikes_and_every_fault_is_one_json_line(tmp_path: Path) -> None:
    scenario = tmp_path / "evening.toml"
    scenario.write_text(
        '[[fault]]\nname = "near-end"\ntrigger = { at = "line", n = 2 }\nuntil = { end = "seconds", s = 0.01 }\n'
    )
    process = await start("--port", "0", "--scenario", str(scenario), "--control", "0", "--json")
    try:
        address = str((await next_event(process, "listening"))["address"])
        assert str((await next_event(process, "control"))["address"]).startswith("127.0.0.1:")
        await print_to(address, b"one\ntwo\n")
        began = await next_event(process, "fault began")
        assert (began["fault"], began["byte_offset"], began["lines_printed"]) == ("near-end", 8, 2)
        ended = await next_event(process, "fault ended")
        assert (ended["id"], ended["why"]) == (began["id"], "time is up")
        assert float(str(ended["at_s"])) >= float(str(began["at_s"]))
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(PATIENCE_S):
            await process.communicate()
    assert process.returncode == 0


async def test_the_live_view_shows_paper_and_trouble() -> None:
    async with VirtualPrinter() as printer:
        await print_to(printer.address, b"1 x BEER\n\x1dVB\x00")
        await printer.paper.wait_for_sheets(1, PATIENCE_S)
        printer.causes.open_cover()
        console = Console(width=120, file=StringIO(), record=True)
        console.print(view({"BAR": printer}))
    shown = console.export_text()
    assert all(part in shown for part in ("BAR", printer.address, "1 x BEER", "cover-open"))


async def test_the_live_view_needs_a_terminal() -> None:
    process = await start("--port", "0", "--live")
    async with asyncio.timeout(PATIENCE_S * 2):
        _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"needs a terminal" in errors


async def test_pictures_are_written_beside_the_texts(tmp_path: Path) -> None:
    process = await start("--port", "0", "--paper", str(tmp_path), "--png", "--json")
    try:
        await print_to(str((await next_event(process, "listening"))["address"]), b"1 x BEER\n\x1dVB\x00")
        await next_event(process, "sheet")
        assert (tmp_path / "0001.png").read_bytes().startswith(b"\x89PNG")
        assert (tmp_path / "0001.txt").read_text() == "1 x BEER\n"
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            await process.communicate()
