"""A row of any script becomes dots: ordered, shaped, drawn, and never wider than the paper."""

from dataclasses import dataclass
from itertools import groupby
from typing import Final

import uharfbuzz
from PIL import Image, ImageChops, ImageDraw

from kitchen_printer.decisions.bidi import visual_runs
from kitchen_printer.decisions.page import Direction, Row, Size
from kitchen_printer.decisions.text import graphemes
from kitchen_printer.printers.fonts import COLUMN_DOTS, Face, face_for

_SCALE: Final = {Size.NORMAL: (1, 1), Size.TALL: (1, 2), Size.BIG: (2, 2)}
"""Width and height of a letter, as multiples of the normal one."""

_ROW_DOTS: Final = 32
_BASELINE_DOTS: Final = 24
"""A normal row and where its letters stand, from the top: as a printer's own, and a little air."""

_INK: Final = bytes(255 if shade >= 112 else 0 for shade in range(256))
"""What of an antialiased edge is printed: a little less than half, since fine strokes must not break."""

_BOX_BARS: Final = 2
"""Columns that ``| `` takes at either side of a boxed row."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Glyphs of one font that are drawn side by side, in font units."""

    face: Face
    glyphs: tuple[tuple[int, int, int, int], ...]
    """Glyph, advance, offset to the right, offset upwards."""

    @property
    def dots(self) -> float:
        return sum(advance for _, advance, _, _ in self.glyphs) * self.face.dots_per_unit


def draw(row: Row, columns: int) -> Image.Image:
    """Return a row as black (0) and white dots, as wide as the paper, as high as its ink needs."""
    if row.boxed:
        return _boxed(row, columns)
    return _on_paper(row, row.text, columns * COLUMN_DOTS)


def _boxed(row: Row, columns: int) -> Image.Image:
    """Draw the bars of the box as lines: in letters of all widths a bar would not stand in its place."""
    width, inset = columns * COLUMN_DOTS, _BOX_BARS * COLUMN_DOTS * _SCALE[row.size][0]
    content = _on_paper(row, row.text[_BOX_BARS:-_BOX_BARS].rstrip(" "), width - 2 * inset)
    band = Image.new("L", (width, content.height), 255)
    band.paste(content, (inset, 0))
    pen = ImageDraw.Draw(band)
    for x in (COLUMN_DOTS // 2 - 1, width - COLUMN_DOTS // 2 - 1):
        pen.rectangle((x - 1, 0, x + 3, band.height), fill=0)
    return band


def _on_paper(row: Row, text: str, width: int) -> Image.Image:
    is_rtl = row.direction is Direction.RTL
    ink = inked(text, _SCALE[row.size], width, is_rtl=is_rtl)
    if row.bold:
        for _ in range(_SCALE[row.size][0]):
            ink.image = ImageChops.lighter(ink.image, ImageChops.offset(ink.image, 1, 0))
    height = max(_ROW_DOTS * _SCALE[row.size][1], ink.above + ink.below)
    baseline = max(_BASELINE_DOTS * _SCALE[row.size][1], ink.above)
    height = max(height, baseline + ink.below)
    band = Image.new("L", (width, height), 0)
    x = width - ink.advance if is_rtl else 0
    band.paste(ink.image, (x, baseline - ink.above))
    if row.struck:
        middle = baseline - 7 * _SCALE[row.size][1]
        ImageDraw.Draw(band).rectangle((x, middle - 2, x + ink.advance - 1, middle + 1), fill=255)
    if row.inverse:
        block = ImageChops.invert(band.crop((x, 0, x + ink.advance, height)))
        band.paste(block, (x, 0))
    return ImageChops.invert(band)


@dataclass(slots=True)
class Ink:
    """White letters on black, cut out at what they take: width of the line, dots above and below the baseline."""

    image: Image.Image
    advance: int
    above: int
    below: int


def inked(text: str, scale: tuple[int, int], width: int, *, is_rtl: bool) -> Ink:
    pieces = shaped(text, is_rtl=is_rtl)
    wanted = sum(piece.dots for piece in pieces) * scale[0]
    squeeze = min(1.0, width / wanted) if wanted else 1.0
    pen = uharfbuzz.RasterDraw()
    x = 0.0
    for piece in pieces:
        x_scale = piece.face.dots_per_unit * scale[0] * squeeze
        y_scale = piece.face.dots_per_unit * scale[1]
        for glyph, advance, right, up in piece.glyphs:
            pen.transform = (x_scale, 0, 0, y_scale, x + right * x_scale, up * y_scale)
            pen.draw_glyph(piece.face.font, glyph)
            x += advance * x_scale
    return _thresholded(pen, min(width, round(x)), width)


def _thresholded(pen: uharfbuzz.RasterDraw, advance: int, width: int) -> Ink:
    drawn = pen.render()
    extents = drawn.extents if drawn is not None else None
    if drawn is None or extents is None or not extents.width or not extents.height:
        return Ink(Image.new("L", (max(advance, 1), 1), 0), advance, 1, 0)
    shades = Image.frombytes("L", (extents.stride, extents.height), bytes(drawn.buffer).translate(_INK))
    shades = shades.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, extents.width, extents.height))
    above = max(extents.y_origin + extents.height, 0)
    below = max(-extents.y_origin, 0)
    ink = Image.new("L", (width, above + below), 0)
    # What hangs over the left edge of the paper, as the tail of a first letter may, is moved onto it.
    ink.paste(shades, (max(extents.x_origin, 0), above - extents.y_origin - extents.height))
    return Ink(ink, max(advance, 1), above, below)


def shaped(text: str, *, is_rtl: bool) -> list[Piece]:
    pieces: list[Piece] = []
    for run in visual_runs(text, rtl=is_rtl):
        parts = [_shape(face, part, is_rtl=run.is_rtl) for face, part in _by_face(run.text)]
        pieces += reversed(parts) if run.is_rtl else parts
    return pieces


def _by_face(text: str) -> list[tuple[Face, str]]:
    """Cut a run where the font changes; a blank stays with what is before it."""
    chosen: list[tuple[Face, str]] = []
    for grapheme, _ in graphemes(text):
        before = chosen[-1][0] if chosen else None
        for part, face in _faces_of(grapheme, before):
            chosen.append((face, part))
    return [
        (face, "".join(part for _, part in group))
        for face, group in groupby(chosen, key=lambda each: each[0])
    ]


def _faces_of(grapheme: str, before: Face | None) -> list[tuple[str, Face]]:
    if grapheme == " " and before is not None and before.has(grapheme):
        return [(grapheme, before)]
    face = face_for(grapheme)
    if face is not None:
        return [(grapheme, face)]
    if len(grapheme) > 1:  # An odd heap of marks: better apart than a box.
        return [pair for character in grapheme for pair in _faces_of(character, before)]
    raise ValueError(f"no font has U+{ord(grapheme):04X}")


def _shape(face: Face, text: str, *, is_rtl: bool) -> Piece:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_rtl else "ltr"
    uharfbuzz.shape(face.font, buffer)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions or ()
    return Piece(
        face,
        tuple(
            (info.codepoint, at.x_advance, at.x_offset, at.y_offset)
            for info, at in zip(infos, positions, strict=True)
        ),
    )
