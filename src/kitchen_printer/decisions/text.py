"""Text from outside, made fit for paper: nothing acts as a command, is dropped or becomes "?"."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from wcwidth import iter_graphemes, wcswidth

CanDraw = Callable[[str], bool]
"""Tells of a character that the code page lacks whether the printer can be given a picture of it."""

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format characters (bidi, zero-width), surrogates, private use, unassigned, line separators."""

_JOINERS = frozenset("\u200c\u200d")
_FIRST_JOINING_SCRIPT = "\u0590"
"""The scripts below it (Latin, Greek, Cyrillic, Armenian) know no joiners."""

_BREAK = re.compile(r"\r\n|[\r\n\t\u00a0\u2000-\u200a\u202f\u205f]")
_COMMAND_BYTE = re.compile(rb"[\x00-\x1f\x7f]")
_EMOJI = re.compile("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001fbff]")
"""What an emoji may consist of; not all of it is one."""

_TWINS = {
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
    "•": "*",
    "×": "x",
    "⁄": "/",
}
"""What type-setters' characters are typed as where a code page lacks them: a quotation mark needs no picture."""

_CHARACTERS_PER_GRAPHEME_MAX = 4
"""More than letters with all their marks need; beyond it, marks are piled up to no purpose."""


def draws_nothing(_: str) -> bool:
    """Be the :data:`CanDraw` of a printer that takes text only."""
    return False


def printable(text: str, codec: str, can_draw: CanDraw = draws_nothing) -> str:
    """Return ``text`` with everything that cannot be printed shown in words or as its code point.

    The result is NFC and holds no control or invisible character but joiners inside the scripts that need
    them. What ``codec`` lacks and ``can_draw`` does not know becomes its plain twin (a dash, a quotation mark),
    its name (an emoji) or ``[U+001B]``. White space stays, each tab, line break or odd blank as one space.
    """
    if text.isascii() and text.isprintable():
        return text
    flat = unicodedata.normalize("NFC", _BREAK.sub(" ", text))
    if _EMOJI.search(flat):
        flat = _emoji_in_words(flat, codec, can_draw)
    shown: list[str] = []
    before = ""
    for character in flat:
        joins = character in _JOINERS and before >= _FIRST_JOINING_SCRIPT and can_draw(before)
        shown.append(character if joins else _shown(character, codec, can_draw))
        before = "" if character in _JOINERS else character
    return unicodedata.normalize("NFC", "".join(shown))


def is_text_of(text: str, codec: str) -> bool:
    """Whether a printable text can be printed as text of that code page, one column a character."""
    return text.isascii() or all(encodes(character, codec) for character in text)


def to_bytes(text: str, codec: str) -> bytes:
    """Encode printable text. Raises ``ValueError`` if anything but text would come of it."""
    data = text.encode(codec)
    if _COMMAND_BYTE.search(data):
        raise ValueError(f"text would act as a printer command: {text!r}")
    return data


def columns_of(text: str) -> int:
    """Return how many columns a printable text takes: Han, kana and Hangul two each, marks none."""
    return len(text) if text.isascii() else sum(_width(each) for each in iter_graphemes(text))


def graphemes(text: str) -> list[tuple[str, int]]:
    """Cut a printable text into what a reader takes for one character, each with its columns."""
    if text.isascii():
        return [(character, 1) for character in text]
    return [(each, _width(each)) for each in iter_graphemes(text)]


def capped(text: str, graphemes_max: int) -> str:
    """Return the text, cut after so many graphemes with a note of how many characters are missing."""
    if len(text) <= graphemes_max:
        return text
    kept, characters_max = 0, graphemes_max * _CHARACTERS_PER_GRAPHEME_MAX
    # One grapheme more than fits is looked at, of a text that may be endless.
    for count, grapheme in enumerate(iter_graphemes(text[: characters_max + 1])):
        if count == graphemes_max or kept + len(grapheme) > characters_max:
            break
        kept += len(grapheme)
    kept = min(kept or characters_max, len(text))
    return text if kept == len(text) else f"{text[:kept]}…(+{len(text) - kept:,})"


@lru_cache(maxsize=4096)
def encodes(character: str, codec: str) -> bool:
    """Whether a code page prints the character, in one column or in two if that is its width."""
    try:
        data = character.encode(codec)
    except UnicodeEncodeError:
        return False
    # In Chinese mode whatever takes two bytes takes two columns, also letters that need only one.
    return len(data) == max(1, wcswidth(character)) and all(byte >= 0x20 and byte != 0x7F for byte in data)


@lru_cache(maxsize=4096)
def _width(grapheme: str) -> int:
    return max(wcswidth(grapheme), 0)


@lru_cache(maxsize=4096)
def _shown(character: str, codec: str, can_draw: CanDraw) -> str:
    if unicodedata.category(character) not in _INVISIBLE_CATEGORIES:
        if encodes(character, codec):
            return character
        if character in _TWINS:
            return _TWINS[character]
        if can_draw(character):
            return character
    return f"[U+{ord(character):04X}]"


def _emoji_in_words(text: str, codec: str, can_draw: CanDraw) -> str:
    """Name the emoji that cannot be shown as they are: ``[peanuts]``."""
    import emoji  # Only here: few tickets need it, and it reads a table of all names.

    def worded(characters: str, names: dict[str, str]) -> str:
        if all(encodes(each, codec) or can_draw(each) for each in characters):
            return characters
        return f"[{names['en'].strip(':').replace('_', ' ')}]"

    return emoji.replace_emoji(text, replace=worded)
