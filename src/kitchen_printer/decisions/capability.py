"""What a printer can prove, judged from what it answered when it was asked without paper."""

from dataclasses import dataclass

from kitchen_printer.decisions.level import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the printer says it is. Clones claim famous names, so this recognises a change and proves nothing."""

    maker: str | None
    model: str | None
    serial: str | None
    firmware: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What came back in a printless interview from a printer that answers real-time questions."""

    pushes_status: bool
    echoes_tokens: bool
    answers_in_order: bool
    has_counters: bool
    identity: Identity


def level_of(answers: Answers) -> Level:
    """Return the highest level that the answers allow. None of it is proved on paper yet.

    Never C: a printer that answers nothing may be held by another host, so only a person can call it mute.
    An anonymous answer in order counts only beside the pushed status: without that nothing tells where the
    answers to an earlier sender's questions end.
    """
    if answers.echoes_tokens:
        return Level.COUNTERS if answers.has_counters else Level.TOKEN_FENCE
    if answers.answers_in_order and answers.pushes_status:
        return Level.QUEUED_STATUS
    return Level.HEALTH


def speaks_star(greeting: bytes) -> bool:
    """Whether a printer greets with Star's automatic status: a header that ESC/POS cannot begin with.

    Star's line-mode specification: seven bytes or more, bit 0 of the first set and bit 4 clear, bit 7 of the
    second set. No Star printer was at hand to try it on.
    """
    return len(greeting) >= 7 and greeting[0] & 0x11 == 0x01 and bool(greeting[1] & 0x80)


def speaks_text(heard: bytes) -> bool:
    """Whether what came is lines of text, as a web server or a login prompt says them: no printer's status does."""
    return len(heard) >= 4 and all(0x20 <= byte <= 0x7E or byte in b"\r\n\t" for byte in heard)
