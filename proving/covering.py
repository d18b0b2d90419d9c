"""``python -m proving.covering``: which branches no test takes, here and in every program that the tests start."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

CHECKOUT: Final = Path(__file__).resolve().parents[1]
DECISIONS: Final = "src/kitchen_printer/decisions/"
DECISIONS_MIN: Final = 100.0
"""A branch of a decision that no test takes is a rule that nobody has tried."""

REST_MIN: Final = 95.0
PROCESSES: Final = "3"


@app.command(context_settings={"ignore_unknown_options": True})
def cover(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="For pytest: files, folders, or options such as -k paper.")
    ] = None,
) -> None:
    """Run the tests, and say which lines and branches none of them takes, here and in programs that they start.

    All tests take about three times as long as they do without this. Ends with 1 when one fails, when a branch of the
    decisions is not taken, or more than one in twenty of the rest.
    """
    with TemporaryDirectory(prefix="kitchen-coverage-") as folder:
        data, report = Path(folder, "data"), Path(folder, "report.json")
        tests = ["-m", "pytest", "-n", PROCESSES, "-q", *(arguments or [])]
        passed = _coverage(data, "run", *tests) == 0
        _coverage(data, "combine", "--quiet", folder)
        _coverage(data, "json", "--quiet", "-o", str(report))
        files: dict[str, Any] = json.loads(report.read_text())["files"]
    decisions = {name: each for name, each in files.items() if name.startswith(DECISIONS)}
    rest = {name: each for name, each in files.items() if name not in decisions}
    is_enough = [_told("decisions", decisions, DECISIONS_MIN), _told("the rest", rest, REST_MIN)]
    sys.exit(0 if passed and all(is_enough) else 1)


def _coverage(data: Path, *arguments: str) -> int:
    command = [sys.executable, "-m", "coverage", arguments[0], f"--data-file={data}", *arguments[1:]]
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode


def _told(name: str, files: dict[str, Any], least: float) -> bool:
    """Print what is missing in some files; return whether the share that is covered is enough."""
    share = _share(each["summary"] for each in files.values())
    print(f"\n{name}: {share:.2f} % of lines and branches, {least:g} % are asked for")
    for path, each in sorted(files.items()):
        lines = _ranges(each["missing_lines"])
        branches = [
            f"{start} to {end}"
            for start, end in each["missing_branches"]
            if start not in each["missing_lines"]
        ]
        if lines or branches:
            print(f"  {path}: {', '.join([*lines, *branches])}")
    return share >= least


def _share(summaries: Iterable[dict[str, int]]) -> float:
    there = taken = 0
    for each in summaries:
        there += each["num_statements"] + each["num_branches"]
        taken += each["covered_lines"] + each["covered_branches"]
    return 100 * taken / there if there else 100.0


def _ranges(lines: list[int]) -> list[str]:
    """Fold lines that follow each other."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][-1] + 1:
            found[-1].append(line)
        else:
            found.append([line])
    return [str(each[0]) if len(each) == 1 else f"{each[0]}-{each[-1]}" for each in found]


if __name__ == "__main__":
    app()
