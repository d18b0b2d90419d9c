"""``kitchen-printer test-print``: queue a test paper, see it printed, say what it showed; then a line per script."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Final

from kitchen_printer.cli.exit_codes import FAILURE
from kitchen_printer.cli.start import end, say, settings
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
    """Follows the papers of one test: a second one where the first was no proof, and a page of scripts at the end."""

    def __init__(self, dsn: str, job: int) -> None:
        self.shown: list[Shown] = []
        self.last: PaperUnderTest | None = None
        self.is_taken_back = False
        self._dsn = dsn
        self._job = job

    @property
    def has_verdict(self) -> bool:
        """Whether the last test paper was judged; the page of scripts changes nothing about that."""
        return bool(self.shown) and "next_job" not in self.shown[-1]

    async def is_done(self) -> bool:
        """Look once; return whether nothing more will come."""
        self.last = await asyncio.to_thread(read_test_print, self._dsn, self._job)
        if self.has_verdict:
            return self.last.state in ("PRINTED", "FAILED", "CANCELLED")
        shown = self.last.shown
        if shown is None:
            return self.last.state in ("FAILED", "CANCELLED")
        self.shown.append(shown)
        following = shown.get("next_job", shown.get("scripts_job"))
        if following is None:
            return True
        self._job = following
        return False

    async def wait(self) -> None:
        """Look again and again until nothing more will come."""
        while not await self.is_done():  # noqa: ASYNC110  # another process' record
            await asyncio.sleep(LOOK_SECONDS)

    def take_back(self) -> None:
        """Take the paper back that was not begun; of one that was, see how it stands."""
        self.is_taken_back = cancel_test_print(self._dsn, self._job)
        if not self.is_taken_back:
            self.last = read_test_print(self._dsn, self._job)

    @property
    def why_no_scripts(self) -> str | None:
        """Why the page of scripts was not printed, as far as anybody knows; None when it was."""
        if not self.has_verdict:
            return "No test paper has shown yet what the printer proves."
        verdict = self.shown[-1]
        if "scripts_job" not in verdict:
            return _why_not_queued(verdict)
        if self.last is not None and self.last.state == "PRINTED":
            return None
        if self.last is not None and self.last.state in ("FAILED", "CANCELLED"):
            return f"It was given up.{_why_it_waits(self)}"
        return f"The time was over.{_why_it_waits(self)} {_left(self)}"


def _why_not_queued(verdict: Shown) -> str:
    level = Level(verdict["level"])
    if verdict["finding"] == Finding.NO_ANSWER:
        return "The test paper before it was not confirmed."
    if not level.proves and not verdict.get("is_pinned"):
        return f"At level {level} a printer gets no papers unless a person pins that level."
    return "The service that printed the test is of an older version."


def run_test_print(address: str, by: str, seconds: float, *, as_json: bool) -> None:
    """Carry a paper test out and say what it showed; end the command with 1 if it showed nothing."""
    ours = settings()
    try:
        watch = _Watch(ours.dsn, request_test_print(ours.dsn, address, by))
        in_time = asyncio.run(_within(ours, address, watch, seconds))
        if not in_time:
            watch.take_back()
    except (RequestRefusedError, DatabaseLostError) as error:
        end(FAILURE, str(error))
    is_done = in_time or watch.has_verdict
    if as_json:
        say(json.dumps(_as_json(address, watch, is_done=is_done)))
    else:
        for sentence in _sentences(watch):
            say(sentence)
    if not watch.shown or not is_done:
        end(FAILURE, _why_not(watch, seconds))


def _as_json(address: str, watch: _Watch, *, is_done: bool) -> dict[str, Any]:
    why_no_scripts = watch.why_no_scripts
    return {
        "printer": address,
        "is_done": is_done,
        "tests": watch.shown,
        "scripts": {
            "is_printed": why_no_scripts is None,
            "is_proved": why_no_scripts is None and _proves(watch.shown[-1]),
            "why_not": why_no_scripts,
        },
        "waits_for": _waits_for(watch),
    }


def _sentences(watch: _Watch) -> Iterator[str]:
    for shown in watch.shown:
        yield from shown_sentences(shown)
    if not watch.has_verdict:
        return
    why_no_scripts = watch.why_no_scripts
    if why_no_scripts is not None:
        yield f"The page with a line per script was not printed. {why_no_scripts}"
    elif _proves(watch.shown[-1]):
        yield "The page with a line per script was printed: look whether every line can be read."
    else:
        yield "The page with a line per script was sent: look whether it came and every line can be read."


def _proves(verdict: Shown) -> bool:
    """Whether a print counts as proved after this verdict: not where a person pinned more than was shown."""
    return verdict["finding"] in (Finding.PROVED, Finding.MISCOUNTS)


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
            if "next_job" in shown:
                yield "The next paper tests level B."
            elif not shown.get("is_pinned"):
                yield f"Level {level}: {level.can.words}. It gets no tickets unless a person pins that level."
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


def _why_not(watch: _Watch, seconds: float) -> str:
    why = _why_it_waits(watch)
    if watch.last is not None and watch.last.state in ("FAILED", "CANCELLED"):
        return f"The test paper was given up.{why}"
    return f"There is no result after {seconds:g} s.{why} {_left(watch)}"


def _why_it_waits(watch: _Watch) -> str:
    reason = _waits_for(watch)
    words = WORDS[Reason(reason)] if reason is not None and reason in [*Reason] else None
    return f" {words.sentence} {words.advice}" if words else ""


def _left(watch: _Watch) -> str:
    return "The paper was taken back." if watch.is_taken_back else "It may still come."
