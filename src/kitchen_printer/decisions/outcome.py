"""How an attempt can end. A closed set: what happened to the paper, not what went wrong in the code."""

from dataclasses import dataclass
from enum import StrEnum

from kitchen_printer.decisions.reason import Reason


class Evidence(StrEnum):
    """What proved a print, or all that is known where nothing can."""

    TOKEN = "token"  # noqa: S105  # the printer echoed this attempt's own token, in order
    QUEUED_STATUS = "queued status"  # the printer answered a question queued behind the ticket
    LATE_TOKEN = "late token"  # noqa: S105  # the same as the first, but after the line had broken
    COUNTERS = "counters"  # asked afterwards, its cutter and print head had done the ticket's work
    STATUS = "status"  # no proof: it was well before and after
    SENT = "sent, unconfirmed"  # no proof: the bytes left us, and that is all anybody knows


@dataclass(frozen=True, slots=True)
class NotSent:
    """No paper can come of this attempt. An unmarked retry is safe.

    ``is_revoked`` says that it was sent, and that the printer forgot it with its counters standing still.
    """

    reason: Reason
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The printer itself said that the ticket is on paper; ``is_cut`` tells whether it also cut it."""

    evidence: Evidence
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Paper may or may not have come. Only a marked retry is safe.

    ``is_revoked`` says that the printer confirmed that it forgot what it still had: no more can come of it.
    """

    reason: Reason
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """It was sent to a printer that can prove nothing, and a person decided that this is enough there.

    On record it is as uncertain as :class:`Uncertain`, with its ``evidence``; only nobody repeats it.
    """

    evidence: Evidence


Outcome = NotSent | Confirmed | Unconfirmed | Uncertain
