"""``python3 dev.py bench rivals [PART …] [--short] [--tickets N] …``: measure, and say how it went."""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.rivals.contender import NAMES
from bench.rivals.pictures import draw
from bench.rivals.plan import Log, Sizes
from bench.rivals.redis import running_redis
from bench.rivals.report import add_earlier, commit, keep, publish
from bench.rivals.stage import Place
from kitchen_demo.postgres import open_postgres

PARTS: Final = {
    "papers": "everybody prints the same twenty tickets, and every paper is compared",
    "drain": "a backlog over 1, 4, 16 and 64 printers",
    "lines": "the same over 16 printers, where each rival opens a line for each ticket",
    "trickle": "five tickets a second: from commit to first byte, cut and record",
    "rest": "nothing is ordered: processor time, transactions and memory",
    "dead": "one dead printer of sixteen: what the others still get",
    "cold": "from starting the service to its first claim, and what importing it costs",
    "history": "1 k to 5 M printed tickets, and days of work one after the other",
    "replicas": "two replicas of the service beside one",
    "floors": "what PostgreSQL alone does with two commits for each ticket",
    "kill": "kill -9 in the middle, and a new worker at once",
    "rush": "fifty orders in ten seconds",
}
"""In the order of what is asked of them."""

SHORT: Final = Sizes(
    tickets=560,
    tickets_few=200,
    trickle_tickets=30,
    rush_rounds=2,
    kill_rounds=1,
    rest_seconds=15.0,
    rest_rounds=1,
    day_tickets=1_000,
    cold_starts=7,
    dead=("service",),
    history=(1_000, 5_000_000),
)
"""What fits into 30 calm minutes if histories are filled: fewer tickets, five rounds of whatever has a bound."""

CELERY: Final = "celery_redis"


def run(arguments: list[str]) -> int:
    """Measure the parts that are named, or all; print the tables and keep everything in a folder."""
    told = parsed(arguments)
    sizes = _sizes(told)
    log = Log()
    with (
        tempfile.TemporaryDirectory(prefix="rivals-") as folder,
        open_postgres(os.environ, data_root=told.data and told.data.resolve(), durable=True) as postgres,
        running_redis(Path(folder)) as redis,
    ):
        place = Place(postgres, Path(folder), redis)
        if redis is None:
            print("There is no redis-server: celery_redis is left out.")
            sizes = replace(
                sizes, contenders=tuple(each for each in sizes.contenders or NAMES if each != CELERY)
            )
        if told.add:
            add_earlier(told.out, log, without=told.parts or PARTS, commit=commit())
        log.ends_at = time.monotonic() + sizes.minutes * 60
        for name in told.parts or PARTS:
            print(f"── {name}: {PARTS[name]}", flush=True)
            import_module(f"bench.rivals.{name}").measure(place, log, sizes)
            keep(told.out, log, sizes, postgres)
    print((told.out / "tables.md").read_text(encoding="utf-8"))
    draw(told.out, log)
    if told.publish:
        publish(told.out, Path("docs/performance.md"), Path("docs/pictures"))
    print(f"\nEverything is in {told.out}.")
    return 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; a wrong one ends the program with a sentence."""
    parser = argparse.ArgumentParser(
        prog="dev.py bench rivals",
        description="Parts: " + "; ".join(f"{name}: {what}" for name, what in PARTS.items()) + ".",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="what to measure (default: everything)")
    parser.add_argument(
        "--short", action="store_true", help="smaller sizes, and fewer rounds of what has no bound"
    )
    parser.add_argument(
        "--publish", action="store_true", help="put tables and pictures into docs/performance.md"
    )
    parser.add_argument(
        "--add", action="store_true", help="keep what --out has of other parts, measured at the same commit"
    )
    parser.add_argument("--minutes", type=float, help="begin no further round after so long")
    parser.add_argument("--rounds", type=int, help="turns of each contender (default: 5)")
    parser.add_argument("--tickets", type=int, help="tickets of a backlog (default: 5,000)")
    parser.add_argument("--printers", type=_numbers, help="numbers of printers to drain over, such as 1,16")
    parser.add_argument("--trickle-tickets", type=int, help="tickets of a trickle (default: 150)")
    parser.add_argument("--only", type=_names, metavar="NAMES", help=f"contenders, of {', '.join(NAMES)}")
    parser.add_argument(
        "--history", type=_numbers, help="printed tickets to work beside, such as 1000,5000000"
    )
    parser.add_argument(
        "--data", type=Path, help="folder in which the server's data stay, filled histories among them"
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/rivals"),
        help="folder for raw results and pictures (default: build/rivals)",
    )
    told = parser.parse_args(arguments)
    if unknown := set(told.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return told


def _sizes(told: argparse.Namespace) -> Sizes:
    sizes = SHORT if told.short else Sizes()
    asked = {
        "rounds": told.rounds,
        "minutes": told.minutes,
        "tickets": told.tickets,
        "tickets_few": told.tickets,
        "printers": told.printers,
        "trickle_tickets": told.trickle_tickets,
        "history": told.history,
        "contenders": told.only,
    }
    return replace(sizes, **{name: value for name, value in asked.items() if value is not None})


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(","))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - set(NAMES):
        raise argparse.ArgumentTypeError(f"there is no contender {', '.join(sorted(unknown))}")
    return names
