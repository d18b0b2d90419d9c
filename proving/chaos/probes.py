"""Did it really happen? Every kind of harm and every rare state has a counter; one that is zero was not tried."""

import time
from dataclasses import dataclass
from typing import Final, LiteralString

import psycopg
from psycopg.rows import TupleRow

from proving.chaos.disturbances import Log, kinds
from proving.chaos.house import House

RARE_FROM_MINUTES: Final = 30.0
"""From which length on a campaign must have seen what is rare."""

GOES_AWAY: Final = frozenset({"database: restart", "database: immediate stop", "database: kill"})
_UNDER_WAY: Final = """
SELECT count(*) FROM print_attempts a
 WHERE EXISTS (SELECT FROM unnest(%s::float8[]) AS gone(at)
                WHERE to_timestamp(gone.at) BETWEEN a.started_at AND a.finished_at)
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """How often something was seen; ``is_required`` if a campaign of this length must have seen it."""

    name: str
    count: int
    is_required: bool

    @property
    def is_missing(self) -> bool:
        """Whether it should have been seen and was not."""
        return self.is_required and self.count == 0


STATES: Final[dict[str, tuple[LiteralString, bool]]] = {
    "attempt in doubt": ("SELECT count(*) FROM print_attempts WHERE outcome = 'UNCERTAIN'", False),
    "attempt that left nothing": ("SELECT count(*) FROM print_attempts WHERE outcome = 'NOT_SENT'", False),
    "attempt settled for a dead owner": (
        "SELECT count(*) FROM print_attempts WHERE settled_by <> owner",
        False,
    ),
    "dead owner's paper proved": (
        "SELECT count(*) FROM print_attempts WHERE settled_by <> owner AND outcome = 'CONFIRMED'",
        True,
    ),
    "proved by asking afterwards": (
        "SELECT count(*) FROM print_attempts WHERE evidence LIKE 'late token%' OR evidence LIKE 'counters%'",
        False,
    ),
    "outcome told too late": ("SELECT count(*) FROM print_events WHERE event LIKE 'late_%'", False),
    "paper with a mark": ("SELECT count(*) FROM proof.papers WHERE is_paper AND marked", False),
    "second paper with a mark": (
        (
            "SELECT count(*) FROM (SELECT FROM proof.papers WHERE is_paper AND ticket IS NOT NULL"
            " GROUP BY ticket, copy HAVING count(*) > 1) twice"
        ),
        False,
    ),
    "three attempts and more": ("SELECT count(*) FROM print_jobs WHERE attempts > 2", False),
    "given up": ("SELECT count(*) FROM print_jobs WHERE state = 'FAILED' AND ticket_id IS NOT NULL", False),
    "moved to another printer": (
        "SELECT count(*) FROM print_events WHERE event = 'redirected' AND detail ->> 'reason' <> 'came_home'",
        False,
    ),
    "came home": (
        "SELECT count(*) FROM print_events WHERE event = 'redirected' AND detail ->> 'reason' = 'came_home'",
        False,
    ),
    "left with a doubt": ("SELECT count(*) FROM print_events WHERE event = 'may_still_print'", True),
    "taken back from a printer": ("SELECT count(*) FROM print_attempts WHERE evidence = 'revoked'", True),
    "told to throw away": (
        "SELECT count(*) FROM proof.papers WHERE is_void",
        True,
    ),
    "torn paper": ("SELECT count(*) FROM proof.papers WHERE token IS NULL", True),
    "lane changed hands": ("SELECT count(*) FROM lanes WHERE epoch > 2", False),
    "slip of the service": ("SELECT count(*) FROM proof.papers WHERE notice IS NOT NULL", False),
    "void while its order was in doubt": (
        (
            "SELECT count(*) FROM kitchen_ticket_items v JOIN kitchen_ticket_items o ON o.menu_name = v.menu_name"
            " JOIN print_jobs j ON j.ticket_id = o.kitchen_ticket_id JOIN print_attempts a ON a.job_id = j.id"
            " JOIN kitchen_tickets t ON t.id = v.kitchen_ticket_id"
            " WHERE v.action = 'VOID' AND o.action = 'ADD' AND a.outcome = 'UNCERTAIN' AND t.created_at < j.settled_at"
        ),
        True,
    ),
    "commit whose answer was lost": (
        "SELECT count(*) FROM proof.submissions WHERE fate = 'unknown'",
        False,
    ),
    "order taken back": ("SELECT count(*) FROM proof.submissions WHERE fate = 'rolled back'", False),
    "broken ticket": ("SELECT count(*) FROM kitchen_tickets WHERE created_at = 'infinity'", False),
    "hostile text on paper": ("SELECT count(*) FROM proof.papers WHERE is_paper AND shows_hostile", False),
    "oracle answered at once": (
        "SELECT count(*) FROM proof.conversations WHERE answer = 'prompt'",
        False,
    ),
    "database away at a first byte": (
        "SELECT count(*) FROM proof.conversations WHERE answer <> 'prompt'",
        True,
    ),
}
"""Name of the state: how it is counted, and whether it is rare."""


def probes(connection: psycopg.Connection[TupleRow], log: Log, house: House, minutes: float) -> list[Probe]:
    """Count everything that should have happened."""
    done = [Probe(kind, log.happened[kind], is_required=True) for kind in kinds(has_cables=house.has_cables)]
    during = _restarts_during_an_attempt(connection, log)
    return [
        *done,
        Probe("database gone while a ticket was under way", during, minutes >= RARE_FROM_MINUTES),
        *(
            Probe(name, _count(connection, question), not is_rare or minutes >= RARE_FROM_MINUTES)
            for name, (question, is_rare) in STATES.items()
        ),
    ]


def _restarts_during_an_attempt(connection: psycopg.Connection[TupleRow], log: Log) -> int:
    """Count attempts that had begun before the database went away and ended after it."""
    offset = time.time() - time.monotonic()
    gone = [each.began_at + offset for each in log.disturbances if each.kind in GOES_AWAY]
    row = connection.execute(_UNDER_WAY, [gone]).fetchone()
    return int(row[0]) if row else 0


def _count(connection: psycopg.Connection[TupleRow], question: LiteralString) -> int:
    row = connection.execute(question).fetchone()
    return int(row[0]) if row else 0
