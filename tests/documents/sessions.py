"""Plays a session of a document as a person would: types a line, and looks for what the page says comes out.

``…`` in what comes out stands for anything. A line that only looks is typed again until it shows what it should, as a
person does who waits for a paper.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.documents.pages import Block

SECONDS_MAX: Final = 30.0
AGAIN_SECONDS: Final = 0.5
LOOKS: Final = (
    "cat ",
    "ls ",
    "kitchen-printer tickets",
    "kitchen-printer printers",
    "kitchen-printer explain",
)
ANYTHING: Final = "…"


@dataclass(frozen=True, slots=True)
class Line:
    """What is typed, and what should come out; ``where`` it stands."""

    where: str
    typed: str
    expected: list[str]

    @property
    def only_looks(self) -> bool:
        """Whether typing it twice changes nothing."""
        changes = " -d " in self.typed or "-X POST" in self.typed
        return self.typed.startswith((*LOOKS, "curl ")) and not changes

    def is_shown_by(self, output: str) -> bool:
        """Whether all that should come out does, in order."""
        at = 0
        for piece in ANYTHING.join(self.expected).split(ANYTHING):
            found = output.find(piece, at)
            if found < 0:
                return False
            at = found + len(piece)
        return True


@dataclass(slots=True)
class Terminal:
    """A shell that keeps what was exported, in a folder."""

    folder: Path
    environment: dict[str, str]

    def play(self, blocks: Iterable[Block]) -> None:
        """Type every block of commands. Raises ``AssertionError`` when something else comes out."""
        for line in lines_of(blocks):
            self._type(line)

    def _type(self, line: Line) -> None:
        ends = time.monotonic() + SECONDS_MAX
        while True:
            done = self._run(line.typed)
            if done.returncode == 0 and line.is_shown_by(done.stdout):
                return
            if not line.only_looks or time.monotonic() > ends:
                raise AssertionError(
                    f"{line.where}: $ {line.typed}\nshould show\n{chr(10).join(line.expected)}\nand showed\n"
                    f"{done.stdout}{done.stderr}"
                )
            time.sleep(AGAIN_SECONDS)  # what prints is another process

    def _run(self, typed: str) -> subprocess.CompletedProcess[str]:
        """Run one line; what it exports is there for the next."""
        script = f"{typed}\nstatus=$?\nenv -0 >environment.next\nexit $status\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_MAX,
        )
        after = self.folder / "environment.next"
        if after.exists():
            pairs = (each.partition("=") for each in after.read_text(encoding="utf-8").split("\0") if each)
            self.environment = {name: value for name, _, value in pairs}
            after.unlink()
        return done


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """Return each block of commands with the text block that follows it, if one does."""
    typed: Block | None = None
    for block in blocks:
        if block.is_shell:
            if typed:
                yield Line(typed.where, typed.text.strip(), [])
            typed = block
        elif block.language == "text" and typed:
            yield Line(typed.where, typed.text.strip(), block.text.splitlines())
            typed = None
    if typed:
        yield Line(typed.where, typed.text.strip(), [])


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGINT) -> int:
    """End a program that a session started in a group of its own, as Ctrl-C does; return how it ended."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    try:
        return process.wait(SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
