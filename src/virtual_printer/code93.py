"""CODE93 as a string of modules, in its form for all of ASCII. Source: the code's public standard."""

from typing import Final

_CHARACTERS: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%abcd"  # a, b, c, d: the shifts ($), (%), (/), (+)
)
_PATTERNS: Final = (
    "100010100 101001000 101000100 101000010 100101000 100100100 100100010 101010000 100010010 100001010 "
    "110101000 110100100 110100010 110010100 110010010 110001010 101101000 101100100 101100010 100110100 "
    "100011010 101011000 101001100 101000110 100101100 100010110 110110100 110110010 110101100 110100110 "
    "110010110 110011010 101101100 101100110 100110110 100111010 100101110 111010100 111010010 111001010 "
    "101101110 101110110 110101110 100100110 111011010 111010110 100110010"
)
_SYMBOLS: Final = dict(zip(_CHARACTERS, _PATTERNS.split(), strict=True))
_START: Final = "101011110"
_SHIFTED: Final = (
    # From this character on: this shift, and the letter that stands for that character.
    (0x00, "b", "U"), (0x01, "a", "A"), (0x1B, "b", "A"), (0x21, "c", "A"), (0x3A, "c", "Z"), (0x3B, "b", "F"),
    (0x40, "b", "V"), (0x5B, "b", "K"), (0x60, "b", "W"), (0x61, "d", "A"), (0x7B, "b", "P"),
)  # fmt: skip


def code93(data: bytes) -> str | None:
    """The bars, both check characters included; `None` for no data, and for what is not ASCII."""
    if not data or not data.isascii():
        return None
    symbols = "".join(_symbols_of(chr(byte)) for byte in data)
    for longest_weight in (20, 15):
        symbols += _check(symbols, longest_weight)
    return _START + "".join(_SYMBOLS[symbol] for symbol in symbols) + _START + "1"


def _symbols_of(character: str) -> str:
    if character in _SYMBOLS and not character.islower():
        return character
    first, shift, letter = max(row for row in _SHIFTED if row[0] <= ord(character))
    return shift + chr(ord(letter) + ord(character) - first)


def _check(symbols: str, longest_weight: int) -> str:
    """Weights count from the right, and begin again at 1 after the longest."""
    weighted = sum(
        (at % longest_weight + 1) * _CHARACTERS.index(symbol) for at, symbol in enumerate(reversed(symbols))
    )
    return _CHARACTERS[weighted % len(_CHARACTERS)]
