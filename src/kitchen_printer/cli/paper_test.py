"""``kitchen-printer test-print``: queue a test paper, see it printed, say what it showed."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

from kitchen_printer.cli.start import FAILURE, end, say, settings
from kitchen_printer.config import Settings
from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.printers import (
    PaperUnderTest,
    cancel_test_print,
    read_test_print,
    request_test_print,
)
from kitchen_printer.database.requests import RequestRefusedError
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.paper_test import Finding
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.service.facts import Fact
from kitchen_printer.service.one_lane import print_test_papers

LOOK_SECONDS: Final = 0.2

Shown = dict[str, Any]


class _Watch:
    """Follows the test papers of one test: a second one follows where the first was no proof."""

    def __init__(self, dsn: str, job: int) -> None:
        self.shown: list[Shown] = []
        self.last: PaperUnderTest | None = None
        self._dsn = dsn
        self._job = job

    async def is_done(self) -> bool:
        """Look once; return whether nothing more will come."""
        self.last = await asyncio.to_thread(read_test_print, self._dsn, self._job)
        shown = self.last.shown
        if shown is None:
            return self.last.state in ("FAILED", "CANCELLED")
        self.shown.append(shown)
        if "next_job" not in shown:
            return True
        self._job = shown["next_job"]
        return False

    async def wait(self) -> None:
        """Look again and again until nothing more will come."""
        while not await self.is_done():  # noqa: ASYNC110  # another process' record
            await asyncio.sleep(LOOK_SECONDS)

    def take_back(self) -> bool:
        """Take the paper back that was not begun."""
        return cancel_test_print(self._dsn, self._job)


def run_test_print(address: str, by: str, seconds: float, *, as_json: bool) -> None:
    """Carry a paper test out and say what it showed; end the command with 1 if it showed nothing."""
    ours = settings()
    try:
        watch = _Watch(ours.dsn, request_test_print(ours.dsn, address, by))
        in_time = asyncio.run(_within(ours, address, watch, seconds))
        is_taken_back = not in_time and watch.take_back()
    except (RequestRefusedError, DatabaseLostError) as error:
        end(FAILURE, str(error))
    if as_json:
        say(
            json.dumps(
                {"printer": address, "is_done": in_time, "tests": watch.shown, "waits_for": _waits_for(watch)}
            )
        )
    else:
        for shown in watch.shown:
            for sentence in shown_sentences(shown):
                say(sentence)
    if not watch.shown or not in_time:
        end(FAILURE, _why_not(watch, seconds, is_taken_back=is_taken_back))


async def _within(ours: Settings, address: str, watch: _Watch, seconds: float) -> bool:
    """See the test papers printed, by a running service or by ourselves; return whether that was in time."""
    try:
        async with asyncio.timeout(seconds):
            if await watch.is_done():
                return True
            is_served = watch.last is not None and watch.last.services > 0
            if is_served or not await print_test_papers(ours, address, _say_nothing, watch.is_done):
                await watch.wait()
            return True
    except TimeoutError:
        return False


def _say_nothing(_: Fact) -> None:
    """What matters is in the result."""


def shown_sentences(shown: Shown) -> Iterator[str]:
    """Say what one test paper showed and what follows."""
    tested, level = Level(shown["tested"]), Level(shown["level"])
    timing = ""
    if "seconds" in shown:
        least = f"no printer is faster than {shown['least_seconds']:.2f} s"
        timing = f" It answered after {shown['seconds']:.2f} s; {least}."
    match Finding(shown["finding"]):
        case Finding.PROVED:
            yield f"Proven on paper: level {level}, {level.can.words}.{timing}"
        case Finding.ANSWERS_TOO_EARLY:
            yield f"It answers before the paper can have moved, so at level {tested} it proves nothing.{timing}"
            yield (
                "The next paper tests level B."
                if "next_job" in shown
                else f"Level {level}: {level.can.words}. It gets no tickets unless a person pins that level."
            )
        case Finding.MISCOUNTS:
            yield f"It confirms its prints, but its counters do not count them: level {level}.{timing}"
        case Finding.NOTHING_TO_PROVE:
            yield f"The paper was sent. At level {tested} nobody can say more: {tested.can.words}."
        case Finding.NO_ANSWER:
            reason = shown.get("reason", "")
            words = WORDS[Reason(reason)].sentence if reason in [*Reason] else ""
            yield f"The paper was not confirmed, so nothing was learnt. {words}"
    if shown.get("is_pinned") and level is not tested:
        yield "A person pinned its level, so that stands."


def _waits_for(watch: _Watch) -> str | None:
    return watch.last.printer_reason or watch.last.failed_reason if watch.last else None


def _why_not(watch: _Watch, seconds: float, *, is_taken_back: bool) -> str:
    reason = _waits_for(watch)
    words = WORDS[Reason(reason)] if reason is not None and reason in [*Reason] else None
    why = f" {words.sentence} {words.advice}" if words else ""
    if watch.last is not None and watch.last.state in ("FAILED", "CANCELLED"):
        return f"The test paper was given up.{why}"
    left = "The paper was taken back." if is_taken_back else "It may still come."
    return f"There is no result after {seconds:g} s.{why} {left}"
