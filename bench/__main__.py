"""``python -m bench [NAME …]``: run the named measurements, or say which there are. ``rivals`` takes options."""

import sys
from importlib import import_module
from typing import Final

MEASUREMENTS: Final = {
    "drain": "how many tickets a second the service delivers to 16 printers, and what that costs",
    "drain_64": "the same with 64 printers",
    "virtual_printer": "how much faster than the service the virtual printers are: they must not be what is measured",
    "proof": "what the printer's word costs: from the last byte to PRINTED on record, with fences and without",
    "hostile": "what strangers on the health port cost: printing in calm and under attack, in turns",
    "post_orders": "what dead printers cost whoever orders over HTTP, in turns with living ones",
    "rush": "200 orders a minute for five minutes through the whole edge, every paper compared with the POS's list",
    "django_guide": "docs/django.md followed in fresh projects on Django 5.2 and the newest; needs the package index",
    "isolation": "what three broken printers cost the tickets of three that are well, in turns with calm",
    "clock_set": "what becomes of tickets when the clock is set an hour forward at boot, and back; needs libfaketime",
    "papers": "what a paper costs to build: Latin, many scripts, and a hundred thousand characters",
    "at_rest": "what the service costs while nothing is ordered, with few printers and with a thousand",
    "prune_at_work": "what pruning a million old tickets costs the printing beside it, in turns",
    "failover": "the database's primary dies, hangs or is swapped under load: seconds without paper, lost, marked",
    "power_cuts": "the whole edge killed twenty times, PostgreSQL with it: nothing lost, every second paper marked",
    "upgrade": "the release before and this one on one database, printing together for two minutes",
    "pooler": "PgBouncer in session mode, which works, and in transaction mode, which is refused; needs pgbouncer",
    "chain": "two edges whose tickets and events one central database collects by logical replication",
    "truthful": "whether /metrics tells the truth while everything goes wrong, compared once a second",
}
RIVALS: Final = (
    "the service beside what a shop would otherwise build; `rivals --help` lists its parts and sizes"
)


def main(names: list[str]) -> int:
    """Run measurements one after the other; return the exit code."""
    if names[:1] == ["rivals"]:
        return int(import_module("bench.rivals.run").run(names[1:]))
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown or not names:
        for name in unknown:
            print(f"There is no measurement {name!r}.", file=sys.stderr)
        for name, what in MEASUREMENTS.items():
            print(f"{name:20} {what}")
        print(f"{'rivals':20} {RIVALS}")
        return 2 if unknown else 0
    for name in names:
        print(f"── {name}: {MEASUREMENTS[name]}", flush=True)
        import_module(f"bench.{name}").run()
    return 0


sys.exit(main(sys.argv[1:]))
