"""The fuzzer finds what is hidden behind a word, and nothing in what reads bytes from outside."""

import pytest
from proving.fuzzing.engine import fuzz
from proving.fuzzing.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_the_readers_of_bytes_from_outside_keep_their_promise(name: str) -> None:
    fuzzed = TARGETS[name]
    run = fuzz(fuzzed.target, fuzzed.beginnings, fuzzed.words, fuzzed.folders, seconds=0.3, seed=1)
    assert run.failure is None, run.error
    assert run.executions >= len(fuzzed.beginnings)
    assert run.lines


def hides(data: bytes) -> None:
    """Break at one word in front of another."""
    if data.startswith(b"pin"):
        assert not data.startswith(b"pineapple")


def test_what_is_hidden_behind_a_word_is_found() -> None:
    run = fuzz(hides, (b"pin",), (b"apple",), (__file__,), seconds=20, seed=1)
    assert run.failure is not None
    assert run.failure.startswith(b"pineapple")
