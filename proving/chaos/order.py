"""Was what was acknowledged first on paper first? Only what can be seen from outside counts, never the order of ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Inversion:
    """``earlier`` had been acknowledged before ``later`` was sent, and came after it on the same printer."""

    earlier: int
    later: int
    is_explained: bool


def inversions(rows: Iterable[Sequence[Any]]) -> list[Inversion]:
    """Find them among first papers, rows of (printer, place, ticket, invoked, ended, is_excused), printer by printer.

    A ticket that was tried twice, moved or held may be late, and so may one that waited for it: they are excused. One
    that is in order itself cannot be overtaken. For each late paper one inversion is told, with the ticket before it
    that was sent last.
    """
    found: list[Inversion] = []
    at: object = None
    last_invoked, last_ticket = float("-inf"), 0
    for printer, _, ticket, invoked, ended, is_excused in rows:
        if printer != at:
            at, last_invoked, last_ticket = printer, float("-inf"), 0
        if ended < last_invoked:
            found.append(Inversion(ticket, last_ticket, bool(is_excused)))
        if invoked > last_invoked:
            last_invoked, last_ticket = invoked, ticket
    return found
