"""What strangers on the health port cost: the rate of printing in calm and under attack, in turns, in one run."""

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
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
        _show(measure(kitchen, ROUNDS, TICKETS, ATTACK_SECONDS))


def _warm_up(kitchen: AtWork) -> None:
    kitchen.order(TICKETS)
    kitchen.wait_until_over()


@dataclass(slots=True)
class Figures:
    """What was measured, round by round."""

    calm: list[float] = field(default_factory=list[float])
    attacked: list[float] = field(default_factory=list[float])
    recovered: list[float] = field(default_factory=list[float])
    through: Counter[str] = field(default_factory=Counter[str])
    calm_processor: float = 0.0
    attacked_processor: float = 0.0
    growth_mib: float = 0.0


def measure(kitchen: AtWork, rounds: int, tickets: int, attack_seconds: float) -> Figures:
    """Print tickets in calm and under attack in turns."""
    figures = Figures()
    memory_before = resident_mib(kitchen.service.pid)
    for _ in range(rounds):
        rate, processor = _printed(kitchen, tickets)
        figures.calm.append(rate)
        figures.calm_processor += processor
        with _attacked(kitchen.service.health_address, attack_seconds) as attack:
            time.sleep(0.5)  # until everybody has come
            rate, processor = _printed(kitchen, tickets)
            said, _ = attack.communicate(timeout=attack_seconds + 30)
        figures.attacked.append(rate)
        figures.attacked_processor += processor
        figures.through.update(json.loads(said))
        figures.recovered.append(_seconds_until_alive(kitchen.service.health_address))
    figures.growth_mib = resident_mib(kitchen.service.pid) - memory_before
    return figures


def _printed(kitchen: AtWork, tickets: int) -> tuple[float, float]:
    """Return the tickets a second of a backlog, and the processor seconds that it cost the service."""
    processor = processor_seconds(kitchen.service.pid)
    bills = kitchen.order(tickets)
    kitchen.wait_until_over()
    return kitchen.rate_of(bills), processor_seconds(kitchen.service.pid) - processor


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


def _show(figures: Figures) -> None:
    ratios = sorted(under / alone for under, alone in zip(figures.attacked, figures.calm, strict=True))
    ratio = median(figures.attacked) / median(figures.calm)
    processor = figures.attacked_processor / figures.calm_processor
    table = Table("figure", "measured", "limit")
    table.add_row("tickets a second in calm, median", f"{median(figures.calm):.0f}", "")
    table.add_row("tickets a second under attack, median", f"{median(figures.attacked):.0f}", "")
    table.add_row("ratio of the medians", f"{ratio:.2f}", f"at least {RATE_MIN}")
    table.add_row("ratio by round, least to greatest", f"{ratios[0]:.2f} to {ratios[-1]:.2f}", "")
    table.add_row("processor of the service, under attack / calm", f"{processor:.2f}", "")
    table.add_row(
        "/livez again after, slowest", f"{max(figures.recovered):.2f} s", f"{LIVEZ_SECONDS_MAX:.0f} s"
    )
    table.add_row(
        "memory of the service grew by", f"{figures.growth_mib:.1f} MiB", f"{GROWTH_MIB_MAX:.0f} MiB"
    )
    table.caption = f"connections that got through: {figures.through.total()}"
    Console().print(table)
    assert max(figures.recovered) <= LIVEZ_SECONDS_MAX
    assert figures.growth_mib < GROWTH_MIB_MAX
    assert ratio >= RATE_MIN
