"""What must hold whatever happens, in twelve sentences, and the verdict of a checker on one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

VIOLATIONS_SHOWN: Final = 5
"""Of one invariant, in words; all of them are counted."""


class Invariant(Enum):
    """The twelve, in the order in which reports list them."""

    HONEST_SUCCESS = ("I1", "honest success", "what is PRINTED by a printer's own word is on paper, whole")
    BOUNDED_FATE = (
        "I2",
        "bounded fate",
        "every committed ticket ends PRINTED, or FAILED where people see it",
    )
    ONE_UNMARKED = ("I3", "one unmarked", "of one copy there is at most one paper without a mark")
    NO_GHOSTS = ("I4", "no ghosts", "every paper is of a committed ticket and says what that ticket says")
    WRITE_AHEAD = ("I5", "write-ahead", "an attempt is on record before the first byte of its paper is sent")
    ONE_WRITER = ("I6", "one writer", "a paper holds one attempt, and a printer has one attempt at a time")
    LANE_ORDER = ("I7", "lane order", "what was ordered earlier is on the same station's paper earlier")
    VOID_AFTER_ORDER = (
        "I8",
        "void after order",
        "a dish is never taken back on paper before it was ordered there",
    )
    ISOLATION = ("I9", "isolation", "a dead printer or a broken ticket holds up no other")
    BYTE_SAFETY = ("I10", "byte safety", "text from outside reaches a printer as characters or not at all")
    LAWFUL_RECORD = (
        "I11",
        "lawful record",
        "the record follows the rules, and what it says is never rewritten",
    )
    TRUTHFUL_HEALTH = (
        "I12",
        "truthful health",
        "what is shown to people is never better than what is on record",
    )

    def __init__(self, code: str, title: str, meaning: str) -> None:
        self.code = code
        self.title = title
        self.meaning = meaning


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker found out about one invariant.

    ``violations`` names each, so that it can be looked up; ``figures`` says how much was judged, and what else was
    counted on the way. ``is_judged`` is False where nothing was there to judge: then it neither holds nor fails.
    """

    invariant: Invariant
    violations: Sequence[str]
    figures: Mapping[str, int | float]
    is_judged: bool = True

    @property
    def holds(self) -> bool:
        """Whether nothing was found against it."""
        return not self.violations

    @property
    def word(self) -> str:
        """How a report says it."""
        if not self.is_judged:
            return "----"
        return "PASS" if self.holds else "FAIL"

    def line(self) -> str:
        """Return the report's line on it, and the first violations below."""
        figures = "  ".join(f"{name} {_plain(value)}" for name, value in self.figures.items())
        head = f"{self.invariant.code:<3} {self.invariant.title:<16} {self.word}  {figures}".rstrip()
        shown = [f"      {each}" for each in self.violations[:VIOLATIONS_SHOWN]]
        rest = len(self.violations) - len(shown)
        return "\n".join([head, *shown, *([f"      and {rest} more"] if rest else [])])


def _plain(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
