"""What follows from an outcome: another try, or the end; and how long a lane rests after trouble."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long a lane rests after its first, second, … failure in a row; the last one repeats."""

JITTER = 0.2
"""A fifth more or less, so that lanes that failed together do not come back together."""


class JobState(StrEnum):
    """Where a job stands; the names of ``print_jobs.state``."""

    WAITING = "WAITING"
    PRINTING = "PRINTING"
    HELD = "HELD"
    PRINTED = "PRINTED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of the job: its next state, what it has spent, and whether its next paper is marked."""

    state: JobState
    spent: int
    maybe_on_paper: bool
    failed_reason: Reason | None = None


OnUnconfirmed = Literal["reprint_marked", "hold"]
"""What a kitchen prefers when nobody knows: a second paper that says so, or a person who looks first."""


def decide(
    outcome: Outcome,
    *,
    spent: int,
    maybe_on_paper: bool,
    attempts_max: int,
    on_unconfirmed: OnUnconfirmed = "reprint_marked",
) -> Decision:
    """Decide about a job whose attempt ended so.

    Only attempts that may have printed, or that could not be laid out, count against ``attempts_max``: a
    printer that was off, out of paper or busy before the first byte costs a ticket nothing.
    """
    match outcome:
        case Confirmed() | Unconfirmed():
            return Decision(state=JobState.PRINTED, spent=spent, maybe_on_paper=True)
        case NotSent(Reason.CANNOT_LAY_OUT as reason):
            # The same content fails the same way again: a repeat would only hide it from people.
            return Decision(
                state=JobState.FAILED, spent=spent + 1, maybe_on_paper=maybe_on_paper, failed_reason=reason
            )
        case NotSent():
            return Decision(state=JobState.WAITING, spent=spent, maybe_on_paper=maybe_on_paper)
        case Uncertain() if on_unconfirmed == "hold":
            return Decision(state=JobState.HELD, spent=spent + 1, maybe_on_paper=True)
        case Uncertain(reason) if spent + 1 >= attempts_max:
            return Decision(state=JobState.FAILED, spent=spent + 1, maybe_on_paper=True, failed_reason=reason)
        case Uncertain():
            return Decision(state=JobState.WAITING, spent=spent + 1, maybe_on_paper=True)
        case _:
            assert_never(outcome)


def backoff_seconds(failures: int, chance: float) -> float:
    """Return how long a lane rests after ``failures`` in a row; ``chance`` in [0, 1) spreads it."""
    step = BACKOFF_SECONDS[min(max(failures, 1), len(BACKOFF_SECONDS)) - 1]
    return step * (1 - JITTER + 2 * JITTER * chance)
