"""The fonts that draw what a printer's own letters lack: which one has a character, and its glyphs.

They lie beside this file, cut out of free fonts by ``python3 dev.py make fonts``. Everything is loaded when the first
ticket needs it.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import uharfbuzz

COLUMN_DOTS: Final = 12
"""Width of one column of a printer's normal font at 203 dpi."""


@dataclass(frozen=True, slots=True)
class Source:
    file: str
    dots: float
    """How many dots the em square takes at normal size: so many that a usual letter takes one column."""


SOURCES: Final = (
    Source("NotoSansMono.ttf", 20),
    Source("NotoSansHebrew.ttf", 22),
    Source("NotoSansArabic.ttf", 22),
    Source("NotoSansDevanagari.ttf", 21),
    Source("NotoSansBengali.ttf", 20),
    Source("NotoSansGurmukhi.ttf", 20),
    Source("NotoSansGujarati.ttf", 20),
    Source("NotoSansOriya.ttf", 19),
    Source("NotoSansTamil.ttf", 19),
    Source("NotoSansTelugu.ttf", 20),
    Source("NotoSansKannada.ttf", 20),
    Source("NotoSansMalayalam.ttf", 19),
    Source("NotoSansSinhala.ttf", 20),
    Source("NotoSansThai.ttf", 21),
    Source("NotoSansLao.ttf", 21),
    Source("NotoSansMyanmar.ttf", 18),
    Source("NotoSansKhmer.ttf", 18),
    Source("NotoSansEthiopic.ttf", 20),
    Source("NotoSansGeorgian.ttf", 20),
    Source("NotoSansArmenian.ttf", 20),
    Source("WenQuanYiMicroHei.ttf", 24),
    Source("DejaVuSans.ttf", 18),
)
"""In the order in which they are asked for a character."""

_IGNORED_IN_FONTS: Final = frozenset("\u200c\u200d")
"""Joiners steer the shaping and have no glyph."""


def folder() -> Path:
    """Return where the fonts are."""
    return Path(__file__).parent / "fonts"


class Face:
    """One font, ready to shape and draw at the size of a printer's normal letters."""

    def __init__(self, source: Source) -> None:
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(folder() / source.file)))
        self.source = source
        self.font = uharfbuzz.Font(face)
        self.font.scale = (face.upem, face.upem)
        self.characters = frozenset(face.unicodes)
        self.dots_per_unit = source.dots / face.upem

    def has(self, text: str) -> bool:
        """Whether the font has a glyph for every character of a text."""
        return all(ord(each) in self.characters or each in _IGNORED_IN_FONTS for each in text)


@cache
def faces() -> tuple[Face, ...]:
    """Return all fonts, in the order in which they are asked."""
    return tuple(Face(source) for source in SOURCES)


@lru_cache(maxsize=8192)
def face_for(grapheme: str) -> Face | None:
    """Return the first font that has all characters of a grapheme; None when no font has."""
    return next((face for face in faces() if face.has(grapheme)), None)


def can_draw(character: str) -> bool:
    """Whether any font has the character."""
    return face_for(character) is not None
