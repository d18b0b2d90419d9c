"""``python -m proving.simulation``: one evening by its number, or a campaign of many."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from proving.simulation.campaign import Campaign, outcomes

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

PROBES_FROM_SEEDS = 200
"""Fewer evenings than this cannot have seen everything, and are not asked to."""


@app.command()
def simulate(
    seed: Annotated[int | None, typer.Option(help="Replay one evening.")] = None,
    seeds: Annotated[str, typer.Option(help="The evenings of a campaign, FIRST-LAST.")] = "1-200",
    processes: Annotated[int, typer.Option(min=1, help="How many at a time.")] = 2,
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes, with .txt and .json at its end.")
    ] = None,
) -> None:
    """Let simulated evenings happen to the service and hold them against the invariants.

    Ends with 1 when something was found against an invariant, or when something that a campaign must have seen never
    happened. A failure is a seed and a commit: `python3 dev.py simulate --seed N` replays it.
    """
    chosen = [seed] if seed is not None else _read(seeds)
    campaign = Campaign()
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("evenings", total=len(chosen))
        for outcome in outcomes(chosen, min(processes, len(chosen))):
            campaign.add(outcome)
            found = sum(map(len, outcome.violations.values()))
            if found:
                progress.console.print(f"seed {outcome.seed}: {found} violations")
            progress.advance(bar)
    print(campaign.report())
    if report is not None:
        report.with_suffix(".txt").write_text(campaign.report() + "\n")
        report.with_suffix(".json").write_text(campaign.as_json() + "\n")
    is_complete = len(chosen) < PROBES_FROM_SEEDS or not campaign.missed
    sys.exit(0 if campaign.holds and is_complete else 1)


def _read(seeds: str) -> list[int]:
    first, dash, last = seeds.partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise typer.BadParameter(f"{seeds!r} is no range of seeds: write FIRST-LAST, for example 1-200")
    return list(range(int(first), int(last or first) + 1))


if __name__ == "__main__":
    app()
