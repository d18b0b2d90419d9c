"""Whether the database still knows all that it once promised to keep, now that another server may be in its place.

A standby that takes over may lack the newest commits of the server before it: attempts that were on record, and whose
papers are in the kitchen. What the record does not know, it cannot mark; so whatever may be missing is in doubt.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class History:
    """Which course of events a database tells.

    ``system`` is the number that a PostgreSQL cluster gets when it is made, ``timeline`` rises with each standby that
    takes over and each restore to a point in time, ``tables`` tells our tables from others of the same names that a
    dump was restored into. Together they are the same for as long as nothing that was committed can be missing.
    """

    system: int
    timeline: int
    tables: int

    def is_older_than(self, other: "History") -> bool:
        """Whether a standby has taken over since: this server should have been shut out."""
        return self.system == other.system and self.timeline < other.timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRecord:
    """What the database's own record says of its history, from before anything could have been lost.

    ``is_replicated`` says that every commit waited until a standby had it; ``silent_seconds`` how long ago the last
    heartbeat on record ran out, None when there is none.
    """

    history: History
    is_replicated: bool
    silent_seconds: float | None


class Change(StrEnum):
    """What has become of the history."""

    NONE = "none"
    COMPLETE = "complete"
    """Another server tells it, and it has all of it."""

    DOUBTFUL = "doubtful"
    """A standby took over that may lack the newest commits."""

    RESTORED = "restored"
    """It was brought here from elsewhere: a backup, or an upgrade of PostgreSQL."""

    @property
    def is_doubtful(self) -> bool:
        """Whether something that was committed may be missing."""
        return self in (Change.DOUBTFUL, Change.RESTORED)


def judge(on_record: OnRecord, found: History, *, caution_seconds: float, saw_it_alone: bool) -> Change:
    """Say whether anything that was committed may be missing in the database that was found.

    ``saw_it_alone`` is our own memory of the server before: that its commits did not wait for a standby when we last
    looked. ``caution_seconds`` bounds how long a standby's word that it had everything is believed: one that lagged
    behind for longer shows heartbeats that ended long ago. With 0 a person has decided that nothing is ever missing.
    """
    if found == on_record.history:
        return Change.NONE
    if caution_seconds == 0:
        return Change.COMPLETE
    if (found.system, found.tables) != (on_record.history.system, on_record.history.tables):
        return Change.RESTORED
    is_fresh = on_record.silent_seconds is not None and on_record.silent_seconds <= caution_seconds
    if on_record.is_replicated and is_fresh and not saw_it_alone:
        return Change.COMPLETE
    return Change.DOUBTFUL
