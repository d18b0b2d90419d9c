"""Everything `ESC @` resets: the printer's settings for the characters and lines to come."""

from dataclasses import dataclass, field

from virtual_printer.style import Alignment, Style

DEFAULT_LINE_SPACING = 30  # dots: 3.75 mm
DEFAULT_TAB_EVERY = 8  # columns


@dataclass(slots=True, kw_only=True)
class Modes:
    """Distances in dots, counted in the basic motion unit of 1/203 inch unless `GS P` changed it."""

    style: Style = field(default_factory=Style)
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
    barcode_height: int = 162
    barcode_module: int = 3
    barcode_text: int = 0
    panel_locked: bool = False
