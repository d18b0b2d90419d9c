"""What the demo shows in the terminal: steps as they end, papers as they come."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from virtual_printer import Sheet

COLORS = {"BAR": "cyan", "KITCHEN": "green", "DESSERT": "magenta"}
PAPER_WIDTH = 52


class Show:
    """The terminal. Papers that come together stand side by side where the window allows."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, what: str) -> Generator[None, None, None]:
        """Show that something goes on, then that it is done and how long it took."""
        began = time.monotonic()
        with self._console.status(what):
            yield
        self._console.print(f"[green]✓[/] {what} [dim]({time.monotonic() - began:.1f} s)[/]", highlight=False)

    def say(self, sentence: str) -> None:
        """Show one sentence."""
        self._console.print(sentence, highlight=False)

    def papers(self, papers: Sequence[tuple[str, Sheet]], title: str = "printer") -> None:
        """Show papers as they lie on the counter, each under the name of its station and the title."""
        panels: list[RenderableType] = [
            Panel(
                Text(sheet.text), title=f"{station} {title}", border_style=COLORS[station], width=PAPER_WIDTH
            )
            for station, sheet in papers
        ]
        self._console.print(Columns(panels))

    def story(self, title: str, sentences: Sequence[str]) -> None:
        """Show a story, one sentence a line."""
        self._console.print(Panel(Text("\n".join(sentences)), title=title, title_align="left"))
