"""Paper as pixels: one pixel per dot at 203 dpi, as the print head would have burnt it."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import as_file, files
from io import BytesIO
from typing import Final, assert_never

from PIL import Image, ImageChops, ImageDraw, ImageFont

from virtual_printer.paper import (
    Direction,
    Entry,
    PageArea,
    PrintedImage,
    PrintedLine,
    PrintedPage,
    Run,
    Strip,
)
from virtual_printer.style import KANJI_WIDTH, Font, Style, is_wide

MARGIN_DOTS: Final = 32  # paper beside the printable width: 4 mm each side
PICTURE_HEIGHT_MAX: Final = 64_000  # 8 m of paper
DPI: Final = 203
INK: Final = 255  # while drawing, a set pixel is ink; the finished picture is inverted
_POINT_SIZES: Final = {Font.A: 20, Font.B: 15}
_BASELINES: Final = {Font.A: 19, Font.B: 13}


def draw(entries: Iterable[Entry], *, top: int, bottom: int, width: int) -> Image.Image:
    """The paper from `top` to `bottom` in mode `1`, black on white. What lies beyond 8 m of it is left out."""
    height = max(1, min(PICTURE_HEIGHT_MAX, bottom - top))
    ink = Image.new("1", (width + 2 * MARGIN_DOTS, height))
    for entry in entries:
        _draw_entry(ink, entry, MARGIN_DOTS, entry.y - top)
    return ImageChops.invert(ink)


def png_of(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", dpi=(DPI, DPI))
    return file.getvalue()


def _draw_entry(ink: Image.Image, entry: Entry, x: int, y: int) -> None:
    match entry:
        case PrintedLine():
            _draw_line(ink, entry, x, y)
        case PrintedImage():
            _burn(ink, _bitmap(entry), x + entry.x, y)
        case PrintedPage():
            for area in entry.areas:
                _draw_area(ink, area, x + area.x, y + area.y)
        case _:
            assert_never(entry)


def _draw_area(ink: Image.Image, area: PageArea, x: int, y: int) -> None:
    """A page's text is drawn in its own direction, then turned as a whole."""
    size = (area.height, area.width) if area.direction.sideways else (area.width, area.height)
    page = Image.new("1", size)
    for entry in area.entries:
        _draw_entry(page, entry, 0, entry.y)
    match area.direction:
        case Direction.LEFT_TO_RIGHT:
            turned = page
        case Direction.BOTTOM_TO_TOP:
            turned = page.transpose(Image.Transpose.ROTATE_90)
        case Direction.RIGHT_TO_LEFT:
            turned = page.transpose(Image.Transpose.ROTATE_180)
        case Direction.TOP_TO_BOTTOM:
            turned = page.transpose(Image.Transpose.ROTATE_270)
        case _:
            assert_never(area.direction)
    _burn(ink, turned, x, y)


def _draw_line(ink: Image.Image, line: PrintedLine, x: int, y: int) -> None:
    if not line.runs:
        return
    right = max(run.x + run.width for run in line.runs)
    drawn = Image.new("1", (right, line.height))
    for run in line.runs:
        if isinstance(run, Strip):
            _burn(drawn, _bitmap(run), run.x, line.height - run.height)
        else:
            _draw_run(drawn, run, line.height)
    if any(isinstance(run, Run) and run.style.upside_down for run in line.runs):
        drawn = drawn.transpose(Image.Transpose.ROTATE_180)
    _burn(ink, drawn, x + line.shift, y)


def _draw_run(drawn: Image.Image, run: Run, line_height: int) -> None:
    """Characters stand on the bottom of the line, whatever their size."""
    style, x = run.style, run.x
    top = line_height - style.cell_height
    spacing = (run.width - sum(style.cell_width(character) for character in run.text)) // max(
        1, len(run.text)
    )
    for character in run.text:
        _burn(drawn, _cell(character, style), x, top)
        x += style.cell_width(character) + spacing
    area = (run.x, top, run.x + run.width, line_height)
    if style.underline and not style.reverse:
        ImageDraw.Draw(drawn).rectangle((area[0], area[3] - style.underline, area[2] - 1, area[3] - 1), INK)
    if style.reverse:
        drawn.paste(ImageChops.invert(drawn.crop(area)), area)


@cache
def _cell(character: str, style: Style) -> Image.Image:
    """One character of any style, `style.cell_width` by `style.cell_height` dots."""
    cell = _glyph(character, style.font)
    if style.bold:
        to_the_right = Image.new("1", cell.size)
        to_the_right.paste(cell, (1, 0))
        cell = ImageChops.logical_or(cell, to_the_right)
    if style.rotated:
        cell = cell.transpose(Image.Transpose.ROTATE_270)
    size = (style.cell_width(character), style.cell_height)
    if cell.size == size:
        return cell
    # Pillow declares the size with numpy's types, which are not installed here.
    return cell.resize(size, Image.Resampling.NEAREST)  # pyright: ignore[reportUnknownMemberType]


@cache
def _glyph(character: str, font: Font) -> Image.Image:
    """The character at its plain size. The shipped font has no Han: those show as a box with a cross."""
    width = KANJI_WIDTH if is_wide(character) else font.width
    cell = Image.new("1", (width, font.height))
    pen = ImageDraw.Draw(cell)
    if is_wide(character):
        pen.rectangle((2, 2, width - 3, font.height - 3), outline=INK)
        pen.line((2, 2, width - 3, font.height - 3), INK)
        pen.line((2, font.height - 3, width - 3, 2), INK)
    else:
        pen.fontmode = "1"
        pen.text((0, _BASELINES[font]), character, INK, font=_typeface(_POINT_SIZES[font]), anchor="ls")
    return cell


@cache
def _typeface(size: int) -> ImageFont.FreeTypeFont:
    with as_file(files("virtual_printer") / "fonts" / "DejaVuSansMono.ttf") as path:
        return ImageFont.truetype(BytesIO(path.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


def _bitmap(image: PrintedImage | Strip) -> Image.Image:
    return Image.frombytes("1", (image.width, image.height), image.rows)


def _burn(ink: Image.Image, dots: Image.Image, x: int, y: int) -> None:
    """Ink adds up: white dots of one print leave black ones of another."""
    ink.paste(INK, (x, y), dots)
