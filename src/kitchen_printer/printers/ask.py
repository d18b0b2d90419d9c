"""Ask a printer one question after the other over one connection, and keep what it says unasked."""

import asyncio
from collections.abc import Callable
from typing import Final

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.status import (
    Answer,
    AnswerParser,
    Echo,
    Info,
    RealTimeStatus,
    trouble_in_real_time_status,
)
from kitchen_printer.printers.connection import Line

BYTES_MAX: Final = 1024
"""No interview brings more than this; whoever sends more is no receipt printer."""


class NoAnswerError(Exception):
    """The printer stayed silent, hung up, or said things no printer says."""


class Interview:
    """Questions and answers. Echoes are kept in ``echoes`` whenever they come: a token may be late.

    ``heard`` is everything that came, as bytes.
    """

    def __init__(self, line: Line) -> None:
        self.echoes: set[str] = set()
        self._line = line
        self._parser = AnswerParser()
        self.heard = b""

    async def listen(self, seconds: float) -> None:
        """Hear what the printer says by itself."""
        await self._until(lambda _: False, seconds)

    async def ask(
        self, question: bytes, is_answer: Callable[[Answer], bool], seconds: float
    ) -> Answer | None:
        """Send a question and return its answer; None after ``seconds`` of silence about it."""
        self._line.send(question)
        return await self._until(is_answer, seconds)

    async def troubles(self, seconds: float) -> list[Reason] | None:
        """Ask the four real-time questions; return every trouble, None if one stays unanswered."""
        found: list[Reason] = []
        for question in (1, 2, 3, 4):
            asked = commands.ask_real_time_status(question)
            answer = await self.ask(asked, lambda each: isinstance(each, RealTimeStatus), seconds)
            if not isinstance(answer, RealTimeStatus):
                return None
            trouble = trouble_in_real_time_status(question, answer.bits)
            found += [trouble] if trouble else []
        return found

    async def passes_fence(self, token: str, seconds: float) -> bool:
        """Send a fence and tell whether it came back: then everything before it is done."""
        return await self.ask(commands.fence(token), lambda each: each == Echo(token), seconds) is not None

    async def odometer(self, seconds: float) -> Odometer | None:
        """Read the counters; None when the printer has none."""
        cuts = await self._counter(commands.CUTS, seconds)
        strokes = await self._counter(commands.STROKES, seconds) if cuts is not None else None
        return Odometer(cuts, strokes) if cuts is not None and strokes is not None else None

    async def info(self, number: int, seconds: float) -> str | None:
        """Ask who the printer says it is; None when it does not say."""
        answer = await self.ask(commands.ask_identity(number), lambda each: isinstance(each, Info), seconds)
        return answer.text if isinstance(answer, Info) else None

    async def _counter(self, number: int, seconds: float) -> int | None:
        answer = await self.ask(commands.ask_counter(number), lambda each: isinstance(each, Info), seconds)
        return int(answer.text) if isinstance(answer, Info) and answer.text.isdigit() else None

    async def _until(self, is_answer: Callable[[Answer], bool], seconds: float) -> Answer | None:
        ends = asyncio.get_running_loop().time() + seconds
        while True:
            data = await self._line.hear(ends)
            if data is None:
                return None
            self.heard += data
            if not data or len(self.heard) > BYTES_MAX:
                raise NoAnswerError
            found: Answer | None = None
            for answer in self._parser.feed(data):
                if isinstance(answer, Echo):
                    self.echoes.add(answer.token)
                if found is None and is_answer(answer):
                    found = answer
            if found is not None:
                return found
