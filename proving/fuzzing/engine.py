"""A small coverage-guided fuzzer: inputs that reach a new line are kept, changed, and tried again."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from types import FrameType
from typing import Any, Final

INPUT_BYTES_MAX: Final = 2_000
CHANGES_MAX: Final = 4

Target = Callable[[bytes], None]
"""Raises when something is wrong; whatever input is not meant for it, it must take in silence."""

Tracer = Callable[[FrameType, str, Any], Any]


@dataclass(slots=True)
class Run:
    """What a run came to. ``failure`` is the input that made the target raise, ``error`` what it raised."""

    executions: int = 0
    kept: list[bytes] = field(default_factory=list[bytes])
    lines: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    failure: bytes | None = None
    error: Exception | None = None


def fuzz(
    target: Target, beginnings: Iterable[bytes], words: tuple[bytes, ...], folders: tuple[str, ...], *,
    seconds: float, seed: int = 0,
) -> Run:  # fmt: skip
    """Try a target for so long, or until it raises. ``words`` are pieces that its inputs are made of."""
    chance, run, ends = Random(seed), Run(), monotonic() + seconds
    for each in beginnings:
        if not _try(target, each, folders, run):
            return run
    while monotonic() < ends:
        if not _try(target, _changed(chance.choice(run.kept), run.kept, words, chance), folders, run):
            return run
    return run


def _try(target: Target, data: bytes, folders: tuple[str, ...], run: Run) -> bool:
    """Run the target once, seeing which lines it reaches; return whether it was content."""
    reached: set[tuple[str, int]] = set()
    before = sys.gettrace()
    sys.settrace(_tracer(folders, reached))
    try:
        target(data)
    except Exception as error:  # noqa: BLE001  # that is what is looked for
        run.failure, run.error = data, error
    finally:
        sys.settrace(before)
    run.executions += 1
    if not run.kept or not reached <= run.lines:
        run.kept.append(data)
        run.lines |= reached
    return run.failure is None


def _tracer(folders: tuple[str, ...], reached: set[tuple[str, int]]) -> Tracer:
    def in_a_function(frame: FrameType, event: str, _: Any) -> Tracer:
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return in_a_function

    def anywhere(frame: FrameType, _: str, __: Any) -> Tracer | None:
        return in_a_function if any(each in frame.f_code.co_filename for each in folders) else None

    return anywhere


def _changed(data: bytes, others: list[bytes], words: tuple[bytes, ...], chance: Random) -> bytes:
    for _ in range(chance.randint(1, CHANGES_MAX)):
        data = _changed_once(data, others, words, chance)
    return data[:INPUT_BYTES_MAX]


def _changed_once(data: bytes, others: list[bytes], words: tuple[bytes, ...], chance: Random) -> bytes:
    at = chance.randint(0, len(data))
    end = min(len(data), at + chance.randint(1, 8))
    match chance.randrange(7):
        case 0:
            return data[:at] + bytes((chance.randrange(256),)) + data[at + 1 :]
        case 1:
            return data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]
        case 2:
            return data[:at] + data[end:]
        case 3:
            return data[:at] + data[at:end] * chance.choice((2, 3, 40)) + data[end:]
        case 4:
            other = chance.choice(others)
            return data[:at] + other[chance.randint(0, len(other)) :]
        case _:
            return data[:at] + chance.choice(words) + data[at:]
