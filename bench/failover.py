"""The database's primary dies, hangs or is swapped while tickets print: how long nothing prints, and what is lost.

The service, its printers and both PostgreSQL servers are processes of this one machine. A standby that lags is made by
cutting it off a second before the fault; one that does not is as close behind as the machine lets it be.
"""

import json
import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench.customer import Account, Customer, account_for, kept_in, longest_gap, papers_in, wait_until_drained
from bench.pair import Pair, running_pair
from bench.printers import printer_process
from kitchen_demo.edge import set_routes
from kitchen_demo.logins import create_login
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

STATIONS: Final = ("BAR", "KITCHEN", "DESSERT", "WOK")
ORDERS_PER_SECOND: Final = 12.0
"""Three times the rush of a large restaurant."""

CALM_SECONDS: Final = 6.0
NOTICED_AFTER_SECONDS: Final = 1.0
"""How long whoever watches the pair takes to promote the standby."""

LAG_SECONDS: Final = 1.0
AFTERWARDS_SECONDS: Final = 8.0
DRAIN_SECONDS_MAX: Final = 60.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One fault of one kind of pair. ``is_lossless`` says that nothing may be lost or marked."""

    name: str
    strike: Callable[[Pair, ServiceProcess], None]
    is_synchronous: bool
    is_lossless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a scenario went. Silences are in seconds; ``change`` is what the service judged."""

    account: Account
    printing_silence: float
    ordering_silence: float
    change: str
    in_doubt: int
    vanished: int


def _kill(pair: Pair, service: ServiceProcess) -> None:
    pair.a.kill()
    time.sleep(NOTICED_AFTER_SECONDS)
    pair.b.promote()


def _kill_while_behind(pair: Pair, service: ServiceProcess) -> None:
    """Orders wait, the standby falls behind, and only then they are printed: their attempts are lost, they are not."""
    os.kill(service.pid, signal.SIGSTOP)
    time.sleep(LAG_SECONDS)
    pair.b.lag_behind()
    os.kill(service.pid, signal.SIGCONT)
    time.sleep(LAG_SECONDS)
    _kill(pair, service)


def _freeze(pair: Pair, service: ServiceProcess) -> None:
    pair.a.freeze()
    time.sleep(NOTICED_AFTER_SECONDS)
    pair.b.promote()


def _freeze_and_thaw(pair: Pair, service: ServiceProcess) -> None:
    _freeze(pair, service)
    time.sleep(AFTERWARDS_SECONDS)
    pair.a.thaw()  # The old primary takes writes again, and nobody has shut it out.
    pair.b.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kitchen-printer'"
    )


def _switch_over(pair: Pair, service: ServiceProcess) -> None:
    pair.a.server.stop()  # PostgreSQL ends only when the standby has everything.
    pair.b.promote()


SCENARIOS: Final = (
    Scenario("synchronous, kill -9", _kill, True, True),
    Scenario("synchronous, frozen", _freeze, True, True),
    Scenario("synchronous, switchover", _switch_over, True, True),
    Scenario("asynchronous, kill -9", _kill, False, False),
    Scenario("asynchronous, 1 s behind, kill -9", _kill_while_behind, False, False),
    Scenario("asynchronous, frozen", _freeze, False, False),
    Scenario("asynchronous, frozen, then thawed", _freeze_and_thaw, False, False),
    Scenario("asynchronous, switchover", _switch_over, False, False),
)


def run() -> None:
    """Go through all scenarios, print a table, and fail if one promise was broken."""
    table = Table(
        "",
        "nothing printed",
        "no order taken",
        "orders",
        "gone with it",
        "of these printed",
        "marked",
        "of these first papers",
        "judged",
    )
    broken: list[str] = []
    for scenario in SCENARIOS:
        found = play(scenario)
        account = found.account
        table.add_row(
            scenario.name,
            f"{found.printing_silence:.1f} s",
            f"{found.ordering_silence:.1f} s",
            *map(str, (account.acknowledged, account.gone, account.gone_on_paper)),
            *map(str, (account.marked, account.marked_needlessly)),
            f"{found.change}, {found.in_doubt} in doubt, {found.vanished} attempts vanished",
        )
        broken += [f"{scenario.name}: {problem}" for problem in _broken(scenario, found)]
    Console(width=200).print(table)
    assert not broken, "; ".join(broken)


def _broken(scenario: Scenario, found: Finding) -> list[str]:
    account = found.account
    promises = {
        f"never printed: {account.lost}": not account.lost,
        f"printed twice unmarked: {account.unmarked_twice}": not account.unmarked_twice,
        f"{account.gone} acknowledged orders gone": not scenario.is_lossless or account.gone == 0,
        f"{account.marked} papers marked": not scenario.is_lossless or account.marked == 0,
        f"judged {found.change}": (found.change == "complete") == scenario.is_lossless,
    }
    return [problem for problem, is_kept in promises.items() if not is_kept]


def play(scenario: Scenario) -> Finding:
    """Let one scenario happen to a kitchen of its own."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pair = stack.enter_context(running_pair(synchronous=scenario.is_synchronous))
        migrate(pair.dsn)
        with psycopg.connect(pair.dsn) as connection:
            login = create_login(connection, "kitchen_service")
        fleet = stack.enter_context(
            printer_process(len(STATIONS), scratch, names=STATIONS, paper=scratch / "paper")
        )
        set_routes(pair.dsn, fleet.addresses)
        service = ServiceProcess(login.dsn(pair.dsn), scratch / "service.log")
        stack.callback(service.stop)
        service.start()
        service.wait_until_healthy()
        customer = Customer(pair.dsn, STATIONS, ORDERS_PER_SECOND)
        customer.start()
        time.sleep(CALM_SECONDS)
        struck = time.monotonic()
        scenario.strike(pair, service)
        time.sleep(AFTERWARDS_SECONDS)
        ordered = customer.stop()
        new_primary = pair.b.server.dsn()
        wait_until_drained(new_primary, DRAIN_SECONDS_MAX)
        papers = papers_in(scratch / "paper")
        events = _events(scratch / "service.log")
        changed = [each for each in events if each["event"] == "history_changed"]
        return Finding(
            account=account_for(ordered, papers, kept_in(new_primary)),
            printing_silence=longest_gap([each.at for each in papers], struck),
            ordering_silence=customer.longest_silence(struck),
            change=changed[0]["change"] if changed else "nothing",
            in_doubt=sum(each["copies_in_doubt"] for each in changed),
            vanished=sum(each["event"] == "attempt_vanished" for each in events),
        )


def _events(log: Path) -> list[dict[str, Any]]:
    lines = log.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]
