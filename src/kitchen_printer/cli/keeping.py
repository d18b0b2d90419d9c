"""Commands that keep the database small."""

from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.cli.start import AsJson, answer, end, settings

if TYPE_CHECKING:
    from kitchen_printer.database.prune import Kind


def prune(
    older_than: Annotated[float, typer.Option("--older-than", min=1, help="Days: what is younger stays.")],
    events_older_than: Annotated[
        float | None,
        typer.Option(
            "--events-older-than",
            min=1,
            help="Days: delete the record of events too, where it is older; without this it stays for ever.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Delete bills whose tickets are all settled and old, in small batches beside the printing.

    What the kitchen was told stays, so that an old bill orders nothing twice; so does the record of events, unless
    you say how long it is to be kept: the story of a ticket that is still there stays in any case.
    It can be stopped at any time and started again.
    """
    from kitchen_printer.database.prune import EVENTS, TICKETS, moment

    if events_older_than is not None and events_older_than < older_than:
        end(
            MISUSE, "Events are kept at least as long as tickets: make --events-older-than the larger number."
        )
    before, shown = moment(older_than), not as_json and Console().is_terminal
    deleted = _prune(TICKETS, before, "tickets", shown=shown)
    what = [f"{deleted} tickets and notices from before {before:%Y-%m-%d %H:%M} are deleted."]
    value: dict[str, object] = {"deleted": deleted, "before": before}
    if events_older_than is not None:
        before = moment(events_older_than)
        events = _prune(EVENTS, before, "events", shown=shown)
        what.append(f"{events} events from before {before:%Y-%m-%d %H:%M} are deleted.")
        value |= {"events_deleted": events, "events_before": before}
    answer(what, as_json=as_json, value=value)


def _prune(kind: "Kind", before: datetime, what: str, *, shown: bool) -> int:
    """Delete all that is old of a kind; return how many went."""
    from kitchen_printer.database.prune import count_old
    from kitchen_printer.database.prune import prune as pruning
    from kitchen_printer.database.requests import RequestRefusedError

    dsn, deleted = settings().dsn, 0
    try:
        with _progress(what) if shown else nullcontext() as progress:
            task = progress.add_task(what, total=count_old(dsn, before, kind)) if progress else None
            for step in pruning(dsn, before, kind):
                deleted = step.deleted
                if progress and task is not None:
                    progress.update(task, completed=deleted)
    except RequestRefusedError as error:
        end(FAILURE, f"{error} ({what} deleted before: {deleted})")
    except KeyboardInterrupt:
        end(FAILURE, f"Stopped; {deleted} {what} are deleted. Start it again to go on.")
    return deleted


def _progress(what: str) -> Progress:
    return Progress(
        TextColumn("Pruning"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(what),
        TimeRemainingColumn(),
    )
