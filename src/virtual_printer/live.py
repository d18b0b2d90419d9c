"""The live view: printers side by side in the terminal, their paper growing."""

from collections.abc import Mapping
from typing import Final

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from virtual_printer.printer import VirtualPrinter

LINES_SHOWN: Final = 18
PAPER_COLUMNS: Final = 44


def view(printers: Mapping[str, VirtualPrinter]) -> RenderableType:
    """One panel per printer: the newest paper, and what the printer is doing."""
    return Columns([_panel(name, printer) for name, printer in printers.items()])


def _panel(name: str, printer: VirtualPrinter) -> Panel:
    lines = [line for sheet in printer.paper.sheets[-3:] for line in (*sheet.lines, "- - - 8< - - -")]
    lines += printer.paper.rest.lines
    paper = Text("\n".join(line[:PAPER_COLUMNS] for line in lines[-LINES_SHOWN:]), no_wrap=True)
    colour = "green" if printer.state.online and printer.state.accepting else "red"
    return Panel(
        Group(paper, Text(_condition(printer), style=colour)),
        title=f"{name}  {printer.address}",
        border_style=colour,
        width=PAPER_COLUMNS + 4,
        height=LINES_SHOWN + 4,
    )


def _condition(printer: VirtualPrinter) -> str:
    state = printer.state
    faults = ", ".join(case.fault.name for case in printer.causes.faults if case.in_force)
    doing = faults or ("a host is connected" if state.connected else "waiting for a host")
    return f"{len(printer.paper.sheets)} sheets, {state.bytes_buffered} bytes waiting; {doing}"
