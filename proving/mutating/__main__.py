"""``python -m proving.mutating [MODULE …]``: which changes of the decisions does no test notice?"""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from proving.mutating.baseline import MODULES, MutatingError, run_all
from proving.mutating.report import LEAST, Report, argued, survivors_in
from proving.mutating.trying import Try, Verdict, must_pass_unchanged, tries, verdicts

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def mutate(
    modules: Annotated[
        list[str] | None, typer.Argument(help="Modules of kitchen_printer.decisions; all without.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many changes are tried at a time.")] = 1,
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes, with .txt and .json at its end.")
    ] = None,
    again: Annotated[
        Path | None, typer.Option(help="An earlier report (.json): try only what survived then.")
    ] = None,
) -> None:
    """Change the decisions, one place at a time, and list the changes that no test in tests/decisions notices.

    All modules take about half an hour of one processor core. Ends with 1 when fewer than nine of ten changes are
    noticed, or when a survivor is not argued in docs/mutation.md.
    """
    unknown = sorted({*(modules or ())} - {*MODULES})
    if unknown:
        raise typer.BadParameter(f"there is no module {unknown[0]!r} in the decisions: {', '.join(MODULES)}")
    try:
        outcome = _tried(modules or list(MODULES), processes, again)
    except MutatingError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    print(outcome.in_words())
    unargued = outcome.unargued(argued())
    for each in unargued:
        print(f"not argued in docs/mutation.md: `{each.module}` `{each.mutant.name}`")
    if report is not None:
        report.with_suffix(".txt").write_text(outcome.in_words() + "\n", encoding="utf-8")
        report.with_suffix(".json").write_text(outcome.as_json() + "\n", encoding="utf-8")
    is_enough = again is not None or outcome.score >= LEAST
    sys.exit(0 if is_enough and not unargued else 1)


def _tried(modules: list[str], processes: int, again: Path | None) -> Report:
    begun = time.monotonic()
    baseline = run_all()
    from proving.chaos.report import (
        commit,
    )  # Only now: what it brings along must not be there before the tests.

    outcome = Report(commit())
    every: list[Try] = []
    earlier = survivors_in(again.read_text(encoding="utf-8")) if again else None
    must_pass_unchanged(modules, baseline)
    for module in modules:
        found = tries(module, baseline)
        every += (
            found
            if earlier is None
            else [each for each in found if each.mutant.name in earlier.get(module, [])]
        )
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    # It draws itself only when told to: a thread that did would be lost in every child.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as progress:
        bar = progress.add_task("changes", total=len(every))
        for tried, verdict in verdicts(every, baseline, processes):
            if tried.module not in outcome.tallies:
                progress.console.print(tried.module)
            outcome.add(tried, verdict)
            if verdict is Verdict.SURVIVED:
                progress.console.print(f"  survived: {tried.mutant.name}", markup=False, soft_wrap=True)
            progress.update(bar, advance=1, refresh=console.is_terminal)
    outcome.seconds = time.monotonic() - begun
    return outcome


if __name__ == "__main__":
    app()
