"""How characters look: font, size, weight, and what that means in dots at 203 dpi."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Final


class Font(StrEnum):
    A = "A"
    B = "B"

    @property
    def width(self) -> int:
        return 12 if self is Font.A else 9

    @property
    def height(self) -> int:
        return 24 if self is Font.A else 17


KANJI_WIDTH = 24  # a full-width character takes two columns of font A


class Alignment(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, kw_only=True)
class Style:
    """The look of one run of characters. `width` and `height` are the factors of `GS !`, 1 to 8."""

    font: Font = Font.A
    width: int = 1
    height: int = 1
    bold: bool = False
    underline: int = 0
    reverse: bool = False
    upside_down: bool = False
    rotated: bool = False
    red: bool = False

    @cached_property
    def cell_height(self) -> int:
        """Dots of paper a character of this style needs."""
        return (self.font.width if self.rotated else self.font.height) * self.height

    @cached_property
    def column_width(self) -> int:
        """Dots along the line of a character that is not wide, character spacing not counted."""
        return (self.font.height if self.rotated else self.font.width) * self.width

    def cell_width(self, character: str) -> int:
        """Dots along the line, character spacing not counted."""
        return KANJI_WIDTH * self.width if is_wide(character) else self.column_width

    def but(self, **changes: Any) -> "Style":
        """This style with changes. Equal styles made here are one object, so that `is` compares them."""
        wanted = tuple(changes.items())
        variant = self._variants.get(wanted)
        if variant is None:
            variant = self._variants[wanted] = _interned(replace(self, **changes))
        return variant

    @cached_property
    def _variants(self) -> dict[tuple[tuple[str, object], ...], "Style"]:
        """Those asked for so far: a ticket changes to and fro between a few."""
        return {}


@cache
def _interned(style: Style) -> Style:
    return style


PLAIN: Final = _interned(Style())
"""What power-on and `ESC @` set."""


def is_wide(character: str) -> bool:
    """Han, kana and Hangul are printed as 24 x 24 dots."""
    return character >= "\u1100" and _wide_block(ord(character))


def _wide_block(code: int) -> bool:
    return (
        0x1100 <= code <= 0x115F
        or 0x2E80 <= code <= 0xA4CF
        or 0xAC00 <= code <= 0xD7A3
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFF60
        or 0xFFE0 <= code <= 0xFFE6
        or 0x20000 <= code <= 0x3FFFD
    )
