"""A rush that no restaurant has: 200 orders a minute for five minutes, every paper held against the POS's list."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bench.house import House, running_house
from bench.processor import processor_seconds
from kitchen_demo.comparison import Comparison, compare, read_sent, read_summary
from kitchen_demo.pos_sim import TOKEN_VARIABLE
from kitchen_demo.postgres import open_postgres

ORDERS_A_MINUTE: Final = 200
MINUTES: Final = 5.0
SPEED: Final = 10
"""Minutes of the evening in a real one, so that second rounds, voids and fired courses fall into the rush too."""

DRAIN_SECONDS_MAX: Final = 60.0
POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """What came of it. ``drained_after`` is from the last tap to the last ticket on paper."""

    summary: dict[str, Any]
    comparison: Comparison
    seconds: float
    drained_after: float
    processor: dict[str, float]


def run() -> None:
    """Print how it went."""
    rush = hold(MINUTES)
    say = Console().print
    say(f"Taps: {rush.summary['taps']} in {rush.seconds:.0f} s; answered in {rush.summary['seconds']} s")
    say(f"Refused: {len(rush.summary['refused'])}; {rush.comparison}")
    say(f"The last ticket was on paper {rush.drained_after:.1f} s after the last tap.")
    say({party: f"{seconds / rush.seconds:.0%} of a core" for party, seconds in rush.processor.items()})
    assert rush.comparison.is_good
    assert not rush.summary["refused"]


def hold(minutes: float) -> Rush:
    """Let a POS order at that rate for so long in a house of its own; wait until everything is on paper."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_postgres(os.environ, durable=True) as postgres,
        running_house(postgres, Path(folder) / "house") as house,
    ):
        return hold_in(house, minutes, Path(folder) / "sent.json")


def hold_in(house: House, minutes: float, summary: Path) -> Rush:
    """Let a POS order in that house, and keep its list in the file."""
    began, before = time.monotonic(), _processor(house)
    _order(house, minutes, summary)
    ended = time.monotonic()
    _wait_until_drained(house)
    return Rush(
        summary=read_summary(summary),
        comparison=compare(read_sent(summary), house.texts()),
        seconds=ended - began,
        drained_after=time.monotonic() - ended,
        processor={party: seconds - before[party] for party, seconds in _processor(house).items()},
    )


def _order(house: House, minutes: float, summary: Path) -> None:
    command = [str(Path(sys.executable).with_name("pos-sim")), house.backend.address, "--steady"]
    options = {
        "peak": ORDERS_A_MINUTE / SPEED,
        "speed": SPEED,
        "minutes": minutes * SPEED,
        "summary": summary,
    }
    subprocess.run(
        [*command, *(f"--{name}={value}" for name, value in options.items())],
        env={**os.environ, TOKEN_VARIABLE: house.token},
        check=True,
    )


def _wait_until_drained(house: House) -> None:
    deadline = time.monotonic() + DRAIN_SECONDS_MAX
    while house.open_tickets():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{house.open_tickets()} tickets are not on paper: {house.service.log_end()}")
        time.sleep(POLL_SECONDS)


def _processor(house: House) -> dict[str, float]:
    return {
        "backend": processor_seconds(house.backend.pid),
        "service": processor_seconds(house.service.pid),
    }
