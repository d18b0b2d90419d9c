"""The newest release and this program on one database, printing together: what a rolling upgrade goes through.

The release is checked out from the commit that CHANGELOG.md names. One printer of the first station has a backup and is
dead, the new service is killed once and its printers are taken over by the old one, and the other way round.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from rich.console import Console

from bench.customer import Account, Customer, account_for, kept_in, longest_gap, papers_in, wait_until_drained
from bench.printers import PrinterProcess, printer_process
from kitchen_demo.edge import new_database, set_routes
from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.postgres import open_postgres
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

ROOT: Final = Path(__file__).resolve().parents[1]
RELEASE: Final = re.compile(r"^## \[(?P<version>[\d.]+)\] - \S+, commit (?P<commit>[0-9a-f]+)$", re.MULTILINE)
STATIONS: Final = ("BAR", "KITCHEN", "DESSERT", "WOK")
BACKED_UP: Final = "BAR"
"""Its first printer is dead; another one stands in."""

ORDERS_PER_SECOND: Final = 8.0
TOGETHER_SECONDS: Final = 120.0
ALONE_SECONDS: Final = 8.0
DRAIN_SECONDS_MAX: Final = 120.0
DEAD: Final = "127.0.0.1:9"
"""The discard port of this machine: nothing listens there."""

_LAUNCHER: Final = """#!{python}
import sys
sys.path.insert(0, {source!r})
from kitchen_printer.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """How it went. ``by_version`` counts the attempts of each; ``moves`` those of waiting tickets between printers.

    ``longest_waits`` is from order to paper, in seconds: of the station whose first printer is dead, and of the others.
    """

    version: str
    account: Account
    migrated_in: float
    silence: float
    by_version: dict[str, int]
    moves: int
    longest_waits: dict[str, float]
    unproved: int
    crashes: list[str]


def run() -> None:
    """Print how it went and fail if anything was lost, or printed twice without a mark."""
    upgraded = upgrade(TOGETHER_SECONDS)
    account = upgraded.account
    say = Console(width=160).print
    say(
        f"{upgraded.version} and this program together for {TOGETHER_SECONDS:.0f} s, {account.acknowledged} orders"
    )
    say(f"migrated beside the running {upgraded.version} in {upgraded.migrated_in:.1f} s")
    say(f"never printed: {len(account.lost)}; printed twice without a mark: {len(account.unmarked_twice)}")
    say(f"marked papers: {account.marked}, of these the first of their order: {account.marked_needlessly}")
    say(f"attempts by version: {upgraded.by_version}; tickets moved between printers: {upgraded.moves}")
    say(
        f"PRINTED and not proved: {upgraded.unproved}; longest silence of all printers: {upgraded.silence:.1f} s"
    )
    say(f"longest wait from order to paper, in seconds: {upgraded.longest_waits}")
    say(f"failures told in the logs: {upgraded.crashes or 'none'}")
    assert account.is_good, account
    assert upgraded.unproved == 0
    assert not upgraded.crashes


def upgrade(seconds: float) -> Upgraded:
    """Let the release print, migrate beside it, add this program, let each die once, and take the release away."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        version, programs = _released(scratch)
        postgres = stack.enter_context(open_postgres({}, durable=True))
        dsn = stack.enter_context(new_database(postgres))
        _run(programs, dsn, "migrate")
        service_dsn = stack.enter_context(_login(dsn))
        fleet = stack.enter_context(
            printer_process(len(STATIONS), scratch, names=STATIONS, paper=scratch / "paper")
        )
        _set_routes(dsn, fleet)
        old = ServiceProcess(service_dsn, scratch / "old.log", {"KITCHEN_MAX_ATTEMPTS": "20"}, programs)
        new = ServiceProcess(service_dsn, scratch / "new.log", {"KITCHEN_MAX_ATTEMPTS": "20"})
        stack.callback(old.kill)
        stack.callback(new.kill)
        old.start()
        old.wait_until_healthy()
        customer = Customer(dsn, STATIONS, ORDERS_PER_SECOND)
        customer.start()
        time.sleep(ALONE_SECONDS)
        began = time.monotonic()
        migrate(dsn)
        migrated_in = time.monotonic() - began
        new.start()
        _print_together(old, new, seconds)
        old.stop()
        time.sleep(ALONE_SECONDS)
        ordered = customer.stop()
        wait_until_drained(dsn, DRAIN_SECONDS_MAX)
        papers = papers_in(scratch / "paper")
        moves, unproved, backed_up, others = _on_record(dsn)
        return Upgraded(
            version=version,
            account=account_for(ordered, papers, kept_in(dsn)),
            migrated_in=migrated_in,
            silence=longest_gap([each.at for each in papers], began),
            by_version={"release": _attempts(dsn, old.log), "this program": _attempts(dsn, new.log)},
            moves=moves,
            longest_waits={BACKED_UP: backed_up, "others": others},
            unproved=unproved,
            crashes=[line for log in (old.log, new.log) for line in _failures(log)],
        )


def _print_together(old: ServiceProcess, new: ServiceProcess, seconds: float) -> None:
    """Both print; each is killed once, and the other one takes its printers and what it left open."""
    part = seconds / 6
    time.sleep(2 * part)
    for each in (new, old):
        each.kill()
        time.sleep(part)
        each.start()
        time.sleep(part)


def _released(scratch: Path) -> tuple[str, Path]:
    """Check the newest release out; return its version and a folder with its command."""
    found = RELEASE.search((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if found is None:
        raise LookupError("CHANGELOG.md names no release with its commit")
    source = scratch / "release"
    source.mkdir()
    packed = subprocess.run(
        ["git", "archive", found["commit"], "src"], cwd=ROOT, check=True, capture_output=True
    )
    subprocess.run(["tar", "-x", "-C", source], input=packed.stdout, check=True)
    programs = scratch / "programs"
    programs.mkdir()
    launcher = programs / "kitchen-printer"
    launcher.write_text(_LAUNCHER.format(python=sys.executable, source=str(source / "src")), encoding="utf-8")
    launcher.chmod(0o755)
    return found["version"], programs


def _run(programs: Path, dsn: str, command: str) -> None:
    subprocess.run(
        [programs / "kitchen-printer", command], env={"DATABASE_URL": dsn}, check=True, capture_output=True
    )


@contextmanager
def _login(dsn: str) -> Generator[str, None, None]:
    with psycopg.connect(dsn) as connection:
        login = create_login(connection, "kitchen_service")
    try:
        yield login.dsn(dsn)
    finally:
        with psycopg.connect(dsn) as connection:
            drop_login(connection, login)


def _set_routes(dsn: str, fleet: PrinterProcess) -> None:
    set_routes(dsn, fleet.addresses | {BACKED_UP: DEAD})
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "INSERT INTO station_printers (station_code, printer_ip, priority) VALUES (%s, %s, 2)",
            [BACKED_UP, fleet.addresses[BACKED_UP]],
        )


def _attempts(dsn: str, log: Path) -> int:
    """Count the attempts of the processes that wrote a log."""
    owners = re.findall(r'"owner": "([0-9a-f-]+)"', log.read_text(encoding="utf-8"))
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "SELECT count(*) FROM print_attempts WHERE owner = ANY(%s::uuid[])", [owners]
        ).fetchone()
    return int(row[0]) if row else 0


def _on_record(dsn: str) -> tuple[int, int, float, float]:
    """Return how often tickets were moved, how many PRINTED ones are not proved, and the two longest waits."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            """
            SELECT (SELECT count(*) FROM print_events WHERE event = 'redirected'),
                   count(*) FILTER (WHERE status = 'PRINTED' AND NOT is_proved),
                   max(extract(epoch FROM printed_at - created_at)) FILTER (WHERE printer_target = %(station)s),
                   max(extract(epoch FROM printed_at - created_at)) FILTER (WHERE printer_target <> %(station)s)
              FROM kitchen_tickets
            """,
            {"station": BACKED_UP},
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), float(row[2]), float(row[3])


def _failures(log: Path) -> list[str]:
    """Return what a service told of its own mistakes."""
    lines = log.read_text(encoding="utf-8").splitlines()
    return [line[:300] for line in lines if '"task_crashed"' in line or '"record_refused"' in line]
