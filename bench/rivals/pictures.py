"""Two pictures: how latencies are distributed, and what a ticket costs with more printers and with more history."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from bench.rivals.figures import Figure, Statistic, figure, median_of
from bench.rivals.plan import Log

DOTS_PER_INCH: Final = 110
LATENCIES: Final = ("to first byte, ms", "to record, ms")


def draw(folder: Path, log: Log) -> list[Path]:
    """Draw what there are figures for; return the files."""
    plot: Any = import_module("matplotlib")
    plot.use("Agg")
    made = [
        _latencies(folder / f"{part}.png", log, part, size)
        for part in ("trickle", "rush")
        for size in log.sizes_of(part)
    ]
    if len(log.sizes_of("drain")) > 1:
        made.append(_sizes(folder / "printers.png", log))
    return made


def _latencies(path: Path, log: Log, part: str, size: str) -> Path:
    """Draw for each contender which share of tickets was as fast as that."""
    figure_of, axes = _axes(len(LATENCIES))
    for axis, name in zip(axes, LATENCIES, strict=True):
        for contender in log.contenders_of(part, size):
            values = sorted(value for turn in log.of(part, size, contender) for value in turn.samples[name])
            shares = [(position + 1) / len(values) for position in range(len(values))]
            axis.step(values, shares, where="post", label=contender)
        axis.set(
            xscale="log", xlabel=f"from commit {name}", ylabel="share of tickets", title=f"{part}, {size}"
        )
        axis.grid(visible=True, which="both", alpha=0.3)
    axes[0].legend()
    return _saved(figure_of, path)


def _sizes(path: Path, log: Log) -> Path:
    """Draw rate and cost against the number of printers, with their intervals."""
    figure_of, axes = _axes(2)
    sizes = log.sizes_of("drain")
    contenders = dict.fromkeys(name for size in sizes for name in log.contenders_of("drain", size))
    for axis, name in zip(axes, ("tickets a second", "CPU s per 1,000"), strict=True):
        for contender in contenders:
            there = [size for size in sizes if log.of("drain", size, contender)]
            came = [figure(log.of("drain", size, contender), _of(name)) for size in there]
            printers = [int(size.split()[0]) for size in there]
            axis.errorbar(
                printers,
                [each.value for each in came],
                yerr=_errors(came),
                label=contender,
                marker="o",
                capsize=3,
            )
        axis.set(xscale="log", xlabel="printers", ylabel=name, title="a backlog")
        axis.set_xticks([int(size.split()[0]) for size in sizes], [size.split()[0] for size in sizes])
        axis.set_ylim(bottom=0)
        axis.grid(visible=True, alpha=0.3)
    axes[0].legend()
    return _saved(figure_of, path)


def _of(name: str) -> Statistic:
    return median_of(name)


def _errors(came: Sequence[Figure]) -> list[list[float]]:
    return [[each.value - each.low for each in came], [each.high - each.value for each in came]]


def _axes(count: int) -> tuple[Any, Any]:
    pyplot: Any = import_module("matplotlib.pyplot")
    made: tuple[Any, Any] = pyplot.subplots(1, count, figsize=(6.5 * count, 4.6), layout="constrained")
    return made


def _saved(figure_of: Any, path: Path) -> Path:
    figure_of.savefig(path, dpi=DOTS_PER_INCH)
    return path
