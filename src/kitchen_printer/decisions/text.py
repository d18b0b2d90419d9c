"""Text from outside, made fit for paper: nothing acts as a command, is dropped or becomes "?"."""

import unicodedata

_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, format characters (bidi, zero-width), surrogates, private use, unassigned, line separators."""


def printable(text: str, codec: str) -> str:
    """Return ``text`` with every character that ``codec`` cannot print shown as its code point.

    The result is NFC, holds no control or invisible character, and encodes in ``codec`` to bytes of
    0x20-0x7E and 0x80-0xFF only. Characters become ``[U+001B]``; runs of white space stay as they are
    except that tabs, line breaks and no-break spaces become one space each.
    """
    flat = text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")
    return "".join(_shown(character, codec) for character in unicodedata.normalize("NFC", flat))


def to_bytes(text: str, codec: str) -> bytes:
    """Encode printable text. Raises ``ValueError`` if anything but text would come of it."""
    data = text.encode(codec)
    if any(byte < 0x20 or byte == 0x7F for byte in data):
        raise ValueError(f"text would act as a printer command: {text!r}")
    return data


def _shown(character: str, codec: str) -> str:
    if character == "\u00a0":
        return " "
    if unicodedata.category(character) in _INVISIBLE_CATEGORIES or not _encodes(character, codec):
        return f"[U+{ord(character):04X}]"
    return character


def _encodes(character: str, codec: str) -> bool:
    try:
        data = character.encode(codec)
    except UnicodeEncodeError:
        return False
    return all(byte >= 0x20 and byte != 0x7F for byte in data)
