"""In which order a line is read: the Unicode Bidirectional Algorithm (UAX 9) for one line without controls.

Controls that embed, override or isolate never get here, nor do tabs and line ends: :func:`printable` shows them. What
is left of the algorithm are its rules W1 to W7, N0 to N2, I1, I2 and L2, under these names below. L1 would be about
blanks at the end of the line, to which N1 and N2 give the direction of the line already.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_OPENING = "([{⁅⁽₍⌈⌊〈❨❪❬❮❰❲❴⟅⟦⟨⟪⟬⟮⦃⦅⦇⦉⦋⦍⦏⦑⦓⦕⦗⧘⧚⧼⸢⸤⸦⸨《「『【〔〖〘〚﹙﹛﹝（［｛｟｢༺༼᚛"
_CLOSING = ")]}⁆⁾₎⌉⌋〉❩❫❭❯❱❳❵⟆⟧⟩⟫⟭⟯⦄⦆⦈⦊⦌⦐⦎⦒⦔⦖⦘⧙⧛⧽⸣⸥⸧⸩》」』】〕〗〙〛﹚﹜﹞）］｝｠｣༻༽᚜"
_CLOSING_OF = dict(zip(_OPENING, _CLOSING, strict=True))
_OPEN_BRACKETS_MAX = 63
"""Beyond so many open brackets the standard stops looking for pairs (BD16)."""

_NEUTRAL = frozenset({"WS", "ON"})


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line that is read in one direction; runs come in the order they stand on paper."""

    text: str
    is_rtl: bool


def is_rtl(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left (P2, P3)."""
    if text.isascii():
        return False
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return False


def visual_runs(text: str, *, rtl: bool) -> list[Run]:
    """Return the pieces of a line from left to right on paper; ``rtl`` is the direction of the line."""
    levels = embedding_levels(text, rtl=rtl)
    if not levels:
        return []
    runs: list[tuple[int, str]] = []
    begin = 0
    for level, group in groupby(levels):
        length = len(list(group))
        runs.append((level, text[begin : begin + length]))
        begin += length
    for level in range(max(levels), 0, -1):  # L2
        runs = list(_reversed_from(runs, level))
    return [Run(piece, is_rtl=bool(level % 2)) for level, piece in runs]


def embedding_levels(text: str, *, rtl: bool) -> list[int]:
    """Return the level of every character: even ones run from left to right."""
    embedding = "R" if rtl else "L"
    original = [unicodedata.bidirectional(character) or "L" for character in text]
    kinds = _weak_types_resolved(original, embedding)
    _pair_brackets(text, original, kinds, embedding)
    _resolve_neutrals(kinds, embedding)
    return [_implicit_level(kind, embedding) for kind in kinds]


def _weak_types_resolved(original: list[str], outside: str) -> list[str]:
    kinds: list[str] = []
    for kind in original:  # W1; joiners behave like marks
        before = kinds[-1] if kinds else outside
        kinds.append(before if kind in ("NSM", "BN") else kind)
    strong = outside
    for place, kind in enumerate(kinds):  # W2, W3
        if kind in ("L", "R", "AL"):
            strong = kind
        if kind == "EN" and strong == "AL":
            kinds[place] = "AN"
        elif kind == "AL":
            kinds[place] = "R"
    _separators(kinds)
    _terminators(kinds)
    strong = outside
    for place, kind in enumerate(kinds):  # W7
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"
    return kinds


def _separators(kinds: list[str]) -> None:
    for place in range(1, len(kinds) - 1):  # W4
        before, after = kinds[place - 1], kinds[place + 1]
        if before != after:
            continue
        if (kinds[place] == "ES" and before == "EN") or (kinds[place] == "CS" and before in ("EN", "AN")):
            kinds[place] = before


def _terminators(kinds: list[str]) -> None:
    place = 0
    while place < len(kinds):  # W5
        end = place
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        around = (kinds[place - 1] if place else "", kinds[end] if end < len(kinds) else "")
        if "EN" in around:
            kinds[place:end] = ["EN"] * (end - place)
        place = max(end, place + 1)
    for place, kind in enumerate(kinds):  # W6
        if kind in ("ES", "ET", "CS"):
            kinds[place] = "ON"


def _pair_brackets(text: str, original: list[str], kinds: list[str], embedding: str) -> None:
    """N0: brackets take the direction of what they hold, if that is the line's or what went before."""
    for opening, closing in _pairs(text, kinds):
        inside = {_strength(kind) for kind in kinds[opening + 1 : closing]} - {""}
        if embedding in inside:
            direction = embedding
        elif inside:
            before = (_strength(kind) for kind in reversed(kinds[:opening]))
            direction = next((each for each in before if each), embedding)
        else:
            continue
        for place in (opening, closing):
            kinds[place] = direction
            mark = place + 1
            while mark < len(kinds) and original[mark] == "NSM":
                kinds[mark] = direction
                mark += 1


def _pairs(text: str, kinds: list[str]) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    open_brackets: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if kinds[place] != "ON":
            continue
        if character in _CLOSING_OF:
            if len(open_brackets) == _OPEN_BRACKETS_MAX:
                return []
            open_brackets.append((_CLOSING_OF[character], place))
        else:
            for depth in range(len(open_brackets) - 1, -1, -1):
                if open_brackets[depth][0] == character:
                    pairs.append((open_brackets[depth][1], place))
                    del open_brackets[depth:]
                    break
    return sorted(pairs)


def _resolve_neutrals(kinds: list[str], embedding: str) -> None:
    place = 0
    while place < len(kinds):  # N1, N2
        end = place
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _strength(kinds[place - 1]) if place else embedding
        after = _strength(kinds[end]) if end < len(kinds) else embedding
        kinds[place:end] = [before if before == after else embedding] * (end - place)
        place = max(end, place + 1)


def _strength(kind: str) -> str:
    return "R" if kind in ("R", "EN", "AN") else kind if kind == "L" else ""


def _implicit_level(kind: str, embedding: str) -> int:
    if embedding == "L":
        return {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)  # I1
    return 1 if kind == "R" else 2  # I2


def _reversed_from(runs: list[tuple[int, str]], level: int) -> Iterator[tuple[int, str]]:
    for is_in, group in groupby(runs, key=lambda run: run[0] >= level):
        pieces = list(group)
        yield from reversed(pieces) if is_in else pieces
