"""The whole edge dies twenty times at random moments, PostgreSQL and every process at once, and comes back alone.

Nobody cleans up, waits, or minds the order: after a cut all programs are started at the same moment, the service
perhaps before the database, and the next cut may come before they have found each other. Only the printers live on.
"""

import os
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import psycopg
from rich.console import Console

from bench.customer import Account, Customer, Ordered, account_for, kept_in, papers_in, wait_until_drained
from bench.pair import family
from bench.printers import printer_process
from kitchen_demo.backend_process import BackendProcess, set_up_backend
from kitchen_demo.child_process import ChildProcess
from kitchen_demo.edge import set_routes
from kitchen_demo.logins import create_login
from kitchen_demo.menu import MENU
from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

CUTS: Final = 20
SEED: Final = 9
STATIONS: Final = ("BAR", "KITCHEN", "DESSERT", "WOK")
ORDERS_PER_SECOND: Final = 8.0
MM_PER_SECOND: Final = 250.0
UP_SECONDS_MIN, UP_SECONDS_MAX = 0.5, 10.0
"""A cut comes at any moment in between after the start: before all is up, or in the middle of printing."""

SETTINGS: Final = {"KITCHEN_LEASE_SECONDS": "2", "KITCHEN_MAX_ATTEMPTS": "20"}
"""Leases of the dead end soon, so that cuts find papers under way; and nothing is given up, however often it is cut."""

DRAIN_SECONDS_MAX: Final = 120.0


@dataclass(frozen=True, slots=True)
class Survived:
    """What came of it: the account, and the seconds from the last start to the next paper."""

    account: Account
    cuts: int
    back_after: float


def run() -> None:
    """Print the account and fail if anything was lost, or printed twice without a mark."""
    survived = cut(CUTS, SEED)
    account = survived.account
    say = Console(width=160).print
    say(f"{survived.cuts} cuts, {account.acknowledged} orders acknowledged, {account.gone} of them gone")
    say(f"never printed: {len(account.lost)}; printed twice without a mark: {len(account.unmarked_twice)}")
    say(f"marked papers: {account.marked}, of these the first of their order: {account.marked_needlessly}")
    say(f"after the last start the first paper came after {survived.back_after:.1f} s")
    assert account.is_good, account
    assert account.gone == 0, account


def cut(cuts: int, seed: int) -> Survived:
    """Let an edge die so often, then let it work off what is left."""
    random = Random(seed)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(embedded_postgres(find_programs_folder(os.environ), durable=True))
        fleet = stack.enter_context(
            printer_process(
                len(STATIONS), scratch, names=STATIONS, paper=scratch / "paper", speed=MM_PER_SECOND
            )
        )
        programs = _set_up(postgres, scratch)
        set_routes(postgres.dsn(), fleet.addresses)
        for each in programs:
            stack.callback(each.kill)
            each.start()
        all_ordered: list[Ordered] = []
        for number in range(cuts):
            customer = Customer(postgres.dsn(), STATIONS, ORDERS_PER_SECOND, first=1 + number * 1_000)
            customer.start()
            time.sleep(random.uniform(UP_SECONDS_MIN, UP_SECONDS_MAX))
            _cut_power(postgres, programs)
            all_ordered.append(customer.stop())
            _start_all(postgres, programs, random)
        started = time.monotonic()
        wait_until_drained(postgres.dsn(), DRAIN_SECONDS_MAX)
        papers = papers_in(scratch / "paper")
        together = Ordered(
            {name: at for ordered in all_ordered for name, at in ordered.acknowledged.items()},
            {name for ordered in all_ordered for name in ordered.unanswered},
        )
        return Survived(
            account=account_for(together, papers, kept_in(postgres.dsn())),
            cuts=cuts,
            back_after=min((each.at - started for each in papers if each.at > started), default=0.0),
        )


def _set_up(postgres: EmbeddedPostgres, scratch: Path) -> list[ChildProcess]:
    """Prepare the database; return two services and a backend, not started yet."""
    dsn = postgres.dsn()
    migrate(dsn)
    with psycopg.connect(dsn) as connection:
        service = create_login(connection, "kitchen_service")
        backend = create_login(connection, "kitchen_backend")
    set_up_backend(dsn, backend.name, [dish.name for dish in MENU], client="till")
    return [
        ServiceProcess(service.dsn(dsn), scratch / "service-1.log", SETTINGS),
        ServiceProcess(service.dsn(dsn), scratch / "service-2.log", SETTINGS),
        BackendProcess(backend.dsn(dsn), scratch / "backend.log"),
    ]


def _cut_power(postgres: EmbeddedPostgres, programs: Sequence[ChildProcess]) -> None:
    """Kill everything at once, workers and all."""
    victims = [pid for first in (postgres.pid, *(each.pid for each in programs)) for pid in family(first)]
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for each in programs:
        each.kill()
    postgres.stop(Stop.KILL)


def _start_all(postgres: EmbeddedPostgres, programs: Sequence[ChildProcess], random: Random) -> None:
    """Start everything in any order, without waiting for anything."""
    starts = [postgres.start, *(each.start for each in programs)]
    random.shuffle(starts)
    for start in starts:
        start()
