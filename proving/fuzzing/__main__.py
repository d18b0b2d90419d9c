"""``python -m proving.fuzzing``: fuzz what reads bytes from outside, for as long as you like."""

import sys
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from proving.fuzzing.engine import fuzz
from proving.fuzzing.targets import TARGETS

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def run(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which of {', '.join(TARGETS)}; all without.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="For each of them.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Where chance begins.")] = 0,
    failures: Annotated[Path, typer.Option(help="Where an input goes that fails.")] = Path("fuzz-failures"),
) -> None:
    """Fuzz the readers of bytes from outside; end with 1 when an input makes one break its promise."""
    unknown = sorted(set(names or ()) - set(TARGETS))
    if unknown:
        raise typer.BadParameter(f"there is no target {unknown[0]!r}: choose of {', '.join(TARGETS)}")
    failed = False
    for name in names or TARGETS:
        fuzzed = TARGETS[name]
        run = fuzz(fuzzed.target, fuzzed.beginnings, fuzzed.words, fuzzed.folders, seconds=seconds, seed=seed)
        print(
            f"{name:<8} {run.executions:>9,} inputs  {len(run.lines):>5} lines reached  {len(run.kept):>4} inputs kept"
        )
        if run.failure is not None:
            failed = True
            failures.mkdir(exist_ok=True)
            kept = failures / f"{name}-{sha256(run.failure).hexdigest()[:12]}.bin"
            kept.write_bytes(run.failure)
            print(f"  {run.error!r}\n  the input is in {kept}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    app()
