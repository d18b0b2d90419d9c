"""A printer without network for tests of paper: bytes in, paper and answers out."""

from dataclasses import dataclass
from itertools import pairwise

from virtual_printer.engine import Engine
from virtual_printer.profiles import Profile, profile_named
from virtual_printer.roll import Sheet

CUT = b"\x1dVB\x00"
PLENTY_OF_BUFFER = 1 << 24


@dataclass(frozen=True)
class Printed:
    sheets: tuple[Sheet, ...]
    rest: Sheet
    answers: bytes
    reports: tuple[str, ...]
    lines: tuple[str, ...]


def printed(data: bytes, profile: str | Profile = "epson-80", chunks: list[int] | None = None) -> Printed:
    """Everything the bytes leave behind; `chunks` are positions at which they arrive separately."""
    answers: list[bytes] = []
    engine = Engine(
        profile_named(profile) if isinstance(profile, str) else profile,
        buffer_bytes=PLENTY_OF_BUFFER,
        answer=answers.append,
        clock=lambda: 0.0,
    )
    bounds = [0, *(chunks or []), len(data)]
    for start, end in pairwise(bounds):
        engine.arrive(data[start:end])
        while engine.step() is not None:
            pass
    paper = engine.machine.paper
    return Printed(
        sheets=paper.sheets,
        rest=paper.rest,
        answers=b"".join(answers),
        reports=tuple(engine.machine.reports),
        lines=tuple(line for sheet in (*paper.sheets, paper.rest) for line in sheet.lines),
    )
