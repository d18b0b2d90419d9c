"""What was done to the house, when, and how often each kind of thing has really happened."""

import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from proving.chaos.failpoints import Mishap
from proving.chaos.fault_proxy import LineFault

PRINTER_FAULTS: Final = (
    *("paper-out", "cover-open", "cutter-jam", "head-hot", "panel-offline", "unrecoverable", "near-end"),
    *("slow-print", "power-cycle", "refuse", "ignore", "stall", "reset", "drop", "busy", "deaf-offline"),
    *("keep-answer", "mute", "mute-after", "late", "split", "asb-never", "asb-burst"),
)
"""Of the virtual printer's catalogue: what may happen at every level of proof."""

FALSE_REPLIES: Final = (
    *("doubled", "junk", "previous", "wrong-token", "foreign-token-first", "paper-refusal"),
)
"""Answers that are no answers to us. Where an answer has no name (level B) nobody can tell: there they are left out."""

SERVICE_FAULTS: Final = ("kill", "freeze", "stop", "kill all", "strangers", "pull the cable")
DATABASE_FAULTS: Final = (
    *("restart", "immediate stop", "kill", "freeze", "end sessions", "lock tickets"),
    *("line latency", "line timeout", "line reset"),
)


@dataclass(slots=True)
class Disturbance:
    """One thing that was done. Times are monotonic seconds."""

    kind: str
    target: str
    began_at: float
    ended_at: float | None = None


@dataclass(slots=True)
class Log:
    """Everything that was done, and what came of it."""

    disturbances: list[Disturbance] = field(default_factory=list[Disturbance])
    happened: Counter[str] = field(default_factory=Counter[str])
    """How often each kind really happened: met a connection, a ticket or a process."""

    odd_ends: list[str] = field(default_factory=list[str])
    """Services that ended by themselves."""

    @contextmanager
    def of(self, kind: str, target: str) -> Generator[None, None, None]:
        """Note something for as long as the ``with`` lasts."""
        entry = Disturbance(kind, target, time.monotonic())
        self.disturbances.append(entry)
        try:
            yield
        finally:
            entry.ended_at = time.monotonic()


def kinds(*, has_cables: bool) -> Iterable[str]:
    """Name every kind of disturbance; a campaign in which one never happened has not tried it."""
    yield from (f"printer: {name}" for name in (*PRINTER_FAULTS, *FALSE_REPLIES))
    yield from (f"line: {fault}" for fault in LineFault)
    yield from (f"service: {name}" for name in SERVICE_FAULTS if has_cables or name != "pull the cable")
    yield from (f"point: {mishap}" for mishap in Mishap)
    yield from (f"database: {name}" for name in DATABASE_FAULTS)
