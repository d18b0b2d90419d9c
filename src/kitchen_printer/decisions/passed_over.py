"""Whether tickets go past a printer: decided by its lane alone, from what it saw of the printer itself.

Only the lane's present owner judges, by its own monotonic clock. Whatever the record says from before, a wall
clock that jumps, or a night without power lets no ticket go elsewhere.
"""

from dataclasses import dataclass
from typing import Final

from kitchen_printer.decisions.reason import Reason

ANSWERS_TO_COME_HOME: Final = 2
"""One answer may be a printer that is just starting, or a loose plug; the second says that it lasts."""

HOME_SECONDS_MIN: Final = 1.0
"""The least time between those two answers, where failover is set to happen at once."""

DOUBTFUL_TICKETS_MAX: Final = 2
"""So many different tickets in a row without a confirmation are no coincidence: the printer does not confirm."""

DOES_NOT_CONFIRM_SECONDS: Final = 300.0
"""How long such a printer is passed over before a ticket is risked on it again, unless somebody switched it off
and on meanwhile. Its health questions it answers all the time; only a ticket can tell."""

NOT_A_CONDITION: Final = frozenset(
    {Reason.INTERNAL_ERROR, Reason.SERVICE_STOPPED, Reason.LEASE_LOST, Reason.CANNOT_LAY_OUT, Reason.PARKED}
)
"""Mistakes of ours, changes of hands, and what a person decided: nothing the printer is to blame for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a lane knows of its printer, all of it seen by this process. Times are its monotonic seconds.

    ``trouble`` says why it cannot print, None that it can; ``since`` is when that began; ``answers`` counts how
    often it was found able since then. ``doubtful_tickets`` counts different tickets in a row that it took
    without confirming, the last one at ``doubted_at``.
    """

    trouble: Reason | None
    since: float
    answers: int = 0
    doubtful_tickets: int = 0
    doubted_at: float = 0.0

    def does_not_confirm(self, now: float) -> bool:
        """Whether it takes tickets and confirms none."""
        return (
            self.doubtful_tickets >= DOUBTFUL_TICKETS_MAX and now - self.doubted_at < DOES_NOT_CONFIRM_SECONDS
        )


def passed_over_for(
    before: Reason | None, condition: Condition, now: float, failover_seconds: float
) -> Reason | None:
    """Return why tickets go past the printer from now on, None if they go to it; ``before`` is how it was.

    It is passed over once it has been down for the failover time, or at once when it does not confirm. It comes
    home when it has been well for as long again and has answered twice: a printer that flaps pulls no tickets
    back and forth.
    """
    down = condition.trouble if condition.trouble not in NOT_A_CONDITION else None
    if down is not None and now - condition.since >= failover_seconds:
        return down
    if condition.does_not_confirm(now):
        return Reason.DOES_NOT_CONFIRM
    if before is None or condition.trouble is not None:
        return before
    lasts = now - condition.since >= home_seconds(failover_seconds)
    return None if lasts and condition.answers >= ANSWERS_TO_COME_HOME else before


def home_seconds(failover_seconds: float) -> float:
    """How long a printer that was passed over must be well before its tickets come home."""
    return max(HOME_SECONDS_MIN, failover_seconds)
