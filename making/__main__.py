"""Make the kept files that are named: ``python3 dev.py make fonts``; without a name, list what can be made."""

import importlib
import sys
from pathlib import Path

NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: list[str]) -> int:
    """Make the named files in turn."""
    unknown = [name for name in wanted if name not in NAMES]
    if unknown or not wanted:
        for name in NAMES:
            summary = (importlib.import_module(f"making.{name}").__doc__ or "").splitlines()[0]
            print(f"{name:<12} {summary}")
        return 2 if unknown else 0
    for name in wanted:
        importlib.import_module(f"making.{name}").make()
    return 0


sys.exit(main(sys.argv[1:]))
