"""What a printer can prove, as a closed set of five levels. What each of them can, and what it means, is here only."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

from kitchen_printer.decisions.outcome import Evidence


class Level(StrEnum):
    """How much a printer can prove, most first. ``printers.level`` holds these names."""

    COUNTERS = "A+"
    TOKEN_FENCE = "A"  # noqa: S105
    QUEUED_STATUS = "B"
    HEALTH = "B-"
    MUTE = "C"

    @property
    def can(self) -> "Abilities":
        """What this level can."""
        return _ABILITIES[self]

    @property
    def echoes_tokens(self) -> bool:
        """Whether an answer names the question it answers."""
        return self.can.evidence is Evidence.TOKEN

    @property
    def proves(self) -> bool:
        """Whether the printer itself says that a ticket is on paper. The others need a person who opted in."""
        return self.can.answers_in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a level can, what its best outcome rests on, and one sentence for people."""

    tells_health: bool
    answers_in_order: bool
    counts: bool
    evidence: Evidence
    words: str


_ABILITIES = {
    Level.COUNTERS: Abilities(
        tells_health=True,
        answers_in_order=True,
        counts=True,
        evidence=Evidence.TOKEN,
        words="it echoes our tokens in order and counts its cuts: a print is proved, and a doubt can be settled later",
    ),
    Level.TOKEN_FENCE: Abilities(
        tells_health=True,
        answers_in_order=True,
        counts=False,
        evidence=Evidence.TOKEN,
        words="it echoes our tokens in order: a print is proved",
    ),
    Level.QUEUED_STATUS: Abilities(
        tells_health=True,
        answers_in_order=True,
        counts=False,
        evidence=Evidence.QUEUED_STATUS,
        words="it answers in order, without a token: a print is proved while nobody else uses it",
    ),
    Level.HEALTH: Abilities(
        tells_health=True,
        answers_in_order=False,
        counts=False,
        evidence=Evidence.STATUS,
        words="it tells its health only: no print can be proved",
    ),
    Level.MUTE: Abilities(
        tells_health=False,
        answers_in_order=False,
        counts=False,
        evidence=Evidence.SENT,
        words="it tells nothing: no print can be proved",
    ),
}

Provenance = Literal["assumed", "probed", "proven on paper", "pinned"]
"""How a level is known: not at all yet, asked without paper, by a paper test, or because a person says so."""


def standing(level: Level, provenance: Provenance) -> str:
    """Say in a few words how far a level can be trusted."""
    if not level.proves:
        opted_in = provenance == "pinned"
        return "proves nothing, accepted by a person" if opted_in else "proves nothing, gets no tickets"
    match provenance:
        case "assumed":
            return "unverified: the printer was not asked yet"
        case "probed":
            return "unverified: asked without paper, no paper test yet"
        case "pinned":
            return "unverified: a person says so"
        case "proven on paper":
            return "proven on paper"
        case _:
            assert_never(provenance)
