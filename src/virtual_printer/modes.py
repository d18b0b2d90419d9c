"""Everything `ESC @` resets: the printer's settings for the characters and lines to come."""

from dataclasses import dataclass

from virtual_printer.style import PLAIN, Alignment, Style

DEFAULT_LINE_SPACING = 30  # dots: 3.75 mm
DOTS_PER_INCH = 203
DEFAULT_TAB_EVERY = 8  # columns


@dataclass(slots=True, kw_only=True)
class Modes:
    """Distances in dots of 1/203 inch; `unit_x` and `unit_y` are the fractions of an inch of `GS P`."""

    style: Style = PLAIN
    alignment: Alignment = Alignment.LEFT
    line_spacing: int = DEFAULT_LINE_SPACING
    character_spacing: int = 0
    left_margin: int = 0
    area_width: int
    code_page: int = 0
    country: int = 0
    tab_stops: tuple[int, ...] = tuple(range(DEFAULT_TAB_EVERY, 256, DEFAULT_TAB_EVERY))
    kanji: bool = False
    utf8: bool = False
    unit_x: int = DOTS_PER_INCH
    unit_y: int = DOTS_PER_INCH
    barcode_height: int = 162
    barcode_module: int = 3
    barcode_text: int = 0
    qr_module: int = 3
    qr_level: int = 48
    panel_locked: bool = False
