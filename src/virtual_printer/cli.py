"""The `virtual-printer` command: printers on real ports, papers as text files."""

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from virtual_printer.events import Event
from virtual_printer.printer import DEFAULT_BUFFER_BYTES, VirtualPrinter
from virtual_printer.profiles import PROFILES, profile_named

app = typer.Typer(add_completion=False, help=__doc__, rich_markup_mode=None)
console = Console(highlight=False, markup=False, soft_wrap=True)

PORT_MAX = 65535
DEFAULT_PORT = 9100


@app.command()
def run(
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
    profile: Annotated[str, typer.Option(help=f"Make of printer: {', '.join(PROFILES)}.")] = "epson-80",
    speed: Annotated[float, typer.Option(min=0, help="Print speed in mm/s; 0 prints instantly.")] = 0,
    buffer: Annotated[int, typer.Option(min=16, help="Receive buffer in bytes.")] = DEFAULT_BUFFER_BYTES,
    json_lines: Annotated[bool, typer.Option("--json", help="One JSON object per event.")] = False,
) -> None:
    """Run virtual printers until SIGINT or SIGTERM."""
    try:
        profile_named(profile)
        ports = _named_ports(port or [], printers or [])
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    show = _show_json if json_lines else _show_sentence
    fleet = [
        VirtualPrinter(
            profile=profile,
            host=host,
            port=number,
            speed_mm_s=speed,
            buffer_bytes=buffer,
            name=name,
            on_event=_keeper(paper / name if paper and name else paper, show),
        )
        for name, number in ports
    ]
    try:
        asyncio.run(_serve(fleet))
    except OSError as error:
        console.print(f"cannot open the port: {error}")
        raise typer.Exit(1) from None


def _named_ports(ports: list[int], printers: list[str]) -> list[tuple[str, int]]:
    """Printers as (name, port); names are empty where only a port was given. One on port 9100 by default."""
    named: list[tuple[str, int]] = []
    for text in printers:
        name, separator, port = text.partition("=")
        if not separator or not port.isdigit() or not name or "/" in name or name.startswith("."):
            raise ValueError(f"--printers {text!r} is not NAME=PORT")
        named.append((name, int(port)))
    for number in ports:
        named.append(("" if len(ports) + len(printers) == 1 else f"printer-{len(named) + 1}", number))
    if any(number > PORT_MAX for _, number in named):
        raise ValueError(f"a port is above {PORT_MAX}")
    return named or [("", DEFAULT_PORT)]


async def _serve(fleet: list[VirtualPrinter]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        for printer in fleet:
            await printer.start()
        await stop.wait()
    finally:
        for printer in fleet:
            await printer.stop()


def _keeper(folder: Path | None, show: Callable[[Event], None]) -> Callable[[Event], None]:
    """Shows every event and writes every sheet to `folder/NNNN.txt`, counting on from what is there."""
    number = 0
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        number = max((int(path.stem) for path in folder.glob("[0-9]*.txt") if path.stem.isdigit()), default=0)

    def keep(event: Event) -> None:
        nonlocal number
        if event.name == "sheet" and folder is not None:
            number += 1
            _write_whole(folder / f"{number:04}.txt", f"{event.details['text']}\n")
        show(event)

    return keep


def _write_whole(path: Path, text: str) -> None:
    """Whoever watches the folder sees the whole file or none."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _show_json(event: Event) -> None:
    console.print(json.dumps(event.as_dict(), ensure_ascii=False))


def _show_sentence(event: Event) -> None:
    console.print(event.as_sentence())


def main() -> None:
    app()
