"""While nothing is ordered: processor time, transactions and memory, from outside the processes.

The service with few printers and with many: three of them print, the others were configured and never used. Its rivals
with sixteen, which is what their threads, workers and pools are sized by.
"""

import time
from pathlib import Path
from typing import Final, LiteralString

import psycopg
from psycopg.conninfo import make_conninfo

from bench.rivals.plan import Log, Sizes, Taken, take_turns, those
from bench.rivals.stage import Place, Stage, on_stage

PART: Final = "rest"
CONTENDERS: Final = ("service", "procrastinate", "pgqueuer", "celery_redis", "django_tasks")
PRINTERS: Final = 16
REAL: Final = 3
CONFIGURED: Final = (1_000, 3, 100)
SETTLE_SECONDS: Final = 5.0
READY_SECONDS_MAX: Final = 60.0

_IDLE: Final[LiteralString] = """
INSERT INTO station_printers (station_code, printer_ip)
SELECT 'IDLE ' || n, '127.0.0.1:' || 20000 + n FROM generate_series(1, %s) n
"""
_ALL_SERVED: Final[LiteralString] = "SELECT count(*) FILTER (WHERE owner IS NOT NULL) >= %s FROM lanes"
_TRANSACTIONS: Final[LiteralString] = """
SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s
"""


def measure(place: Place, log: Log, sizes: Sizes) -> None:
    """Let everybody rest, a while for each round."""
    for configured in CONFIGURED:
        _rest(place, log, sizes, "service", printers=REAL, configured=configured)
    for name in those(CONTENDERS, sizes):
        _rest(place, log, sizes, name, printers=PRINTERS, configured=PRINTERS)


def _rest(place: Place, log: Log, sizes: Sizes, name: str, *, printers: int, configured: int) -> None:
    """Start once and look often: what is measured is what goes on, and nothing else goes on meanwhile."""
    with on_stage(place, name, printers) as stage:
        if configured > printers:
            stage.connection.execute(_IDLE, [configured - printers])
            _wait_until_served(stage, configured)
        time.sleep(SETTLE_SECONDS)

        def take(_: Place, __: str) -> Taken:
            return _rested(stage, sizes.rest_seconds), {}

        rounds = sizes.rounds if configured == max(CONFIGURED) else sizes.rest_rounds
        take_turns(place, log, PART, f"{configured} printers", [name], rounds=rounds, take=take)


def _rested(stage: Stage, seconds: float) -> dict[str, float]:
    used, transactions, began = stage.processor(), _transactions(stage), time.monotonic()
    time.sleep(seconds)
    span = time.monotonic() - began
    shares = {party: (spent - used[party]) / span * 100 for party, spent in stage.processor().items()}
    return {
        "transactions a second": (_transactions(stage) - transactions) / span,
        "per cent of a core, workers": shares["workers"],
        "per cent of a core, with servers": sum(shares.values()) - shares["printers"],
        "MiB resident": sum(_resident_mib(each.pid) for each in stage.workers),
    }


def _wait_until_served(stage: Stage, configured: int) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while stage.connection.execute(_ALL_SERVED, [configured]).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not all of {configured} printers are served")
        time.sleep(0.1)


def _transactions(stage: Stage) -> int:
    """Return the transactions of the database so far; at rest each is one statement. Asked from another database."""
    with psycopg.connect(make_conninfo(stage.scene.dsn, dbname="postgres"), autocommit=True) as beside:
        row = beside.execute(_TRANSACTIONS, [stage.connection.info.dbname]).fetchone()
    assert row is not None
    return int(row[0])


def _resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no VmRSS for process {pid}")
