"""The parser never loses its place, whatever the bytes and however they are cut up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virtual_printer.commands import COMMANDS
from virtual_printer.parser import Item, Parsed, Parser, Text, Unknown

# Commands as the manuals' examples give them, with the length each must have.
EXAMPLES = [
    ("1b 40", 2),
    ("1b 21 30", 3),
    ("1b 24 10 01", 4),
    ("1b 2a 00 03 00 aa bb cc", 8),
    ("1b 2a 21 02 00 aa bb cc aa bb cc", 11),
    ("1b 44 08 10 18 00", 6),
    ("1b 26 03 41 42 01 aa bb cc 02 aa bb cc dd ee ff", 16),
    ("1b 57 00 00 00 00 00 02 00 03", 10),
    ("1b 63 35 01", 4),
    ("1b 70 00 32 fa", 5),
    ("1c 28 43 02 00 30 02", 7),
    ("1c 71 01 01 00 01 00 01 02 03 04 05 06 07 08", 15),
    ("1d 28 41 02 00 00 02", 7),
    ("1d 28 48 06 00 30 30 41 37 51 6b", 11),
    ("1d 28 6b 03 00 31 51 30", 8),
    ("1d 2a 01 02 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f", 20),
    ("1d 38 4c 04 00 00 00 30 70 30 31", 11),
    ("1d 43 3b 31 3b 39 39 3b 31 3b 31 3b 31 3b", 14),
    ("1d 56 00", 3),
    ("1d 56 42 00", 4),
    ("1d 67 32 00 b2 00", 6),
    ("1d 6b 04 41 42 43 00", 7),
    ("1d 6b 49 04 7b 42 31 32", 8),
    ("1d 76 30 00 02 00 02 00 aa bb cc dd", 12),
    ("10 04 01", 3),
    ("10 14 01 00 01", 5),
    ("10 14 08 01 03 14 01 06 02 08", 10),
]


def merged(items: list[Item]) -> list[Item]:
    """Text that arrived in pieces counts as one run."""
    result: list[Item] = []
    for item in items:
        last = result[-1] if result else None
        if isinstance(item, Text) and isinstance(last, Text) and last.offset + last.size == item.offset:
            result[-1] = Text(last.offset, last.data + item.data, last.size + item.size)
        else:
            result.append(item)
    return result


def parsed_whole(data: bytes) -> list[Item]:
    return merged(Parser().feed(data))


STREAMS = st.lists(
    st.one_of(
        st.sampled_from([command.prefix for command in COMMANDS]),
        st.sampled_from([bytes.fromhex(example) for example, _ in EXAMPLES]),
        st.binary(max_size=12),
        st.sampled_from([b"TABLE 12", b"\n", b"\x00\x00\x00\x00"]),
    ),
    max_size=12,
).map(b"".join)


@pytest.mark.parametrize(("example", "length"), EXAMPLES)
def test_each_command_takes_the_bytes_its_manual_gives_it(example: str, length: int) -> None:
    items = Parser().feed(bytes.fromhex(example) + b"\nNEXT")
    assert isinstance(items[0], Parsed)
    assert [items[0].size, items[1].size, items[2].size] == [length, 1, 4]


@given(STREAMS, st.data())
def test_any_chunking_gives_the_same_items(stream: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    parser = Parser()
    items = [
        item for start, end in pairwise([0, *cuts, len(stream)]) for item in parser.feed(stream[start:end])
    ]
    assert merged(items) == parsed_whole(stream)


@given(STREAMS)
def test_byte_by_byte_gives_the_same_items(stream: bytes) -> None:
    parser = Parser()
    items = [item for byte in stream for item in parser.feed(bytes((byte,)))]
    assert merged(items) == parsed_whole(stream)


@given(STREAMS, st.data())
def test_every_prefix_parses_to_a_prefix_of_the_items(stream: bytes, draw: st.DataObject) -> None:
    length = draw.draw(st.integers(0, len(stream)))
    beginning, whole = parsed_whole(stream[:length]), parsed_whole(stream)
    if beginning and isinstance(beginning[-1], Text):
        last = beginning.pop()
        assert isinstance(whole[len(beginning)], Text)
        assert whole[len(beginning)].data.startswith(last.data)
    assert whole[: len(beginning)] == beginning


@given(STREAMS)
def test_items_follow_each_other_without_gap_or_overlap(stream: bytes) -> None:
    position = 0
    for item in Parser().feed(stream):
        assert item.offset == position
        position += item.size
    assert position <= len(stream)


@pytest.mark.parametrize("introducer", list(b"\x10\x1b\x1c\x1d"))
def test_an_unknown_command_takes_two_bytes_and_names_its_offset(introducer: int) -> None:
    unknown = bytes((introducer, 0xFE))
    assert Parser().feed(b"AB" + unknown + b"CD") == [
        Text(0, b"AB", 2),
        Unknown(2, unknown, 2),
        Text(4, b"CD", 2),
    ]


def test_zeros_between_commands_are_harmless() -> None:
    items = Parser().feed(b"\x00" * 8192 + b"OK\n")
    assert items[-2] == Text(8192, b"OK", 2)


def test_a_command_beyond_the_memory_limit_is_counted_but_not_kept() -> None:
    parser = Parser()
    assert parser.feed(bytes.fromhex("1d 38 4c ff ff ff 01 30 70")) == []
    left = 0x01FFFFFF + 7 - 9
    while left:
        sent = min(left, 1 << 20)
        assert not [item for item in parser.feed(bytes(sent)) if left > sent]
        left -= sent
    assert parser.feed(b"\n")[0].offset == 0x01FFFFFF + 7


def test_no_prefix_hides_another_of_the_same_bytes() -> None:
    assert len({command.prefix for command in COMMANDS}) == len(COMMANDS)
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
