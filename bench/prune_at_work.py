"""What pruning a million old tickets costs the printing beside it: with and without, in turns, in one run."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench.at_work import AtWork, at_work

OLD_TICKETS: Final = 1_000_000
PRINTERS: Final = 8
ROUNDS: Final = 8
ALONE_SECONDS: Final = 25.0
BESIDE_SECONDS: Final = 100.0
"""Longer, so that the whole million goes while tickets print."""

ORDER_EVERY_SECONDS: Final = 0.1
"""Ten tickets a second: a busy evening of a large house, far from what the service can take."""

RATIO_MAX: Final = 1.25
DELAY_SECONDS_MAX: Final = 2.0
SAMPLES: Final = 2000

_OLD = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, status, created_at, expanded_at, printed_at,
                                 table_label)
    SELECT 1000000000 + n / 2, 1 + n %% 2, 'OLD', 'PRINTED', now() - interval '400 days', now(),
           now() - interval '400 days', '7'
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n RETURNING id, bill_id),
line AS (
    INSERT INTO kitchen_ticket_items (kitchen_ticket_id, order_item_id, line_no, qty, menu_name, product_id)
    SELECT id, id * 10 + n, n, 1, 'Soup', 1 FROM ticket, generate_series(1, 2) n),
job AS (
    INSERT INTO print_jobs (kind, ticket_id, bill_id, station_code, printer_id, state, attempts, settled_at)
    SELECT 'TICKET', id, bill_id, 'OLD', %(printer)s, 'PRINTED', 1, now() - interval '400 days' FROM ticket
    RETURNING id)
INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed,
                            token_cut, outcome, evidence, settled_by, finished_at)
SELECT id, 'TICKET', 1, %(printer)s, 1, '00000000-0000-0000-0000-000000000001', false,
       chr(33 + (id %% 90)::int) || chr(33 + (id / 90 %% 90)::int) || chr(33 + (id / 8100 %% 90)::int) || 'a',
       chr(33 + (id %% 90)::int) || chr(33 + (id / 90 %% 90)::int) || chr(33 + (id / 8100 %% 90)::int) || 'b',
       'CONFIRMED', 'token', '00000000-0000-0000-0000-000000000001', now()
  FROM job
"""
_CHUNK: Final = 90**3 // 2
"""Tokens are unique per printer: each chunk of old tickets had a printer of its own."""


def run() -> None:
    """Print the figures beside their limits."""
    began = time.monotonic()
    with at_work(PRINTERS, before=lambda dsn: fill(dsn, OLD_TICKETS)) as kitchen:
        print(f"{OLD_TICKETS} old tickets were there after {time.monotonic() - began:.0f} s", flush=True)
        alone, beside = measure(kitchen, ROUNDS, ALONE_SECONDS, BESIDE_SECONDS)
        row = kitchen.record.execute(
            "SELECT count(*) FROM kitchen_tickets WHERE printer_target = 'OLD'"
        ).fetchone()
        _show(alone, beside, OLD_TICKETS - (row[0] if row else 0))


def fill(dsn: str, tickets: int) -> None:
    """Put old bills of two tickets each into the database."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        # What is put in refers to what was put in with it; to look each of it up takes most of the time.
        connection.execute("SET session_replication_role = replica")
        for first in range(0, tickets, _CHUNK):
            row = connection.execute(
                "INSERT INTO printers (address) VALUES (%s) RETURNING id", [f"10.9.{first // _CHUNK}.1:9100"]
            ).fetchone()
            last = min(first + _CHUNK, tickets) - 1
            values = {"first": first, "last": last, "printer": row[0] if row else 0}
            connection.execute(_OLD, values)
        connection.execute(
            "INSERT INTO kitchen_bills (bill_id, last_round) SELECT DISTINCT bill_id, 2 FROM kitchen_tickets"
        )
        connection.execute("VACUUM ANALYZE")


def measure(
    kitchen: AtWork, rounds: int, alone_seconds: float, beside_seconds: float
) -> tuple[list[float], list[float]]:
    """Order steadily, in turns without and with pruning; return how long tickets took in each."""
    alone: list[float] = []
    beside: list[float] = []
    _ordered(kitchen, alone_seconds / 2)  # What is prepared once is prepared now.
    for _ in range(rounds):
        alone += _ordered(kitchen, alone_seconds)
        with _pruning(kitchen.dsn):
            beside += _ordered(kitchen, beside_seconds)
    return alone, beside


def _ordered(kitchen: AtWork, seconds: float) -> list[float]:
    ends = time.monotonic() + seconds
    first = kitchen.next_bill
    while time.monotonic() < ends:
        kitchen.order(1)
        time.sleep(ORDER_EVERY_SECONDS)
    kitchen.wait_until_over()
    return kitchen.seconds_of(range(first, kitchen.next_bill))


@contextmanager
def _pruning(dsn: str) -> Generator[None, None, None]:
    program = Path(sys.executable).with_name("kitchen-printer")
    environment = {**os.environ, "DATABASE_URL": dsn}
    process = subprocess.Popen(
        [program, "prune", "--older-than", "100", "--json"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def interval(alone: list[float], beside: list[float], share: float) -> tuple[float, float, float]:
    """Return the ratio of a quantile beside to that alone, with its 95 % interval by resampling."""
    chance = random.Random(1)  # the same interval for the same samples
    ratio = _quantile(beside, share) / _quantile(alone, share)
    drawn = sorted(
        _quantile(chance.choices(beside, k=len(beside)), share)
        / _quantile(chance.choices(alone, k=len(alone)), share)
        for _ in range(SAMPLES)
    )
    return ratio, drawn[int(0.025 * SAMPLES)], drawn[int(0.975 * SAMPLES)]


def _quantile(values: list[float], share: float) -> float:
    return median(values) if share == 0.5 else quantiles(values, n=100)[round(share * 100) - 1]


def _show(alone: list[float], beside: list[float], pruned: int) -> None:
    table = Table("from commit to proof", "alone", "beside pruning", "ratio", "95 % interval", "limit")
    ratios: list[float] = []
    for name, share in (("median", 0.5), ("p95", 0.95)):
        ratio, low, high = interval(alone, beside, share)
        ratios.append(ratio)
        table.add_row(
            name,
            f"{_quantile(alone, share) * 1000:.0f} ms",
            f"{_quantile(beside, share) * 1000:.0f} ms",
            f"{ratio:.2f}",
            f"{low:.2f} to {high:.2f}",
            f"{RATIO_MAX}",
        )
    table.add_row(
        "slowest", f"{max(alone):.2f} s", f"{max(beside):.2f} s", "", "", f"{DELAY_SECONDS_MAX:.0f} s"
    )
    table.caption = f"{len(alone)} tickets alone, {len(beside)} beside; {pruned} old tickets went meanwhile"
    Console().print(table)
    assert max(ratios) <= RATIO_MAX
    assert max(beside) - median(alone) <= DELAY_SECONDS_MAX
