"""``python -m proving.chaos chaos|crash-matrix|soak``: try to break the promise, and say what came of it."""

import random
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from kitchen_demo.postgres_programs import PostgresUnavailable
from proving.chaos.campaign import Wishes, campaign
from proving.chaos.crash_matrix import crash_matrix, pairs, single_cells
from proving.chaos.failpoints import Mishap
from proving.chaos.keeper import with_database
from proving.chaos.report import commit, in_words, write
from proving.chaos.soak import soak

FAILURE: Final = 1
REPORTS: Final = Path("chaos-report")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True)


@app.callback()
def options() -> None:
    """Try to break the promise with real processes, and say what came of it."""


@app.command()
def chaos(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long it lasts.")] = 3.0,
    seed: Annotated[int | None, typer.Option(help="Which campaign it is; without it, any.")] = None,
    orders: Annotated[float, typer.Option(min=0.1, help="Orders a second, of all tills together.")] = 3.0,
    replicas: Annotated[int, typer.Option(min=1, max=9, help="Services at once.")] = 3,
    report: Annotated[Path, typer.Option(help="Folder for the report.")] = REPORTS,
) -> None:
    """Storms of faults over the whole edge, each followed by a quiet in which everything must come to its end."""
    at_commit = commit()
    wishes = Wishes(
        seconds=minutes * 60,
        seed=random.SystemRandom().randrange(1_000_000) if seed is None else seed,
        orders_a_second=orders,
        replicas=replicas,
    )
    logs = report.resolve() / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    with _progress(f"seed {wishes.seed}") as tell:
        result = with_database(lambda keeper: campaign(keeper, wishes, tell, logs=logs), durable=True)
    write(result, report, at_commit)
    print(in_words(result, at_commit))
    print(f"\nThe report is in {report}/.")
    if result.problems:
        raise typer.Exit(FAILURE)


@app.command("crash-matrix")
def crash_matrix_command(
    kills: Annotated[
        int, typer.Option(help="Go on with pairs of kills until there were so many; 0: singles only.")
    ] = 0,
    at_once: Annotated[int, typer.Option(min=1, help="Worlds that are played at once.")] = 6,
    seed: Annotated[int, typer.Option(help="Which pairs come first.")] = 1,
) -> None:
    """Every point in the service x kill -9, exception, hang, lost database; then pairs of kills."""
    cells = list(single_cells())
    every_pair = list(pairs())
    random.Random(seed).shuffle(every_pair)
    wanted = max(0, kills - sum(plan.mishap is Mishap.KILL for cell in cells for plan in cell.lives))
    cells += every_pair[: (wanted + 1) // 2]
    with _progress("crash matrix") as tell:
        matrix = with_database(lambda keeper: crash_matrix(keeper, cells, at_once, tell), durable=False)
    print(f"crash matrix  commit {commit()}  {matrix.cells:,} worlds in {matrix.seconds / 60:.1f} min")
    not_reached = len(matrix.not_reached)
    print(
        f"kill -9 {matrix.kills:,}  mishaps that came {matrix.reached:,}  worlds without theirs {not_reached:,}"
    )
    print(f"tickets {matrix.tickets:,}  papers {matrix.papers:,}  marked {matrix.marked:,}")
    print(f"second papers, all marked {matrix.duplicates:,}")
    print("\n".join(matrix.problems) or "Nothing was found against the promise.")
    if matrix.problems:
        raise typer.Exit(FAILURE)


@app.command("soak")
def soak_command(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long it lasts.")] = 480.0,
    orders: Annotated[float, typer.Option(min=0.1, help="Orders a second; a rush is 1 to 3.")] = 3.0,
    restart_every: Annotated[float, typer.Option(min=0.1, help="Minutes between orderly restarts.")] = 10.0,
    seed: Annotated[int, typer.Option(help="Which orders.")] = 1,
) -> None:
    """Hours of work without faults: does anything grow?"""
    with _progress("soak") as tell:
        soaked = with_database(
            lambda keeper: soak(
                keeper,
                minutes=minutes,
                orders_a_second=orders,
                restart_every=restart_every,
                seed=seed,
                tell=tell,
            ),
            durable=True,
        )
    print(f"soak  commit {commit()}  {soaked.minutes:.1f} min  restarts {soaked.restarts}")
    for verdict in soaked.findings.verdicts:
        print(verdict.line())
    print(
        f"memory {soaked.sizes[-1].resident_mib:.1f} MiB, slope {soaked.mib_an_hour:+.2f} MiB/h;"
        f" files {soaked.more_descriptors:+.0f}; sessions {soaked.more_sessions:+.0f}"
    )
    print("\n".join(soaked.problems) or "Nothing was found against the promise.")
    if soaked.problems:
        raise typer.Exit(FAILURE)


@contextmanager
def _progress(title: str) -> Generator[Callable[[float, str], None], None, None]:
    """Show how far it is, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(title, total=1.0)
        yield lambda share, what: progress.update(bar, completed=share, description=what)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):  # In the background a shell lets us ignore the first.
        signal.signal(number, signal.default_int_handler)
    try:
        app()
    except PostgresUnavailable as error:
        sys.exit(str(error))
