"""The occasion of a paper: what it must say beyond the ticket, because of when and where it is printed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.decisions.ticket import Action, JobKind


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

    ``voided`` says how much of each order item later tickets of that bill and station took back; ``ordered_on``
    by which numbers of the station an order item was ordered before.
    """

    now: datetime
    backup: Backup | None = None
    is_late: bool = False
    voided: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    ordered_on: Mapping[int, tuple[int, ...]] = field(default_factory=dict[int, tuple[int, ...]])
    reprint: Reprint | None = None
    paper_low: PaperLow | None = None


class LaterLine(BaseModel):
    """A line that a later ticket of the same bill and station has for an order item of this ticket."""

    model_config = ConfigDict(frozen=True)

    item: int
    action: Action
    qty: Decimal


class _OrderedOn(BaseModel):
    model_config = ConfigDict(frozen=True)

    item: int
    number: int


class _Circumstances(BaseModel):
    """What the claim knows beside the ticket."""

    model_config = ConfigDict(frozen=True)

    now: AwareDatetime
    due_since: AwareDatetime
    later: tuple[LaterLine, ...]
    ordered_on: tuple[_OrderedOn, ...]


def read_occasion(stored: str, kind: JobKind, now: datetime, late_seconds: float) -> Occasion:
    """Read what the claim found, JSON text. A reprint is never late: it is as old as it was asked for."""
    found = _Circumstances.model_validate_json(stored)
    ordered_on: defaultdict[int, list[int]] = defaultdict(list)
    for each in found.ordered_on:
        ordered_on[each.item].append(each.number)
    return Occasion(
        now=now,
        is_late=kind is JobKind.TICKET and found.now - found.due_since > timedelta(seconds=late_seconds),
        voided=voided_since(found.later),
        ordered_on={item: tuple(sorted(numbers)) for item, numbers in ordered_on.items()},
    )


def voided_since(later: Iterable[LaterLine]) -> dict[int, Decimal]:
    """Return how much of each item later lines took back from what came before them.

    A void takes from the latest order first, so that of two tickets for one item each names only its own part.
    """
    ordered_again: defaultdict[int, Decimal] = defaultdict(Decimal)
    voided: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in later:
        match line.action:
            case Action.ADD:
                ordered_again[line.item] += line.qty
            case Action.VOID:
                from_later = min(line.qty, ordered_again[line.item])
                ordered_again[line.item] -= from_later
                voided[line.item] += line.qty - from_later
            case Action.CHANGE:
                pass
            case _:
                assert_never(line.action)
    return {item: quantity for item, quantity in voided.items() if quantity}
