"""Commands that set how the characters to come look. Parameters arrive without the command's prefix."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.codepages import COUNTRY_COUNT
from virtual_printer.machine import Machine
from virtual_printer.modes import DEFAULT_LINE_SPACING, DOTS_PER_INCH
from virtual_printer.style import Alignment, Font

ALIGNMENTS: Final = {
    0: Alignment.LEFT, 48: Alignment.LEFT,
    1: Alignment.CENTRE, 49: Alignment.CENTRE,
    2: Alignment.RIGHT, 50: Alignment.RIGHT,
}  # fmt: skip
FONTS: Final = {0: Font.A, 48: Font.A, 1: Font.B, 49: Font.B}
UNDERLINES: Final = {0: 0, 48: 0, 1: 1, 49: 1, 2: 2, 50: 2}


def initialise(machine: Machine, _: bytes) -> None:
    machine.initialise()


def print_mode(machine: Machine, args: bytes) -> None:
    n = args[0]
    machine.modes.style = machine.modes.style.but(
        font=Font.B if n & 0x01 else Font.A,
        bold=bool(n & 0x08),
        height=2 if n & 0x10 else 1,
        width=2 if n & 0x20 else 1,
        underline=1 if n & 0x80 else 0,
    )


def character_size(machine: Machine, args: bytes) -> None:
    width, height = args[0] >> 4, args[0] & 0x0F
    if width <= 7 and height <= 7:
        machine.modes.style = machine.modes.style.but(width=width + 1, height=height + 1)


def bold(machine: Machine, args: bytes) -> None:
    machine.modes.style = machine.modes.style.but(bold=bool(args[0] & 1))


def underline(machine: Machine, args: bytes) -> None:
    if args[0] in UNDERLINES:
        machine.modes.style = machine.modes.style.but(underline=UNDERLINES[args[0]])


def font(machine: Machine, args: bytes) -> None:
    if args[0] in FONTS:
        machine.modes.style = machine.modes.style.but(font=FONTS[args[0]])


def reverse(machine: Machine, args: bytes) -> None:
    machine.modes.style = machine.modes.style.but(reverse=bool(args[0] & 1))


def rotate(machine: Machine, args: bytes) -> None:
    machine.modes.style = machine.modes.style.but(rotated=args[0] in (1, 2, 49, 50))


def upside_down(machine: Machine, args: bytes) -> None:
    if machine.line.at_beginning:
        machine.modes.style = machine.modes.style.but(upside_down=bool(args[0] & 1))


def colour(machine: Machine, args: bytes) -> None:
    machine.modes.style = machine.modes.style.but(red=args[0] in (1, 49))


def align(machine: Machine, args: bytes) -> None:
    if not machine.line.at_beginning:
        machine.report("alignment ignored: only possible at the beginning of a line")
    elif args[0] in ALIGNMENTS:
        machine.modes.alignment = ALIGNMENTS[args[0]]


def character_spacing(machine: Machine, args: bytes) -> None:
    machine.modes.character_spacing = args[0]


def code_page(machine: Machine, args: bytes) -> None:
    if args[0] not in machine.profile.code_pages:
        machine.report(f"code page {args[0]} ignored: this printer does not have it")
        return
    machine.modes.code_page = args[0]


def country(machine: Machine, args: bytes) -> None:
    if args[0] < COUNTRY_COUNT:
        machine.modes.country = args[0]


def kanji_on(machine: Machine, _: bytes) -> None:
    if machine.profile.kanji_codec is not None:
        machine.modes.kanji = True


def kanji_off(machine: Machine, _: bytes) -> None:
    machine.modes.kanji = False


def kanji_mode(machine: Machine, args: bytes) -> None:
    n = args[0]
    machine.modes.style = machine.modes.style.but(
        width=2 if n & 0x04 else 1, height=2 if n & 0x08 else 1, underline=1 if n & 0x80 else 0
    )


def kanji_quadruple(machine: Machine, args: bytes) -> None:
    factor = 2 if args[0] & 1 else 1
    machine.modes.style = machine.modes.style.but(width=factor, height=factor)


def encoding(machine: Machine, args: bytes) -> None:
    """`FS ( C 2 0 48 m`: 1 is code pages, 2 is UTF-8."""
    if len(args) >= 4 and args[2] == 48:
        machine.modes.utf8 = args[3] in (2, 50)


def line_spacing_default(machine: Machine, _: bytes) -> None:
    machine.modes.line_spacing = DEFAULT_LINE_SPACING


def line_spacing(machine: Machine, args: bytes) -> None:
    machine.modes.line_spacing = machine.vertical_dots(args[0])


def lock_panel(machine: Machine, args: bytes) -> None:
    machine.modes.panel_locked = bool(args[0] & 1)


def select_printer(machine: Machine, args: bytes) -> None:
    """`ESC =`: bit 0 clear deselects; a deselected printer drops everything but its own selection."""
    machine.selected = bool(args[0] & 1)


def motion_units(machine: Machine, args: bytes) -> None:
    """`GS P x y`: positions count in 1/x and 1/y inch; 0 is the printer's own dot."""
    machine.modes.unit_x, machine.modes.unit_y = args[0] or DOTS_PER_INCH, args[1] or DOTS_PER_INCH


def kanji_spacing(machine: Machine, args: bytes) -> None:
    machine.modes.character_spacing = args[1]


def nothing_visible(_machine: Machine, _args: bytes) -> None:
    """The command changes something that neither paper nor answers show (drawer, buzzer)."""


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "ESC @": initialise,
    "ESC !": print_mode,
    "GS !": character_size,
    "ESC E": bold,
    "ESC G": bold,
    "ESC -": underline,
    "ESC M": font,
    "GS B": reverse,
    "ESC V": rotate,
    "ESC {": upside_down,
    "ESC r": colour,
    "ESC a": align,
    "ESC SP": character_spacing,
    "ESC t": code_page,
    "ESC R": country,
    "FS &": kanji_on,
    "FS .": kanji_off,
    "FS !": kanji_mode,
    "FS -": underline,
    "FS W": kanji_quadruple,
    "FS ( C": encoding,
    "ESC 2": line_spacing_default,
    "ESC 3": line_spacing,
    "ESC c 5": lock_panel,
    "ESC =": select_printer,
    "GS P": motion_units,
    "FS S": kanji_spacing,
    "FS C": nothing_visible,
    "ESC B": nothing_visible,
    "ESC p": nothing_visible,
}
