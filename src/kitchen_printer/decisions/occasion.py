"""The occasion of a paper: what it must say beyond the ticket, because of when and where it is printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from kitchen_printer.decisions.reason import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """This printer stands in for another one: why that one cannot print, and since when."""

    reason: Reason
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """Who asked for a reprint, and why; either may be unknown."""

    requested_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When a paper is printed, and what happened since its ticket was made.

    ``voided`` says how much of each order item later tickets of that bill and station took back.
    """

    now: datetime
    backup: Backup | None = None
    is_late: bool = False
    voided: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    reprint: Reprint | None = None
