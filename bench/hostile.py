"""What strangers on the health port cost: the rate of printing in calm and under attack, in turns, in one run."""

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.at_work import AtWork, at_work
from bench.processor import processor_seconds

PRINTERS: Final = 16
ROUNDS: Final = 6
TICKETS: Final = 350
"""In each half of a round: 2,100 in calm and 2,100 under attack."""

ATTACK_SECONDS: Final = 10.0
RATE_MIN: Final = 0.9
LIVEZ_SECONDS_MAX: Final = 3.0
GROWTH_MIB_MAX: Final = 20.0


def run() -> None:
    """Print the figures beside their limits."""
    with at_work(PRINTERS) as kitchen:
        _warm_up(kitchen)
        measure(kitchen, ROUNDS, TICKETS, ATTACK_SECONDS)


def _warm_up(kitchen: AtWork) -> None:
    kitchen.order(TICKETS)
    kitchen.wait_until_over()


def measure(kitchen: AtWork, rounds: int, tickets: int, attack_seconds: float) -> None:
    """Print tickets in calm and under attack in turns; raise when a limit is passed."""
    calm: list[float] = []
    attacked: list[float] = []
    recovered: list[float] = []
    through: Counter[str] = Counter()
    memory_before = resident_mib(kitchen.service.pid)
    costs: dict[str, float] = {"calm": 0.0, "attacked": 0.0}
    for _ in range(rounds):
        cpu = processor_seconds(kitchen.service.pid)
        bills = kitchen.order(tickets)
        kitchen.wait_until_over()
        calm.append(kitchen.rate_of(bills))
        costs["calm"] += processor_seconds(kitchen.service.pid) - cpu

        with _attacked(kitchen.service.health_address, attack_seconds) as attack:
            time.sleep(0.5)  # until everybody has come
            cpu = processor_seconds(kitchen.service.pid)
            bills = kitchen.order(tickets)
            kitchen.wait_until_over()
            costs["attacked"] += processor_seconds(kitchen.service.pid) - cpu
            said, _ = attack.communicate(timeout=attack_seconds + 30)
        attacked.append(kitchen.rate_of(bills))
        through.update(json.loads(said))
        recovered.append(_seconds_until_alive(kitchen.service.health_address))
    growth = resident_mib(kitchen.service.pid) - memory_before
    _show(calm, attacked, recovered, growth, costs, through)


def _attacked(address: str, seconds: float) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "bench.hostile_clients", address, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE)


def _seconds_until_alive(address: str) -> float:
    began = time.monotonic()
    while time.monotonic() - began < 10 * LIVEZ_SECONDS_MAX:
        try:
            with urllib.request.urlopen(f"http://{address}/livez", timeout=LIVEZ_SECONDS_MAX) as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        except OSError:
            time.sleep(0.02)
    raise AssertionError("/livez does not answer after the attack")


def resident_mib(pid: int) -> float:
    """Return how much memory a process has."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"no VmRSS for process {pid}")


def _show(
    calm: list[float],
    attacked: list[float],
    recovered: list[float],
    growth: float,
    costs: dict[str, float],
    through: Counter[str],
) -> None:
    ratios = sorted(under / alone for under, alone in zip(attacked, calm, strict=True))
    ratio = median(attacked) / median(calm)
    table = Table("figure", "measured", "limit")
    table.add_row("tickets a second in calm, median", f"{median(calm):.0f}", "")
    table.add_row("tickets a second under attack, median", f"{median(attacked):.0f}", "")
    table.add_row("ratio of the medians", f"{ratio:.2f}", f"at least {RATE_MIN}")
    table.add_row("ratio by round, least to greatest", f"{ratios[0]:.2f} to {ratios[-1]:.2f}", "")
    table.add_row(
        "processor of the service, under attack / calm", f"{costs['attacked'] / costs['calm']:.2f}", ""
    )
    table.add_row("/livez again after, slowest", f"{max(recovered):.2f} s", f"{LIVEZ_SECONDS_MAX:.0f} s")
    table.add_row("memory of the service grew by", f"{growth:.1f} MiB", f"{GROWTH_MIB_MAX:.0f} MiB")
    table.caption = f"connections that got through: {sum(through.values())}"
    Console().print(table)
    assert max(recovered) <= LIVEZ_SECONDS_MAX
    assert growth < GROWTH_MIB_MAX
    assert ratio >= RATE_MIN
