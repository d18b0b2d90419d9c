"""What lanes hand in to the ledger, and what they ask of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement


@dataclass(frozen=True, slots=True)
class HandedIn:
    """An outcome to be written down, and who waits for that.

    ``followed_on`` is the printer whose lane asks for its next ticket at once; ``refusals`` is how often the database
    has refused the outcome.
    """

    settlement: Settlement
    done: asyncio.Future[Settlement | None]
    followed_on: int | None
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A lane that waits for a ticket; ``found_held`` is how often somebody else had it locked."""

    request: ClaimRequest
    answer: asyncio.Future[Claimed | None]
    found_held: int = 0


def fail(asked: Sequence[Asked], error: Exception) -> None:
    """Let every lane that asked hear it."""
    for each in asked:
        if not each.answer.done():
            each.answer.set_exception(error)
