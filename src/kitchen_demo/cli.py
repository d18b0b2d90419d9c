"""``kitchen-demo``: see the whole edge work on this machine, then leave nothing behind but the papers."""

import asyncio
import os
import signal
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from kitchen_demo.child_process import ProcessFailed
from kitchen_demo.counter import NotPrinted
from kitchen_demo.demo import Mishap, Wishes, play
from kitchen_demo.edge import new_database, prepared_database, running_backend
from kitchen_demo.postgres import open_postgres
from kitchen_demo.postgres_programs import PostgresUnavailable
from kitchen_demo.show import Show
from kitchen_demo.till import OrderRefused

EXIT_INTERRUPTED: Final = 130

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def demo(
    *,
    orders: Annotated[
        int, typer.Option(min=0, max=10_000, help="More tables, simulated: rounds, voids, double taps.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Which orders these are; the same seed, the same orders.")] = 1,
    paper: Annotated[Path, typer.Option(help="Folder for the papers, one text file each.")] = Path(
        "demo-paper"
    ),
    png: Annotated[bool, typer.Option(help="A picture of each paper too.")] = True,
    fault: Annotated[Mishap | None, typer.Option(help="Let this go wrong while you watch.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Stay up until Ctrl-C.")] = False,
) -> None:
    """A bill of six items becomes three tickets on paper, and the record proves it."""
    show = Show(Console())
    wishes = Wishes(orders=orders, seed=seed, paper=paper, pictures=png, mishap=fault, keep=keep)
    # What is asked to end ends what it started: SIGTERM takes the way of Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="kitchen-demo-") as scratch:
            _play(wishes, show, Path(scratch))
    except (PostgresUnavailable, ProcessFailed, OrderRefused, NotPrinted) as error:
        _end(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(EXIT_INTERRUPTED) from None


def _play(wishes: Wishes, show: Show, scratch: Path) -> None:
    with ExitStack() as stack:
        with show.step("PostgreSQL runs"):
            postgres = stack.enter_context(open_postgres(os.environ, durable=True))
            dsn = stack.enter_context(new_database(postgres))
        with show.step("The database has the kitchen's contract"):
            prepared = stack.enter_context(prepared_database(dsn))
        with show.step("The backend takes orders, the menu is in"):
            backend = stack.enter_context(running_backend(dsn, scratch))
        asyncio.run(play(dsn, prepared, backend, scratch, wishes, show=show))


def _end(message: str) -> NoReturn:
    Console(stderr=True).print(message, markup=False, highlight=False, style="red")
    raise typer.Exit(1)
