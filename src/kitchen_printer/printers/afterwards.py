"""After a doubtful end: go back to the printer and ask what became of the ticket."""

import asyncio
from contextlib import suppress
from typing import Final

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reconcile import Doubt, Findings, verdict
from kitchen_printer.decisions.status import Cleared
from kitchen_printer.printers.ask import Interview, NoAnswerError
from kitchen_printer.printers.connection import FORGET_SECONDS, Line, NoConnectionError, connected_line

LISTEN_SECONDS: Final = 0.5
"""A token that was held back while nobody was connected comes at once, if the printer keeps such tokens."""

ANSWER_SECONDS: Final = 1.0
"""As in the conversation about a ticket: a second of silence is silence."""

FENCE_SECONDS: Final = 10.0
"""The printer may still have the ticket before it; a fence behind a long one waits for the paper."""

RETRY_SECONDS: Final = 0.5
"""Pause between two tries to reach the printer: the dead connection may still hold its only place."""


async def ask_afterwards(address: str, doubt: Doubt, token: str, seconds: float) -> Outcome:
    """Ask the printer about a doubtful attempt, trying for ``seconds`` to reach it; ``token`` is for the fence.

    Returns the outcome that is proved; :class:`Uncertain` when nothing is. It may be asked again and again: it moves
    no paper.
    """
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with connected_line(address) as line:
                found = await _findings(line, token)
                if found is not None:
                    return verdict(doubt, found)
        except (NoConnectionError, NoAnswerError):
            pass  # It is away, or it hung up on us; it may talk the next time.
        if asyncio.get_running_loop().time() >= ends:
            return Uncertain(doubt.reason)
        await asyncio.sleep(RETRY_SECONDS)


async def declare_void(address: str) -> None:
    """Let the piece of a ticket that hangs out of a printer say that it is none, and cut it off.

    Only once its end is on record: it prints and cuts, so the counters prove nothing about that ticket any more.
    """
    with suppress(
        NoConnectionError
    ):  # What cannot be reached keeps its piece; the next ticket begins below it.
        async with connected_line(address) as line:
            line.send(commands.VOID_PIECE)


async def free(address: str, token: str) -> None:
    """Free a printer that a broken connection may have left in the middle of a command.

    NULs complete the command and a reset discards what it did. In text they mean nothing, so a printer that is
    busy with somebody else's job comes to no harm.
    """
    with suppress(NoConnectionError, NoAnswerError):  # The next preflight says how it stands.
        async with connected_line(address) as line:
            await _reach(Interview(line), line, token)


async def forget(address: str) -> bool:
    """Tell a printer to forget what it still has to print; return whether it said that it did.

    It is told in real time, so that one without paper hears it too.
    """
    try:
        async with connected_line(address) as line:
            cleared = await Interview(line).ask(
                commands.FORGET_EVERYTHING, lambda each: isinstance(each, Cleared), FORGET_SECONDS
            )
            return cleared is not None
    except (NoConnectionError, NoAnswerError):
        return False


async def _findings(line: Line, token: str) -> Findings | None:
    """Hear what the printer has to say; None while it is not ready to answer: the ticket may still be inside."""
    interview = Interview(line)
    await interview.listen(LISTEN_SECONDS)
    troubles = await interview.troubles(ANSWER_SECONDS)
    is_ready = troubles == []
    if not is_ready and not interview.echoes:
        return None
    answered = is_ready and await _reach(interview, line, token)
    return Findings(
        answered_in_order=answered,
        after=await interview.odometer(ANSWER_SECONDS) if answered else None,
        echoes=frozenset(interview.echoes),
    )


async def _reach(interview: Interview, line: Line, token: str) -> bool:
    """Get a fence through to the mechanism, freeing the printer if need be; return whether that worked."""
    if await interview.passes_fence(token, FENCE_SECONDS):
        return True
    for nothing in (b"", commands.NUL_LINE, commands.NUL_BAND):
        # Left in the middle of a command, it eats our questions until that command is complete.
        line.send(nothing + commands.RESET)
        if await interview.passes_fence(token, ANSWER_SECONDS):
            return True
    return False
