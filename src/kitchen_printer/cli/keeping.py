"""Commands that keep the database small."""

from contextlib import nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kitchen_printer.cli.start import FAILURE, AsJson, answer, end, settings


def prune(
    older_than: Annotated[float, typer.Option("--older-than", min=1, help="Days: what is younger stays.")],
    as_json: AsJson = False,
) -> None:
    """Delete bills whose tickets are all settled and old, in small batches beside the printing.

    What the kitchen was told stays, so that an old bill orders nothing twice; so does the record of events.
    It can be stopped at any time and started again.
    """
    from kitchen_printer.database.prune import count_old, moment
    from kitchen_printer.database.prune import prune as pruning
    from kitchen_printer.database.requests import RequestRefusedError

    dsn, before, deleted = settings().dsn, moment(older_than), 0
    shown = not as_json and Console().is_terminal
    try:
        with _progress() if shown else nullcontext() as progress:
            task = progress.add_task("tickets", total=count_old(dsn, before)) if progress else None
            for step in pruning(dsn, before):
                deleted = step.deleted
                if progress and task is not None:
                    progress.update(task, completed=deleted)
    except RequestRefusedError as error:
        end(FAILURE, f"{error} (deleted before: {deleted})")
    except KeyboardInterrupt:
        end(FAILURE, f"Stopped; {deleted} tickets and notices are deleted. Start it again to go on.")
    what = f"{deleted} tickets and notices from before {before:%Y-%m-%d %H:%M} are deleted."
    answer([what], as_json=as_json, value={"deleted": deleted, "before": before})


def _progress() -> Progress:
    return Progress(
        TextColumn("Pruning"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("tickets"),
        TimeRemainingColumn(),
    )
