"""The `virtual-printer` command: printers on real ports, papers as text files and pictures."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer
from rich.console import Console
from rich.live import Live

from virtual_printer.control import Control
from virtual_printer.documentation import refreshed
from virtual_printer.events import Event
from virtual_printer.faults import FaultError
from virtual_printer.live import view
from virtual_printer.papers import PaperFolder
from virtual_printer.printer import DEFAULT_BUFFER_BYTES, VirtualPrinter
from virtual_printer.profiles import PROFILES, profile_named
from virtual_printer.scenario import Planned, read_scenario

app = typer.Typer(add_completion=False, help=__doc__, rich_markup_mode=None)
console = Console(highlight=False, markup=False, soft_wrap=True)

PORT_MAX: Final = 65535
DEFAULT_PORT: Final = 9100
REFRESH_SECONDS: Final = 0.2


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        list[int] | None, typer.Option(help="TCP port, 0 for any; repeat for several printers.")
    ] = None,
    printers: Annotated[
        list[str] | None, typer.Option(help="NAME=PORT; repeat for several printers.")
    ] = None,
    paper: Annotated[
        Path | None, typer.Option(help="Folder for the papers, one text file per sheet.")
    ] = None,
    png: Annotated[bool, typer.Option("--png", help="A picture of each sheet too.")] = False,
    profile: Annotated[str, typer.Option(help=f"Make of printer: {', '.join(PROFILES)}.")] = "epson-80",
    speed: Annotated[float, typer.Option(min=0, help="Print speed in mm/s; 0 prints instantly.")] = 0,
    buffer: Annotated[int, typer.Option(min=16, help="Receive buffer in bytes.")] = DEFAULT_BUFFER_BYTES,
    scenario: Annotated[Path | None, typer.Option(help="TOML file with faults.")] = None,
    control: Annotated[
        int | None, typer.Option(min=0, max=PORT_MAX, help="HTTP control port, 0 for any.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Show the papers in the terminal as they come.")
    ] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object per event.")] = False,
) -> None:
    """Run virtual printers until SIGINT or SIGTERM."""
    if context.invoked_subcommand is not None:
        return
    show = _show_nothing if live else JsonLines(sys.stdout).show if json_lines else _show_sentence
    try:
        profile_named(profile)
        ports = _named_ports(port or [], printers or [])
        plan = read_scenario(scenario, ports) if scenario is not None else ()
    except (ValueError, FaultError) as error:
        raise typer.BadParameter(str(error)) from None
    if live and not console.is_terminal:
        raise typer.BadParameter("--live needs a terminal")
    fleet = {
        name: VirtualPrinter(
            profile=profile,
            host=host,
            port=number,
            speed_mm_s=speed,
            buffer_bytes=buffer,
            name=name if len(ports) > 1 or printers else "",
            on_event=show,
        )
        for name, number in ports.items()
    }
    if paper is not None:
        for name, printer in fleet.items():
            PaperFolder(paper / name if len(ports) > 1 or printers else paper, pictures=png).keep_papers_of(
                printer
            )
    try:
        asyncio.run(_serve(fleet, plan, control_port=control, live=live, show=show))
    except OSError as error:
        console.print(f"cannot open the port: {error}")
        raise typer.Exit(1) from None


@app.command()
def docs(page: Annotated[Path, typer.Argument(help="The Markdown page to refresh in place.")]) -> None:
    """Write command table, faults, profiles and control port into the documentation page."""
    page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")


def _named_ports(ports: list[int], printers: list[str]) -> dict[str, int]:
    """Ports by printer name; port 9100 when none was given."""
    named: dict[str, int] = {}
    for text in printers:
        name, separator, port = text.partition("=")
        if not separator or not port.isdigit() or not name or "/" in name or name.startswith("."):
            raise ValueError(f"--printers {text!r} is not NAME=PORT")
        if name in named:
            raise ValueError(f"--printers: two printers are called {name}")
        named[name] = int(port)
    for number in ports:
        named[f"printer-{len(named) + 1}"] = number
    if any(number > PORT_MAX for number in named.values()):
        raise ValueError(f"a port is above {PORT_MAX}")
    return named or {"printer-1": DEFAULT_PORT}


async def _serve(
    fleet: Mapping[str, VirtualPrinter],
    plan: tuple[Planned, ...],
    *,
    control_port: int | None,
    live: bool,
    show: Callable[[Event], None],
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        for name, printer in fleet.items():
            await stack.enter_async_context(printer)
            for planned in plan:
                if planned.printer in (None, name):
                    printer.causes.add(planned.fault)
        if control_port is not None:
            control = await stack.enter_async_context(Control(fleet, port=control_port))
            show(Event.of_process("control", {"address": control.address}))
        if live:
            await _show_live(fleet, stop)
        await stop.wait()


async def _show_live(fleet: Mapping[str, VirtualPrinter], stop: asyncio.Event) -> None:
    with Live(view(fleet), console=console, auto_refresh=False, screen=False) as display:
        while not stop.is_set():
            display.update(view(fleet), refresh=True)
            try:
                async with asyncio.timeout(REFRESH_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue


def _show_nothing(_: Event) -> None:
    """The live view shows everything there is to see."""


class JsonLines:
    """Events straight to an output, for a machine that reads: those of one turn of the event loop leave together."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._encode = json.JSONEncoder(ensure_ascii=False).encode
        self._lines: list[str] = []

    def show(self, event: Event) -> None:
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._flush)
        self._lines.append(self._encode(event.as_dict()))

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        self._output.write("\n".join(lines) + "\n")
        self._output.flush()


def _show_sentence(event: Event) -> None:
    console.print(event.as_sentence())


def main() -> None:
    app()
