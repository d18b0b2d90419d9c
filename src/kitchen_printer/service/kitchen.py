"""What every lane needs from the rest of the service, in one hand."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import Lease
from kitchen_printer.database.ledger import Claimed, Settlement
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.decisions.outcome import Outcome
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.routing import Routing, Target
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.service.facts import Subscriber
from kitchen_printer.service.looks import Looks

_TOKEN_CHARACTERS = "".join(chr(code) for code in range(0x21, 0x7F))
_KINDS = len(_TOKEN_CHARACTERS)


@dataclass(slots=True, kw_only=True)
class Kitchen:
    """The services a lane uses. ``claim`` and ``record`` serve many lanes with one call for both."""

    settings: Settings
    database: Database
    announce: Subscriber
    claim: Callable[[Lease, Odometer | None], Awaitable[Claimed | None]]
    record: Callable[[Settlement, int | None], asyncio.Future[Settlement | None]]
    """Takes an outcome, and the printer whose lane asks for more at once; what is committed of it follows, None if
    the database has lost the attempt meanwhile."""

    settle: Callable[[Abandoned, Outcome], Awaitable[None]]
    has_the_last_word: Callable[[int], Awaitable[bool]]
    """Whether what is on record of an attempt is what we have recorded."""

    may_act: Callable[[], bool]
    is_our_health_port: Callable[[str], bool]
    looks: Looks
    """How each station's papers look."""

    routing: Routing = field(default_factory=lambda: Routing(routes=()))
    """Who prints what, as of the last look."""

    is_stopping: bool = False

    def has_stand_in(self, job: Job) -> bool:
        """Whether another printer could print this job now."""
        return self.routing.has_stand_in(Target(job.station, job.copy_no), job.printer_id)


def new_token() -> str:
    """Return four random printable characters: what a printer echoes, and no ticket's text can guess."""
    drawn = secrets.randbelow(_KINDS**4)  # Once: asking the system for chance is what a token costs.
    return "".join(_TOKEN_CHARACTERS[drawn // _KINDS**place % _KINDS] for place in range(4))
