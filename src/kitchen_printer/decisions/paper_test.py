"""The paper test: does a printer answer once the paper has moved, or as soon as it has read the question?

A printer that echoes while it parses looks proved and proves nothing. So one paper of known length is printed and
timed: an answer that comes sooner than the fastest printer could have printed it was not waited for by anybody.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import STROKES_MIN, Odometer

FASTEST_MM_PER_SECOND = 500.0
"""The fastest receipt printers sold; most do 150 to 350. Who echoes while parsing does so within milliseconds."""

STROKES_PER_MM_MAX = 16.0
"""Dot rows of 203 dpi, twice: a counter beyond that counts something else."""


class Finding(StrEnum):
    """What a paper test showed; stored and shown."""

    PROVED = "proved"
    ANSWERS_TOO_EARLY = "answers too early"
    MISCOUNTS = "miscounts"
    NOTHING_TO_PROVE = "nothing to prove"
    NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTested:
    """One test paper and what was seen of it.

    ``seconds`` is the time from its last byte to the answer behind it, None when none came. ``after`` are the
    counters once everything is done, None where they were not asked for or not told.
    """

    level: Level
    outcome: Outcome
    printed_mm: float
    seconds: float | None
    before: Odometer | None
    after: Odometer | None

    @property
    def least_seconds(self) -> float:
        """How long the paper takes on the fastest printer."""
        return self.printed_mm / FASTEST_MM_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What follows from a paper test: the level, whether it is proven, and the level to test next on another paper."""

    finding: Finding
    level: Level
    is_proven: bool
    test_next: Level | None = None
    reason: Reason | None = None

    @property
    def is_telling(self) -> bool:
        """Whether the test says anything about the printer; if not, what was known of it stands."""
        return self.finding not in (Finding.NOTHING_TO_PROVE, Finding.NO_ANSWER)


def may_show_scripts(judged: Judgement, *, is_pinned: bool) -> bool:
    """Whether the page of scripts follows: after the last test paper, on a printer that may get papers."""
    if judged.test_next is not None or judged.finding is Finding.NO_ANSWER:
        return False
    return is_pinned or judged.level.proves


def judge(tested: PaperTested, *, may_answer_in_order: bool) -> Judgement:
    """Judge a test paper. ``may_answer_in_order``: whether ``GS r`` is worth a test where tokens were no proof."""
    match tested.outcome:
        case Unconfirmed():
            return Judgement(finding=Finding.NOTHING_TO_PROVE, level=tested.level, is_proven=False)
        case Confirmed() if tested.seconds is not None and tested.seconds >= tested.least_seconds:
            return _counted(tested)
        case Confirmed():
            return _too_early(tested.level, may_answer_in_order=may_answer_in_order)
        case NotSent(reason) | Uncertain(reason):
            return Judgement(finding=Finding.NO_ANSWER, level=tested.level, is_proven=False, reason=reason)
        case _:
            assert_never(tested.outcome)


def _too_early(level: Level, *, may_answer_in_order: bool) -> Judgement:
    if level.echoes_tokens and may_answer_in_order:
        return Judgement(
            finding=Finding.ANSWERS_TOO_EARLY,
            level=Level.QUEUED_STATUS,
            is_proven=False,
            test_next=Level.QUEUED_STATUS,
        )
    return Judgement(finding=Finding.ANSWERS_TOO_EARLY, level=Level.HEALTH, is_proven=True)


def _counted(tested: PaperTested) -> Judgement:
    """Hold the counters, where they matter, against what the paper must have cost."""
    if tested.level is not Level.COUNTERS:
        return Judgement(finding=Finding.PROVED, level=tested.level, is_proven=True)
    if tested.before is not None and tested.after is not None:
        cuts = tested.after.cuts - tested.before.cuts
        strokes = tested.after.strokes - tested.before.strokes
        if cuts == 1 and STROKES_MIN <= strokes <= tested.printed_mm * STROKES_PER_MM_MAX:
            return Judgement(finding=Finding.PROVED, level=Level.COUNTERS, is_proven=True)
    return Judgement(finding=Finding.MISCOUNTS, level=Level.TOKEN_FENCE, is_proven=True)
