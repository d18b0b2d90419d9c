"""How a text is broken over rows: by what a reader takes for characters, and by the columns they take."""

from collections.abc import Iterator

from kitchen_printer.decisions.text import columns_of, graphemes

_NEVER_FIRST = frozenset("、。，．：；？！）」』】〕〉》〗］｝ー…‥々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
"""Chinese and Japanese characters that begin no row."""


def wrapped(text: str, width: int) -> Iterator[str]:
    """Break at spaces and between Han characters where there are some, inside words where there are none.

    Every character stays, but for blanks that hang over the end. Continuation rows are indented as the first
    one is, two columns deeper.
    """
    if columns_of(text) <= width:
        yield text
        return
    characters = graphemes(text)
    indent = min(len(text) - len(text.lstrip(" ")) + 2, width // 2)
    begin, end, lead = 0, _without_blanks_at_the_end(characters), 0
    while (room_ends := _filled(characters, begin, end, width - lead)) < end:
        first_break = begin + 1 if lead else indent
        broken_at, begins_again = _break(characters, first_break, room_ends)
        yield " " * lead + _joined(characters, begin, broken_at)
        begin, lead = begins_again, indent
    last = _filled(characters, begin, len(characters), width - lead)
    yield " " * lead + _joined(characters, begin, last)


Characters = list[tuple[str, int]]


def _filled(characters: Characters, begin: int, end: int, width: int) -> int:
    """Return where a row that begins there is full; a character wider than the paper has a row of its own."""
    place, used = begin, 0
    while place < end and used + characters[place][1] <= width:
        used += characters[place][1]
        place += 1
    return max(place, min(begin + 1, end))


def _break(characters: Characters, first: int, room_ends: int) -> tuple[int, int]:
    """Return where the row ends and where the next one begins: a space between them is on neither."""
    for place in range(room_ends, first - 1, -1):
        if characters[place][0] == " ":
            return place, place + 1
        if place > first and _may_break_between(characters[place - 1], characters[place]):
            return place, place
    return room_ends, room_ends


def _may_break_between(before: tuple[str, int], after: tuple[str, int]) -> bool:
    return before[1] == 2 and before[0] != "（" and after[0] not in _NEVER_FIRST


def _without_blanks_at_the_end(characters: Characters) -> int:
    end = len(characters)
    while end and characters[end - 1][0] == " ":
        end -= 1
    return end


def _joined(characters: Characters, begin: int, end: int) -> str:
    return "".join(character for character, _ in characters[begin:end])
