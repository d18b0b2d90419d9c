"""``python -m bench [NAME …]``: run the named measurements, or say which there are."""

import sys
from importlib import import_module
from typing import Final

MEASUREMENTS: Final = {
    "virtual_printer": "how fast the virtual printers take tickets, so that nothing else is measured by mistake",
    "at_rest": "what the service costs while nothing is ordered: queries, processor, memory",
}


def main(names: list[str]) -> int:
    """Run measurements one after the other; return the exit code."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown or not names:
        for name in unknown:
            print(f"There is no measurement {name!r}.", file=sys.stderr)
        for name, what in MEASUREMENTS.items():
            print(f"{name:20} {what}")
        return 2 if unknown else 0
    for name in names:
        print(f"── {name}: {MEASUREMENTS[name]}", flush=True)
        import_module(f"bench.{name}").run()
    return 0


sys.exit(main(sys.argv[1:]))
