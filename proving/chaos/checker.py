"""Holds what a campaign saw against the service's record: one verdict for each invariant.

Most of it is one statement each, whose rows are the violations, in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from proving.chaos.order import Inversion, inversions
from proving.chaos.questions import question
from proving.invariants import Invariant, Verdict

Connection = psycopg.Connection[TupleRow]

LYING_SECONDS_MAX: Final = 5.0
UNSEEN_SECONDS_MAX: Final = 2.5
"""Samples of a page that are further apart say nothing of the time between them: it was not answered, or nobody could
know what it should have shown."""

EXTRA_SECONDS_MAX: Final = 2.0
"""How much longer a ticket may take because another station's printer is dead."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """Seconds from order to PRINTED, with all printers well, and beside a dead one."""

    calm: Sequence[float] = ()
    beside: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Beside:
    """What a checker is told that is in no table."""

    isolation: Isolation = Isolation()
    undrained: Sequence[str] = ()
    """Tickets that had no fate when the time for that was over, though everything had been well."""

    rights: Sequence[str] = ()
    """What the service's own login could do to the record and must not."""

    rights_tried: int = 0


@dataclass(slots=True)
class Findings:
    """The verdicts, and the sets that every report shows."""

    verdicts: list[Verdict] = field(default_factory=list[Verdict])
    sets: dict[str, int | float] = field(default_factory=dict[str, int | float])


def check(connection: Connection, beside: Beside) -> Findings:
    """Judge all twelve. The record must be at rest: everything drained."""
    sets = _figures(connection, "sets")
    papers = max(1, int(sets["on paper"]))
    sets["true duplicates per 10,000"] = 10_000 * sets["true duplicates"] / papers
    verdicts = [
        _asked(connection, Invariant.HONEST_SUCCESS),
        _fate(connection, beside),
        _asked(connection, Invariant.ONE_UNMARKED),
        _asked(connection, Invariant.NO_GHOSTS),
        _asked(connection, Invariant.WRITE_AHEAD),
        _asked(connection, Invariant.ONE_WRITER),
        _order(connection),
        _asked(connection, Invariant.VOID_AFTER_ORDER),
        _isolation(connection, beside.isolation),
        _asked(connection, Invariant.BYTE_SAFETY),
        _lawful(connection, beside),
        _health(connection),
    ]
    return Findings(verdicts, sets)


def _asked(connection: Connection, invariant: Invariant) -> Verdict:
    found = _figures(connection, f"{invariant.code} figures")
    judged = next(iter(found.values()), 0)
    return Verdict(invariant, _rows(connection, invariant.code), found, is_judged=judged > 0)


def _rows(connection: Connection, name: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(question(name))]


def _figures(connection: Connection, name: str) -> dict[str, int | float]:
    cursor = connection.execute(question(name))
    row = cursor.fetchone()
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, (_number(value) for value in row or ()), strict=True))


def _number(value: object) -> int | float:
    if value is None:
        return 0
    return value if isinstance(value, int) else float(str(value))


def _fate(connection: Connection, beside: Beside) -> Verdict:
    figures = _figures(connection, "I2 figures")
    violations = [*_rows(connection, "I2"), *beside.undrained]
    return Verdict(Invariant.BOUNDED_FATE, violations, figures, is_judged=figures["acknowledged"] > 0)


def _order(connection: Connection) -> Verdict:
    rows = connection.execute(question("I7")).fetchall()
    found = inversions(rows)
    unexplained = [each for each in found if not each.is_explained]
    figures: Mapping[str, int | float] = {
        "papers in order": len(rows),
        "explained": len(found) - len(unexplained),
    }
    return Verdict(
        Invariant.LANE_ORDER, [_worded(each) for each in unexplained], figures, is_judged=bool(rows)
    )


def _worded(found: Inversion) -> str:
    return f"ticket {found.later} was on paper before {found.earlier}, which had been acknowledged before it was sent"


def _isolation(connection: Connection, isolation: Isolation) -> Verdict:
    figures = _figures(connection, "I9 figures")
    calm, beside = _p99(isolation.calm), _p99(isolation.beside)
    figures |= {"p99 in calm, s": calm, "p99 beside a dead printer, s": beside}
    violations = _rows(connection, "I9")
    if beside - calm > EXTRA_SECONDS_MAX:
        violations.append(f"tickets took {beside:.1f} s beside a dead printer and {calm:.1f} s in calm")
    return Verdict(Invariant.ISOLATION, violations, figures, is_judged=bool(isolation.beside))


def _p99(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] if ordered else 0.0


def _lawful(connection: Connection, beside: Beside) -> Verdict:
    figures = _figures(connection, "I11 figures")
    figures["denied to the service"] = beside.rights_tried - len(beside.rights)
    violations = [*_rows(connection, "I11"), *beside.rights]
    return Verdict(Invariant.LAWFUL_RECORD, violations, figures, is_judged=figures["attempts"] > 0)


def _health(connection: Connection) -> Verdict:
    rows = connection.execute(question("I12"), {"unseen": UNSEEN_SECONDS_MAX}).fetchall()
    violations = [told for seconds, told in rows if seconds > LYING_SECONDS_MAX]
    figures = _figures(connection, "I12 figures")
    figures["longest, s"] = max((seconds for seconds, _ in rows), default=0.0)
    return Verdict(Invariant.TRUTHFUL_HEALTH, violations, figures, is_judged=figures["samples"] > 0)
