"""Get to know a printer without moving paper: what does it answer, and in which order?"""

from typing import Final

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.capability import Answers, Identity, speaks_star, speaks_text
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.status import PushedStatus, QueuedStatus, most_telling
from kitchen_printer.printers.ask import Interview, NoAnswerError
from kitchen_printer.printers.connection import Line, NoConnectionError, connected_line

GREETING_SECONDS: Final = 0.3
"""Some printers speak first; one that spoke Star is asked nothing it might print."""

ANSWER_SECONDS: Final = 1.0
"""As in the conversation about a ticket: a second of silence is silence."""

FENCE_SECONDS: Final = 3.0
"""An idle printer reaches our question at once; one that does not is busy for somebody else."""


async def probe(address: str, token: str) -> Answers | Reason:
    """Ask a printer what it can; ``token`` is for the fence. Returns why not, when it cannot be asked now."""
    try:
        async with connected_line(address) as line:
            return await _interviewed(line, token)
    except NoConnectionError as error:
        return error.reason
    except NoAnswerError:
        return Reason.NOT_A_PRINTER


async def identify(address: str) -> Identity | Reason:
    """Ask a printer only who it is. Returns why not, when it cannot be asked now."""
    try:
        async with connected_line(address) as line:
            interview = Interview(line)
            troubles = await interview.troubles(ANSWER_SECONDS)
            if troubles is None:
                return _unanswered(interview)
            return most_telling(troubles) if troubles else await _identity(interview)
    except NoConnectionError as error:
        return error.reason
    except NoAnswerError:
        return Reason.NOT_A_PRINTER


async def _interviewed(line: Line, token: str) -> Answers | Reason:
    interview = Interview(line)
    await interview.listen(GREETING_SECONDS)
    if speaks_star(interview.heard):
        return Reason.SPEAKS_STAR
    troubles = await interview.troubles(ANSWER_SECONDS)
    if troubles is None:
        return _unanswered(interview)
    if troubles:
        return most_telling(troubles)  # Offline it answers nothing in order; ask again when it is well.
    # After each question a reset: what an unknown command left in the line buffer is thrown away unprinted.
    pushed = await interview.ask(
        commands.RESET + commands.STATUS_PUSH_ON, lambda each: isinstance(each, PushedStatus), ANSWER_SECONDS
    )
    echoes = await interview.passes_fence(token, FENCE_SECONDS)
    line.send(commands.RESET)
    in_order = await interview.ask(
        commands.ASK_QUEUED_STATUS, lambda each: isinstance(each, QueuedStatus), ANSWER_SECONDS
    )
    line.send(commands.RESET)
    if pushed is None and in_order is None and not echoes:
        return Reason.BUSY  # It is well and yet reaches none of our questions: it prints for somebody else.
    odometer = await interview.odometer(ANSWER_SECONDS)
    line.send(commands.RESET)
    identity = await _identity(interview)
    line.send(commands.RESET)
    return Answers(
        pushes_status=pushed is not None,
        echoes_tokens=echoes,
        answers_in_order=in_order is not None,
        has_counters=odometer is not None,
        identity=identity,
    )


def _unanswered(interview: Interview) -> Reason:
    return Reason.NOT_A_PRINTER if speaks_text(interview.heard) else Reason.SILENT


async def _identity(interview: Interview) -> Identity:
    return Identity(
        maker=await interview.info(commands.MAKER, ANSWER_SECONDS),
        model=await interview.info(commands.MODEL, ANSWER_SECONDS),
        serial=await interview.info(commands.SERIAL, ANSWER_SECONDS),
        firmware=await interview.info(commands.FIRMWARE, ANSWER_SECONDS),
    )
