"""What is sent for one paper: its body, and the questions behind it whose answers are the proof."""

from dataclasses import dataclass

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.level import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One paper: its body with the footer, the tokens that prove what became of it, and how long it may take.

    ``token_forgotten`` is for the fence behind a revocation.
    """

    body: bytes
    token_printed: str
    token_cut: str
    token_forgotten: str
    seconds_to_print: float
    seconds_to_confirm: float
    seconds_to_give_up: float
    cut: bytes = commands.FEED_AND_CUT


def fence(token: str, level: Level) -> bytes:
    """Return the question that a printer of this level answers in order; only some echo the token."""
    return commands.fence(token) if level.echoes_tokens else commands.ASK_QUEUED_STATUS


def framed(payload: Payload, level: Level) -> bytes:
    """Return all that goes out when a paper is handed over."""
    if not level.proves:
        return payload.body + payload.cut
    body_and_proof = payload.body + fence(payload.token_printed, level)
    if level.echoes_tokens:
        return body_and_proof + payload.cut + commands.fence(payload.token_cut)
    # The answer is anonymous, so only one question may be open: the cut follows the proof.
    return body_and_proof
