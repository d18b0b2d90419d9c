"""Cuts the fonts that draw what a code page cannot print out of those that Debian packages.

Needs `apt-get install fonts-dejavu-core fonts-noto-core fonts-noto-mono fonts-noto-ui-core fonts-wqy-microhei`. Kept of
each font are its outlines and what shaping needs; hints go, since they mean nothing to the way we draw.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uharfbuzz

FOLDER: Final = Path(__file__).resolve().parents[1] / "src" / "kitchen_printer" / "printers" / "fonts"
DEBIAN: Final = Path("/usr/share/fonts/truetype")

Range = tuple[int, int]

_EVERYTHING: Final[Range] = (0x20, 0x10FFFF)
_ARABIC: Final[tuple[Range, ...]] = ((0x0600, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))
_SPACE_AND_JOINERS: Final[tuple[Range, ...]] = ((0x20, 0x20), (0x200C, 0x200D), (0x25CC, 0x25CC))
_HAN_KANA_HANGUL: Final[tuple[Range, ...]] = (
    *((0x2E80, 0x303F), (0x3040, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF)),
    *((0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF)),
)


@dataclass(frozen=True)
class Cut:
    """One font of ours: where it comes from and which characters of it are kept."""

    name: str
    source: str
    ranges: tuple[Range, ...]


def _noto(script: str, *ranges: Range, ui: bool = True) -> Cut:
    source = f"noto/NotoSans{script}{'UI' if ui else ''}-Regular.ttf"
    return Cut(f"NotoSans{script}.ttf", source, (*ranges, *_SPACE_AND_JOINERS))


CUTS: Final = (
    Cut("NotoSansMono.ttf", "noto/NotoSansMono-Regular.ttf", (_EVERYTHING,)),
    _noto("Hebrew", (0x0590, 0x05FF), (0xFB1D, 0xFB4F), ui=False),
    _noto("Arabic", *_ARABIC),
    _noto("Devanagari", (0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)),
    _noto("Bengali", (0x0964, 0x0965), (0x0980, 0x09FF)),
    _noto("Gurmukhi", (0x0964, 0x0965), (0x0A00, 0x0A7F)),
    _noto("Gujarati", (0x0964, 0x0965), (0x0A80, 0x0AFF)),
    _noto("Oriya", (0x0B00, 0x0B7F)),
    _noto("Tamil", (0x0B80, 0x0BFF)),
    _noto("Telugu", (0x0C00, 0x0C7F)),
    _noto("Kannada", (0x0C80, 0x0CFF)),
    _noto("Malayalam", (0x0D00, 0x0D7F)),
    _noto("Sinhala", (0x0D80, 0x0DFF)),
    _noto("Thai", (0x0E00, 0x0E7F)),
    _noto("Lao", (0x0E80, 0x0EFF)),
    _noto("Myanmar", (0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F)),
    _noto("Khmer", (0x1780, 0x17FF), (0x19E0, 0x19FF)),
    _noto("Ethiopic", (0x1200, 0x139F), ui=False),
    _noto("Georgian", (0x10A0, 0x10FF), ui=False),
    _noto("Armenian", (0x0530, 0x058F), ui=False),
    Cut("WenQuanYiMicroHei.ttf", "wqy/wqy-microhei.ttc", _HAN_KANA_HANGUL),
    Cut("DejaVuSans.ttf", "dejavu/DejaVuSans.ttf", ((0x0020, 0x052F), (0x1E00, 0x2BFF))),
)


def make() -> None:
    """Cut all fonts anew."""
    FOLDER.mkdir(exist_ok=True)
    for cut in CUTS:
        data = _cut_out(cut)
        (FOLDER / cut.name).write_bytes(data)
        print(f"{cut.name}: {len(data) / 1000:.0f} kB")


def _cut_out(cut: Cut) -> bytes:
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(DEBIAN / cut.source)))
    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.set({each for each in face.unicodes if _within(each, cut.ranges)})
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.invert()  # All features, not only those that Latin text wants.
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    return bytes(uharfbuzz.subset(face, wanted).blob.data)


def _within(character: int, ranges: Iterable[Range]) -> bool:
    return any(first <= character <= last for first, last in ranges)
