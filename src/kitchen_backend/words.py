"""How a ticket stands, in words that a waiter understands, and what he can do about it. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kitchen_printer.decisions.reason import WORDS, Reason


class Standing(StrEnum):
    """How a ticket stands, as far as whoever sent it cares."""

    ON_ITS_WAY = "on_its_way"
    WAITING = "waiting"
    ON_PAPER = "on_paper"
    SENT = "sent"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Told:
    """What a person reads: what is the matter, and what to do, empty when there is nothing to do."""

    standing: Standing
    sentence: str
    advice: str


def tell(*, station: str, status: str, is_proved: bool, is_held: bool, reason: str | None) -> Told:
    """Say how a ticket of a station stands, from its row in `kitchen_ticket_status`."""
    standing = _standing(status=status, is_proved=is_proved, is_held=is_held, reason=reason)
    matter, remedy = _printer_words(reason)
    match standing:
        case Standing.ON_ITS_WAY:
            return Told(standing, f"On its way to {station}.", "")
        case Standing.WAITING:
            advice = f"Tell {station}: {remedy} It prints by itself then; do not order again."
            return Told(standing, f"{station} does not have it yet. {matter}", advice)
        case Standing.ON_PAPER:
            return Told(standing, f"{station} has it on paper.", "")
        case Standing.SENT:
            return Told(standing, f"Sent to {station}; its printer cannot confirm it.", "")
        case Standing.HELD:
            advice = f"Look for the paper at {station}, and have somebody confirm whether it is there."
            return Told(standing, f"Nobody knows whether {station} has it. {matter}".strip(), advice)
        case Standing.FAILED:
            advice = f"Tell {station} by voice now, then ask for a reprint."
            return Told(standing, f"{station} does not have it. {matter}".strip(), advice)
        case _:
            assert_never(standing)


def _standing(*, status: str, is_proved: bool, is_held: bool, reason: str | None) -> Standing:
    if status == "FAILED":
        return Standing.FAILED
    if status == "PRINTED":
        return Standing.ON_PAPER if is_proved else Standing.SENT
    if is_held:
        return Standing.HELD
    return Standing.WAITING if reason else Standing.ON_ITS_WAY


def _printer_words(reason: str | None) -> tuple[str, str]:
    if not reason:
        return "", ""
    try:
        words = WORDS[Reason(reason)]
    except (ValueError, KeyError):  # A newer service knows more reasons than this backend.
        return f"Its printer cannot print ({reason}).", "Look at the printer."
    return words.sentence, words.advice
