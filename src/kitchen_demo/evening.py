"""A Saturday in a restaurant, planned ahead: who comes when, and what they order, change and take back. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random
from typing import Final

from kitchen_demo.menu import KITCHEN
from kitchen_demo.orders import SERVERS, Item, random_items
from kitchen_demo.table import Tap

SATURDAY: Final = (
    *((0.0, 0.30), (1.0, 0.05), (3.0, 0.0), (11.0, 0.0), (12.0, 0.35), (13.0, 0.55), (14.5, 0.20)),
    *((17.0, 0.15), (18.0, 0.45), (19.5, 1.0), (20.5, 0.95), (22.0, 0.60), (23.0, 0.40), (24.0, 0.30)),
)
"""By the hour: which share of the rush at half past seven comes in; straight lines between the points."""

TABLES: Final = 40
GAP_MINUTES: Final = (6.0, 25.0)
"""Between two things that a table wants."""

SHARE_OF_DOUBLE_TAPS: Final = 0.04
SHARE_OF_LOST_ANSWERS: Final = 0.04


class Deed(StrEnum):
    """What a table does next."""

    ORDER = "order"
    VOID_ONE = "void one"
    VOID_ALL = "void all"
    FIRE = "fire"
    MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something a table does, so many minutes after the plan began."""

    at: float
    deed: Deed
    tap: Tap
    items: tuple[Item, ...] = ()
    held: tuple[Item, ...] = ()
    table: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A table from its first order to its last wish."""

    number: str
    table: str
    server: str
    guests: int
    steps: tuple[Step, ...]


def share_of_rush(hour: float) -> float:
    """Return how busy that hour of a Saturday is, from 0 to 1."""
    for (begin, low), (end, high) in pairwise(SATURDAY):
        if begin <= hour % 24 <= end:
            return low + (high - low) * (hour % 24 - begin) / (end - begin)
    return 0.0


def visits(
    random: Random, *, peak_a_minute: float, start_hour: float, minutes: float, is_steady: bool
) -> Iterator[Visit]:
    """Yield the tables that sit down, in order of time.

    They come by chance (a Poisson process) at the rate of the Saturday curve, or always at its peak. Wishes that
    would come after the end are never made.
    """
    number, at = 0, 0.0
    while True:
        at += random.expovariate(peak_a_minute)
        if at > minutes:
            return
        # Thinning: candidates come at the peak rate, and as many are kept as the hour deserves.
        if random.random() < (1.0 if is_steady else share_of_rush(start_hour + at / 60)):
            number += 1
            yield Visit(
                number=f"S{number:04d}",
                table=str(random.randint(1, TABLES)),
                server=random.choice(SERVERS),
                guests=random.randint(1, 8),
                steps=tuple(step for step in _wishes(random, at) if step.at <= minutes),
            )


def _wishes(random: Random, at: float) -> Iterator[Step]:
    first, held = random_items(random), _held_back(random)
    yield Step(at=at, deed=Deed.ORDER, tap=_tap(random), items=first, held=held)
    if random.random() < 0.10:
        at += random.uniform(*GAP_MINUTES)
        yield Step(at=at, deed=Deed.MOVE, tap=_tap(random), table=str(random.randint(TABLES + 1, 2 * TABLES)))
    if random.random() < 0.20:
        at += random.uniform(*GAP_MINUTES)
        deed = random.choice((Deed.VOID_ONE, Deed.VOID_ALL))
        yield Step(at=at, deed=deed, tap=_tap(random))
    if held:
        at += random.uniform(*GAP_MINUTES)
        yield Step(at=at, deed=Deed.FIRE, tap=_tap(random))
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        at += random.uniform(*GAP_MINUTES)
        yield Step(at=at, deed=Deed.ORDER, tap=_tap(random), items=random_items(random))


def _held_back(random: Random) -> tuple[Item, ...]:
    """Return the mains of a table that wants to have its starters first; of most tables nothing."""
    if random.random() > 0.15:
        return ()
    return tuple(item for item in random_items(random) if item.station == KITCHEN)


def _tap(random: Random) -> Tap:
    chance = random.random()
    if chance < SHARE_OF_DOUBLE_TAPS:
        return Tap.DOUBLE
    return Tap.ANSWER_LOST if chance < SHARE_OF_DOUBLE_TAPS + SHARE_OF_LOST_ANSWERS else Tap.PLAIN
