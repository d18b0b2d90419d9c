"""Bytes of text to characters, by the page number that `ESC t` selects and the country that `ESC R` selects.

Page numbers are those of Epson's TM printers; profiles of other makes bring their own table. A byte that
the selected page does not define shows as U+FFFD, a wrong page as wrong text, as on a real printer.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

UNDEFINED: Final = "\ufffd"
_PAGE_ZERO: Final = "cp437"

EPSON_PAGES: Final[Mapping[int, str]] = {
    0: "cp437",
    1: "katakana",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    21: "cp874",
    32: "cp720",
    33: "cp775",
    34: "cp855",
    35: "cp861",
    36: "cp862",
    37: "cp864",
    38: "cp869",
    39: "iso8859_2",
    40: "iso8859_15",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    47: "cp1253",
    48: "cp1254",
    49: "cp1255",
    50: "cp1256",
    51: "cp1257",
    52: "cp1258",
    53: "kz1048",
}

_COUNTRY_CODES: Final = "#$@[\\]^`{|}~"
_COUNTRIES: Final = (
    "#$@[\\]^`{|}~",  # USA
    "#$à°ç§^`éùè¨",  # France
    "#$§ÄÖÜ^`äöüß",  # Germany
    "£$@[\\]^`{|}~",  # United Kingdom
    "#$@ÆØÅ^`æøå~",  # Denmark I
    "#¤ÉÄÖÅÜéäöåü",  # Sweden
    "#$@°\\é^ùàòèì",  # Italy
    "₧$@¡Ñ¿^`¨ñ}~",  # Spain I
    "#$@[¥]^`{|}~",  # Japan
    "#¤ÉÆØÅÜéæøåü",  # Norway
    "#$ÉÆØÅÜéæøåü",  # Denmark II
    "#$á¡Ñ¿é`íñóú",  # Spain II
    "#$á¡Ñ¿éüíñóú",  # Latin America
    "#$@[₩]^`{|}~",  # Korea
    "#$ŽŠĐĆČžšđćč",  # Slovenia, Croatia
    "#¥@[\\]^`{|}~",  # China
)
COUNTRY_COUNT: Final = len(_COUNTRIES)


@cache
def characters_of(page: str, country: int) -> tuple[str, ...]:
    """The 256 characters of a code page, with the twelve national replacements of `ESC R` applied."""
    characters = [_character(page, byte) for byte in range(256)]
    for code, national in zip(_COUNTRY_CODES, _COUNTRIES[country], strict=True):
        characters[ord(code)] = national
    return tuple(characters)


def _character(page: str, byte: int) -> str:
    if byte < 0x80:
        return chr(byte)
    codec = page
    if page == "katakana":
        if not 0xA1 <= byte <= 0xDF:
            return UNDEFINED
        codec = "shift_jis"
    character = bytes((byte,)).decode(codec, errors="replace")
    return character if character.isprintable() or character == "\xa0" else UNDEFINED


def decode_single_bytes(data: bytes, page: str | None, country: int) -> str:
    """One character per byte. `None` is a page number the printer does not have."""
    if country == 0 and data.isascii():
        return data.decode("ascii")
    if page is None:
        return "".join(chr(byte) if byte < 0x80 else UNDEFINED for byte in data)
    table = characters_of(page, country)
    return "".join(table[byte] for byte in data)


class MultiByteDecoder:
    """Decodes Kanji-mode or UTF-8 text whose characters may be split between two items of text."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self._pending = b""

    def decode(self, data: bytes) -> str:
        window = self._pending + data
        self._pending = b""
        text = ""
        while window:
            character, size = self._first(window)
            if size == 0:
                self._pending = window
                break
            text += character
            window = window[size:]
        return text

    def _first(self, window: bytes) -> tuple[str, int]:
        """The character at the front and its length in bytes; length 0 means more bytes must come."""
        for size in range(1, min(4, len(window)) + 1):
            try:
                return window[:size].decode(self.codec), size
            except UnicodeDecodeError:
                continue
        return (UNDEFINED, 1) if len(window) >= 4 else ("", 0)
