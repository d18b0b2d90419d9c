"""What must hold, and what came of it; what was not measured is left out."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import median
from typing import Final

from bench.rivals import cold, dead, history, replicas
from bench.rivals.figures import Figure, Statistic, figure, ratio, resampled
from bench.rivals.plan import Log
from bench.rivals.rows import CPU, LATENCIES, OURS, P95_RECORD, RATE, REST, Row

FLOORS: Final = frozenset({"floor", "floor_notify"})
SIXTEEN: Final = "16 printers"


@dataclass(frozen=True, slots=True)
class Bound:
    """What is asked, and what came of it."""

    what: str
    came: str
    verdict: str


def bounds(log: Log) -> Iterator[Bound]:
    """Hold what was measured against what is asked."""
    yield from _drain(log, "drain", "drain at 16 printers")
    yield from _drain(log, "lines", "drain at 16 printers by rivals with a line for each ticket")
    yield from _trickle(log)
    yield from _dead(log)
    yield from _rest(log)
    yield from _history(log)
    yield from _replicas(log)
    yield from _cold(log)


def _drain(log: Log, part: str, what: str) -> Iterator[Bound]:
    """At least 1.5 times the best rival or 0.85 of the floor, whichever is lower; and what it costs."""
    asked: list[Bound] = []
    for name, bound in ((best(log, part, SIXTEEN, RATE), 1.5), ("floor", 0.85)):
        came = _ratio(log, part, SIXTEEN, name, RATE.of)
        if came:
            asked.append(_bound(f"{what} ≥ {bound} × {name}", came, bound, at_least=True))
    verdicts = {each.verdict for each in asked}
    together = next((each for each in ("yes", "not decided") if each in verdicts), "no")
    for each in asked:
        yield Bound(f"{each.what} (one of two is enough)", each.came, f"{each.verdict}; together: {together}")
    rival = best(log, part, SIXTEEN, CPU)
    came = _ratio(log, part, SIXTEEN, rival, CPU.of)
    if came:
        yield _bound(f"{what}: CPU seconds per 1,000 tickets ≤ 0.7 × {rival}'s", came, 0.7, at_least=False)


def _trickle(log: Log) -> Iterator[Bound]:
    for row in LATENCIES[:2]:
        rival = best(log, "trickle", SIXTEEN, row)
        came = _ratio(log, "trickle", SIXTEEN, rival, row.of)
        if came:
            yield _bound(f"trickle, {row.name} ≤ 0.7 × {rival}'s", came, 0.7, at_least=False)
    came = _ratio(log, "trickle", SIXTEEN, "floor_notify", LATENCIES[0].of)
    if came:
        what = "trickle, to first byte p50 ≤ 3 × NOTIFY, one commit, connect and preflight"
        yield _bound(what, came, 3.0, at_least=False)


def _dead(log: Log) -> Iterator[Bound]:
    well, one_dead = (log.of(dead.PART, SIXTEEN, f"{OURS}{how}") for how in ("", dead.ONE_DEAD))
    if well and one_dead:
        came = ratio(one_dead, well, RATE.of)
        yield _bound("one dead of 16: the others keep ≥ 0.95 of their rate", came, 0.95, at_least=True)


def _rest(log: Log) -> Iterator[Bound]:
    turns = log.of("rest", "1000 printers", OURS)
    limits = (("transactions a second", 3.0), ("per cent of a core, workers", 2.0), ("MiB resident", 200.0))
    for name, limit in limits if turns else ():
        row = next(each for each in REST if each.name == name)
        yield _bound(
            f"at rest with 1,000 printers: {name} ≤ {limit:.0f}", figure(turns, row.of), limit, at_least=False
        )


def _history(log: Log) -> Iterator[Bound]:
    turns = log.contenders_of(history.PART, SIXTEEN)
    if len(turns) > 1:
        few, many = (log.of(history.PART, SIXTEEN, sorted(turns, key=_printed)[each]) for each in (0, -1))
        most = many[0].contender
        came = ratio(few, many, RATE.of)
        yield _bound(f"rate with {most}: few tickets' by its ≤ 1.15", came, 1.15, at_least=False)
        came = ratio(many, few, P95_RECORD.of)
        yield _bound(f"p95 to record with {most}: its by few tickets' ≤ 1.15", came, 1.15, at_least=False)


def _printed(turn: str) -> int:
    return int(turn.split(maxsplit=1)[0].replace(",", ""))


def _replicas(log: Log) -> Iterator[Bound]:
    one, two = (log.of(replicas.PART, SIXTEEN, each) for each in (OURS, replicas.TWO))
    if one and two:
        cores = len(os.sched_getaffinity(0))
        what = f"two replicas drain ≥ 1.3 × one where cores allow; here {cores} for all parties"
        yield _bound(what, ratio(two, one, RATE.of), 1.3, at_least=True)


def _cold(log: Log) -> Iterator[Bound]:
    names = (cold.PYTHON, cold.LIBRARIES, cold.SERVICE, cold.STARTED)
    turns = {name: log.of(cold.PART, cold.SIZE, name) for name in names}
    if not all(turns.values()):
        return
    rounds = min(len(each) for each in turns.values())

    def taken(of: str, name: str, drawn: Sequence[int]) -> float:
        return median(turns[name][each].figures[of] for each in drawn)

    def imports(drawn: Sequence[int]) -> float:
        python, libraries, service = (taken("CPU seconds", each, drawn) for each in names[:3])
        return (service - python) / (libraries - python)

    def start(drawn: Sequence[int]) -> float:
        return taken("seconds", cold.STARTED, drawn) - taken("seconds", cold.SERVICE, drawn)

    what = "importing the service ≤ 1.1 × its libraries' own imports, in processor time"
    yield _bound(what, resampled(imports, rounds), 1.1, at_least=False)
    what = "cold start to first claim ≤ 1.0 s beyond Python's start and imports"
    yield _bound(what, resampled(start, rounds), 1.0, at_least=False)


def _bound(what: str, came: Figure, bound: float, *, at_least: bool) -> Bound:
    return Bound(what, told(came, ".2f"), came.against(bound, at_least=at_least))


def _ratio(log: Log, part: str, size: str, other: str | None, of: Statistic) -> Figure | None:
    ours, theirs = log.of(part, size, OURS), log.of(part, size, other or "")
    return ratio(ours, theirs, of) if ours and theirs else None


def best(log: Log, part: str, size: str, row: Row) -> str | None:
    """Return which rival does best, floors left out; None if there is none."""
    rivals = [each for each in log.contenders_of(part, size) if each != OURS and each not in FLOORS]

    def value(name: str) -> float:
        return row.of(log.of(part, size, name))

    if not rivals:
        return None
    return max(rivals, key=value) if row.more_is_better else min(rivals, key=value)


def told(came: Figure, form: str) -> str:
    """Word a figure with its interval; what was not measured is a dash."""
    if isnan(came.value):
        return "-"
    if came.low == came.value == came.high:
        return f"{came.value:{form}}"
    return f"{came.value:{form}} ({came.low:{form}} to {came.high:{form}})"
