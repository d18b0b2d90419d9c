"""Many evenings, one after the other on every core: what was found, what was hit, and what it comes to."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from typing import Final

from proving.invariants import Invariant, Verdict
from proving.simulation.checks import judge
from proving.simulation.evening import Findings
from proving.simulation.probes import REQUIRED
from proving.simulation.run import run_evening
from proving.simulation.world import World

SHOWN_MAX: Final = 20
SEEDS_AT_ONCE: Final = 5

_FIGURES: Final = {
    Invariant.HONEST_SUCCESS: ("proved",),
    Invariant.BOUNDED_FATE: ("tickets", "tickets PRINTED", "tickets FAILED", "lost"),
    Invariant.ONE_UNMARKED: ("papers", "marked", "true duplicates"),
    Invariant.ONE_WRITER: ("pieces above another ticket",),
    Invariant.LANE_ORDER: ("in order",),
    Invariant.VOID_AFTER_ORDER: ("followed its order", "late papers"),
    Invariant.LAWFUL_RECORD: (
        *("attempts", "attempts CONFIRMED", "attempts NOT_SENT", "attempts UNCERTAIN"),
    ),
}


@dataclass(slots=True)
class Outcome:
    """What one evening came to, small enough to be sent from one process to another."""

    seed: int
    seconds: float
    drained_after: float
    violations: dict[Invariant, list[str]]
    figures: dict[str, int]
    delays: list[float]
    probes: Counter[str]


@dataclass(slots=True)
class Campaign:
    """All evenings together."""

    seeds: int = 0
    simulated_seconds: float = 0.0
    violations: dict[Invariant, list[str]] = field(default_factory=dict[Invariant, list[str]])
    figures: Counter[str] = field(default_factory=Counter[str])
    probes: Counter[str] = field(default_factory=Counter[str])
    delays: list[float] = field(default_factory=list[float])
    drains: list[float] = field(default_factory=list[float])
    began: float = field(default_factory=monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count one evening in."""
        self.seeds += 1
        self.simulated_seconds += outcome.seconds
        self.figures.update(outcome.figures)
        self.probes.update(outcome.probes)
        self.delays += outcome.delays
        self.drains.append(outcome.drained_after)
        for invariant, found in outcome.violations.items():
            self.violations.setdefault(invariant, []).extend(f"seed {outcome.seed}: {each}" for each in found)

    @property
    def missed(self) -> list[str]:
        """What should have happened, and never did."""
        return [each for each in REQUIRED if not self.probes[each]]

    @property
    def holds(self) -> bool:
        """Whether nothing was found against any invariant."""
        return not any(self.violations.values())

    def verdicts(self) -> list[Verdict]:
        """Return the verdict on each invariant."""
        return [
            Verdict(each, self.violations.get(each, []), {**self._figures_of(each)}) for each in Invariant
        ]

    def _figures_of(self, invariant: Invariant) -> dict[str, int | float]:
        found: dict[str, int | float] = {name: self.figures[name] for name in _FIGURES.get(invariant, ())}
        if invariant is Invariant.BOUNDED_FATE:
            found |= {f"drained s {name}": value for name, value in _spread(self.drains).items()}
        if invariant is Invariant.ISOLATION:
            found |= {"undisturbed": len(self.delays)}
            found |= {f"delay s {name}": value for name, value in _spread(self.delays).items()}
        return found

    def report(self) -> str:
        """Return the report for people."""
        hours = self.simulated_seconds / 3600
        rarest = sorted(REQUIRED, key=lambda each: self.probes[each])[:SHOWN_MAX]
        hit = len(REQUIRED) - len(self.missed)
        head = (
            f"commit {commit()}  seeds {self.seeds:,}  simulated hours {hours:,.0f}"
            f"  tickets {self.figures['tickets']:,}  wall minutes {(monotonic() - self.began) / 60:.1f}"
        )
        lines = [
            head,
            "",
            *(each.line() for each in self.verdicts()),
            "",
            f"PROBES {hit}/{len(REQUIRED)} hit; the rarest:",
            *(f"  {self.probes[each]:>9,}  {each}" for each in rarest),
            *(f"NEVER HIT: {each}" for each in self.missed),
        ]
        if self.holds and self.seeds:
            lines += ["", rule_of_three(self.figures["tickets"], self.seeds)]
        return "\n".join(lines)

    def as_json(self) -> str:
        """Return all figures for programs."""
        return json.dumps(
            {
                "commit": commit(),
                "seeds": self.seeds,
                "simulated_hours": round(self.simulated_seconds / 3600, 1),
                "figures": dict(sorted(self.figures.items())),
                "violations": {each.code: found for each, found in self.violations.items()},
                "drained_seconds": _spread(self.drains),
                "delay_seconds": _spread(self.delays),
                "probes": dict(sorted(self.probes.items())),
                "never_hit": self.missed,
            },
            indent=2,
        )


def rule_of_three(tickets: int, seeds: int) -> str:
    """Say what a campaign without a violation means, and no more."""
    return (
        f"No violation in {seeds:,} independent evenings: at 95 % confidence fewer than {3 / seeds:.2%} of evenings"
        f" like these have one, and fewer than {30_000 / tickets:.2f} of 10,000 tickets. Simulated hours are no hours"
        " in the field."
    )


def commit() -> str:
    """Return the commit of the checkout, with a + if it was changed."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def one(seed: int) -> Outcome:
    """Let one evening happen and judge it."""
    world = run_evening(seed)
    return outcome_of(world, judge(world))


def outcome_of(world: World, found: Findings) -> Outcome:
    """Return what a judged evening comes to."""
    return Outcome(
        seed=world.seed,
        seconds=world.loop.time(),
        drained_after=world.drained_at - world.healed_at,
        violations={each: what for each, what in found.violations.items() if what},
        figures=dict(found.figures),
        delays=found.delays,
        probes=world.probes,
    )


def outcomes(seeds: Iterable[int], processes: int) -> Iterator[Outcome]:
    """Let evenings happen on so many cores, in the order of their seeds."""
    if processes == 1:
        yield from map(one, seeds)
        return
    # Fresh processes: one that is forked shares what must be its own.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, seeds, chunksize=SEEDS_AT_ONCE)


def _spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values) or [0.0]
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {
        name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
        for name, share in at.items()
    }
