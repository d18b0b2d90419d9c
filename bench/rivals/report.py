"""The tables of ratios, what must hold, and everything raw as JSON."""

import json
import os
import platform
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg

from bench.rivals.bounds import bounds, told
from bench.rivals.figures import Turn, figure, ratio
from bench.rivals.plan import ROUNDS, Log, Sizes
from bench.rivals.rows import OURS, ROWS, Row
from kitchen_demo.postgres import Postgres

_LIBRARIES: Final = (
    *("psycopg", "procrastinate", "pgqueuer", "asyncpg", "celery", "redis"),
    *("django", "django-tasks", "django-tasks-db"),
)
_BEGIN: Final = "<!-- measured: written by `dev.py bench rivals --publish` -->"
_END: Final = "<!-- end of what was measured -->"
_SETTINGS: Final = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


def keep(folder: Path, log: Log, sizes: Sizes, postgres: Postgres) -> None:
    """Write everything that was measured so far, and where."""
    folder.mkdir(parents=True, exist_ok=True)
    measured_with = about(postgres) | {
        "tickets": f"{sizes.tickets:,}, over few printers {sizes.tickets_few:,}, in a trickle {sizes.trickle_tickets:,}"
    }
    everything = {
        "about": measured_with,
        "sizes": asdict(sizes),
        "noise": noise(log),
        "spins": log.spins,
        "failed": log.failed,
        "turns": [asdict(each) for each in log.turns],
    }
    (folder / "raw.json").write_text(json.dumps(everything, indent=1), encoding="utf-8")
    (folder / "tables.md").write_text(tables(log, measured_with), encoding="utf-8")


def add_earlier(folder: Path, log: Log, *, without: Collection[str], commit: str) -> None:
    """Take over what an earlier run measured of other parts. Raises ``ValueError`` if that was another commit."""
    earlier = json.loads((folder / "raw.json").read_text(encoding="utf-8"))
    if earlier["about"]["commit"] != commit:
        raise ValueError(f"{folder} was measured at commit {earlier['about']['commit']}, this is {commit}")
    log.turns += [Turn(**each) for each in earlier["turns"] if each["part"] not in without]
    log.spins += earlier["spins"]
    log.failed += [each for each in earlier["failed"] if each.partition(",")[0] not in without]


def commit() -> str:
    """Return the commit of this checkout, and whether anything in it differs from that."""
    return _git("rev-parse", "--short", "HEAD") + (" and changes" if _git("status", "-s") else "")


def about(postgres: Postgres) -> dict[str, str]:
    """Say what it was measured with."""
    with psycopg.connect(postgres.dsn()) as connection:
        found = [
            (each, connection.execute("SELECT current_setting(%s)", [each]).fetchone()) for each in _SETTINGS
        ]
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "cores": str(len(os.sched_getaffinity(0))),
        "processor": _processor(),
        "python": platform.python_version(),
        **{f"postgresql {name}": str(value[0]) for name, value in found if value},
        **{name: found_version for name in _LIBRARIES if (found_version := _version(name))},
    }


def noise(log: Log) -> str:
    """Say how steady the machine was: the same loop, timed before each turn."""
    spins = sorted(log.spins)
    if len(spins) < 2:
        return "not known"
    p95 = quantiles(spins, n=20)[-1]
    return (
        f"a loop of {median(spins) * 1000:.0f} ms took {spins[0] / median(spins):.2f} to "
        f"{spins[-1] / median(spins):.2f} of its median, 95 % of the time at most {p95 / median(spins):.2f}"
    )


def publish(folder: Path, page: Path, pictures: Path) -> None:
    """Put tables and pictures where people read them: between the page's marks, and beside the other pictures."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    assert begin, f"{page} has no {_BEGIN}"
    assert end, f"{page} has no {_END}"
    made = sorted(folder.glob("*.png"))
    for each in made:
        (pictures / f"performance-{each.name}").write_bytes(each.read_bytes())
    shown = "\n".join(f"![{each.stem}](pictures/performance-{each.name})" for each in made)
    measured = (folder / "tables.md").read_text(encoding="utf-8")
    page.write_text(f"{before}{begin}\n\n{measured}\n{shown}\n\n{end}{after}", encoding="utf-8")


def tables(log: Log, measured_with: Mapping[str, str]) -> str:
    """Return all tables as Markdown: what must hold first, then each part."""
    about_it = "; ".join(f"{name} {value}" for name, value in measured_with.items() if value)
    asked = [(each.what, each.came, each.verdict) for each in bounds(log)]
    parts = [_table(log, part, size) for part in ROWS for size in log.sizes_of(part)]
    head = f"Measured: {about_it}.\n\nNoise: {noise(log)}.\n\n"
    head += "".join(f"FAILED: {' '.join(each.split())[:300]}\n\n" for each in log.failed)
    return head + "\n".join([_markdown(("what must hold", "came out", "holds"), asked), *parts])


def _table(log: Log, part: str, size: str) -> str:
    contenders = sorted(log.contenders_of(part, size), key=lambda name: name != OURS)
    rows = [(row.name, *(_cell(log, part, size, name, row) for name in contenders)) for row in ROWS[part]]
    rounds = max(len(log.of(part, size, name)) for name in contenders)
    title = f"### {part}, {size}: {_rounds(rounds)}; × our figure by theirs"
    return f"{title}\n\n{_markdown(('figure', *contenders), rows)}"


def _rounds(rounds: int) -> str:
    """Say how often it was measured; of few rounds no interval means anything."""
    if rounds == 1:
        return "1 round"
    return f"{rounds} rounds, medians" + (" (90 % interval)" if rounds >= ROUNDS else "")


def _cell(log: Log, part: str, size: str, name: str, row: Row) -> str:
    ours, theirs = log.of(part, size, OURS), log.of(part, size, name)
    cell = told(figure(theirs, row.of), row.form)
    if name != OURS and ours and figure(theirs, row.of).low > 0:
        cell += f" × {told(ratio(ours, theirs, row.of), '.2f')}"
    return cell


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
