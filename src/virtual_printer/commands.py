"""The ESC/POS command set as one table: prefix, name, length, and what this printer does with it.

Written from the manufacturers' public command references; nothing here is derived from a program that
produces ESC/POS. `virtual-printer docs` prints this table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from virtual_printer.lengths import (
    Fixed,
    LengthRule,
    area,
    bit_image,
    by_byte,
    counted,
    decimal_counter,
    stored_bit_images,
    tab_stops,
    until_nul,
    user_characters,
    windows_bitmap,
)


class Effect(StrEnum):
    """What this printer does with a command it has recognised."""

    RENDERED = "rendered"  # leaves something on the paper, or moves or cuts it
    PARSED = "parsed"  # changes the printer's state, or is answered
    REPORTED = "reported"  # known length, no simulation: consumed and listed in `Machine.reports`
    SKIPPED = "skipped"  # harmless here: consumed without a trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row of the command set. `prefix` is the shortest run of bytes that names it."""

    name: str
    prefix: bytes
    length: LengthRule
    effect: Effect
    title: str


def _row(name: str, prefix: bytes, length: LengthRule, effect: Effect, title: str) -> Command:
    return Command(name=name, prefix=prefix, length=length, effect=effect, title=title)


_RENDERED, _PARSED = Effect.RENDERED, Effect.PARSED
_REPORTED, _SKIPPED = Effect.REPORTED, Effect.SKIPPED

_DLE_EOT = by_byte(2, {7: Fixed(4), 8: Fixed(4), 18: Fixed(4)}, otherwise=Fixed(3))
_FUNCTION_COUNTED = counted(at=3, width=2)

CONTROL_CODES: Final = (
    _row("NUL", b"\x00", Fixed(1), _SKIPPED, "nothing; fills up unfinished commands"),
    _row("HT", b"\x09", Fixed(1), _RENDERED, "move to the next tab stop"),
    _row("LF", b"\x0a", Fixed(1), _RENDERED, "print the line and feed"),
    _row("FF", b"\x0c", Fixed(1), _RENDERED, "page mode: print the page and leave page mode"),
    _row("CR", b"\x0d", Fixed(1), _SKIPPED, "ignored while automatic line feed is off"),
    _row("CAN", b"\x18", Fixed(1), _PARSED, "page mode: throw the page's data away"),
)

REAL_TIME: Final = (
    _row("DLE EOT", b"\x10\x04", _DLE_EOT, _SKIPPED, "status now (answered on arrival, not from the queue)"),
    _row("DLE ENQ", b"\x10\x05", Fixed(3), _SKIPPED, "recover from an error (obeyed on arrival)"),
    _row("DLE DC4 1", b"\x10\x14\x01", Fixed(5), _SKIPPED, "drawer pulse now"),
    _row("DLE DC4 2", b"\x10\x14\x02", Fixed(5), _SKIPPED, "power off sequence"),
    _row("DLE DC4 3", b"\x10\x14\x03", Fixed(8), _SKIPPED, "sound the buzzer now"),
    _row("DLE DC4 7", b"\x10\x14\x07", Fixed(4), _SKIPPED, "send a status now (obeyed on arrival)"),
    _row("DLE DC4 8", b"\x10\x14\x08", Fixed(10), _SKIPPED, "clear the buffers (obeyed on arrival)"),
)

ESC: Final = (
    _row("ESC FF", b"\x1b\x0c", Fixed(2), _RENDERED, "page mode: print the page and stay"),
    _row("ESC SP", b"\x1b\x20", Fixed(3), _PARSED, "space to the right of each character"),
    _row("ESC !", b"\x1b\x21", Fixed(3), _PARSED, "font, bold, double size, underline in one byte"),
    _row("ESC $", b"\x1b\x24", Fixed(4), _PARSED, "absolute horizontal position"),
    _row("ESC %", b"\x1b\x25", Fixed(3), _REPORTED, "switch user-defined characters"),
    _row("ESC &", b"\x1b\x26", user_characters, _REPORTED, "define user characters"),
    _row("ESC (", b"\x1b\x28", _FUNCTION_COUNTED, _REPORTED, "a family of extensions"),
    _row("ESC *", b"\x1b\x2a", bit_image, _RENDERED, "bit image in columns"),
    _row("ESC -", b"\x1b\x2d", Fixed(3), _PARSED, "underline"),
    _row("ESC 2", b"\x1b\x32", Fixed(2), _PARSED, "default line spacing"),
    _row("ESC 3", b"\x1b\x33", Fixed(3), _PARSED, "line spacing in dots"),
    _row("ESC 7", b"\x1b\x37", Fixed(5), _SKIPPED, "heating parameters of small clones"),
    _row("ESC <", b"\x1b\x3c", Fixed(2), _SKIPPED, "print head home"),
    _row("ESC =", b"\x1b\x3d", Fixed(3), _PARSED, "select or deselect this printer"),
    _row("ESC ?", b"\x1b\x3f", Fixed(3), _REPORTED, "cancel user characters"),
    _row("ESC @", b"\x1b\x40", Fixed(2), _PARSED, "initialise"),
    _row("ESC B", b"\x1b\x42", Fixed(4), _PARSED, "buzzer of many clones: n times, t * 100 ms"),
    _row("ESC D", b"\x1b\x44", tab_stops, _PARSED, "tab stops"),
    _row("ESC E", b"\x1b\x45", Fixed(3), _PARSED, "bold"),
    _row("ESC G", b"\x1b\x47", Fixed(3), _PARSED, "double strike"),
    _row("ESC J", b"\x1b\x4a", Fixed(3), _RENDERED, "print and feed n dots"),
    _row("ESC K", b"\x1b\x4b", Fixed(3), _REPORTED, "print and feed backwards n dots"),
    _row("ESC L", b"\x1b\x4c", Fixed(2), _PARSED, "enter page mode"),
    _row("ESC M", b"\x1b\x4d", Fixed(3), _PARSED, "select font"),
    _row("ESC R", b"\x1b\x52", Fixed(3), _PARSED, "international character set"),
    _row("ESC S", b"\x1b\x53", Fixed(2), _PARSED, "leave page mode without printing"),
    _row("ESC T", b"\x1b\x54", Fixed(3), _PARSED, "page mode: print direction"),
    _row("ESC U", b"\x1b\x55", Fixed(3), _SKIPPED, "one-way printing (impact)"),
    _row("ESC V", b"\x1b\x56", Fixed(3), _PARSED, "rotate characters by 90 degrees"),
    _row("ESC W", b"\x1b\x57", Fixed(10), _PARSED, "page mode: print area"),
    _row("ESC Z", b"\x1b\x5a", counted(at=5, width=2), _RENDERED, "QR code of small clones"),
    _row("ESC \\", b"\x1b\x5c", Fixed(4), _PARSED, "relative horizontal position"),
    _row("ESC a", b"\x1b\x61", Fixed(3), _PARSED, "alignment"),
    _row("ESC c 0", b"\x1b\x63\x30", Fixed(4), _SKIPPED, "select paper for printing"),
    _row("ESC c 1", b"\x1b\x63\x31", Fixed(4), _SKIPPED, "select paper for settings"),
    _row("ESC c 3", b"\x1b\x63\x33", Fixed(4), _SKIPPED, "paper end signal (parallel port)"),
    _row("ESC c 4", b"\x1b\x63\x34", Fixed(4), _REPORTED, "paper sensors that stop printing"),
    _row("ESC c 5", b"\x1b\x63\x35", Fixed(4), _PARSED, "lock the panel buttons"),
    _row("ESC d", b"\x1b\x64", Fixed(3), _RENDERED, "print and feed n lines"),
    _row("ESC e", b"\x1b\x65", Fixed(3), _REPORTED, "print and feed backwards n lines"),
    _row("ESC f", b"\x1b\x66", Fixed(4), _REPORTED, "cut sheet waiting time"),
    _row("ESC i", b"\x1b\x69", Fixed(2), _RENDERED, "partial cut, one point left (old)"),
    _row("ESC m", b"\x1b\x6d", Fixed(2), _RENDERED, "partial cut, three points left (old)"),
    _row("ESC p", b"\x1b\x70", Fixed(5), _PARSED, "drawer pulse"),
    _row("ESC r", b"\x1b\x72", Fixed(3), _PARSED, "print colour"),
    _row("ESC t", b"\x1b\x74", Fixed(3), _PARSED, "code page by number"),
    _row("ESC u", b"\x1b\x75", Fixed(3), _PARSED, "send drawer status (old)"),
    _row("ESC v", b"\x1b\x76", Fixed(2), _PARSED, "send paper status after printing (old)"),
    _row("ESC {", b"\x1b\x7b", Fixed(3), _PARSED, "upside-down printing"),
)

FS: Final = (
    _row("FS !", b"\x1c\x21", Fixed(3), _PARSED, "Kanji size and underline in one byte"),
    _row("FS &", b"\x1c\x26", Fixed(2), _PARSED, "Kanji mode on"),
    _row("FS ( C", b"\x1c\x28\x43", _FUNCTION_COUNTED, _PARSED, "character encoding (UTF-8)"),
    _row("FS ( L", b"\x1c\x28\x4c", _FUNCTION_COUNTED, _REPORTED, "label and black mark positioning"),
    _row("FS (", b"\x1c\x28", _FUNCTION_COUNTED, _REPORTED, "a family of extensions"),
    _row("FS -", b"\x1c\x2d", Fixed(3), _PARSED, "Kanji underline"),
    _row("FS .", b"\x1c\x2e", Fixed(2), _PARSED, "Kanji mode off"),
    _row("FS 2", b"\x1c\x32", Fixed(4 + 72), _REPORTED, "define a user Kanji character of 24 x 24 dots"),
    _row("FS ?", b"\x1c\x3f", Fixed(4), _REPORTED, "cancel a user Kanji character"),
    _row("FS C", b"\x1c\x43", Fixed(3), _PARSED, "Kanji code system"),
    _row("FS S", b"\x1c\x53", Fixed(4), _PARSED, "Kanji character spacing"),
    _row("FS W", b"\x1c\x57", Fixed(3), _PARSED, "Kanji four times as large"),
    _row("FS g 1", b"\x1c\x67\x31", counted(at=8, width=2), _REPORTED, "write to user memory"),
    _row("FS g 2", b"\x1c\x67\x32", Fixed(10), _REPORTED, "read from user memory"),
    _row("FS p", b"\x1c\x70", Fixed(4), _REPORTED, "print a stored bit image"),
    _row("FS q", b"\x1c\x71", stored_bit_images, _REPORTED, "store bit images"),
)

_CUT = by_byte(
    2,
    {function: Fixed(4) for function in (65, 66, 97, 98, 103, 104)},
    otherwise=Fixed(3),
)
_BARCODE = by_byte(2, {m: until_nul(3) for m in range(7)}, otherwise=counted(at=3, width=1))
_RASTER = area(8, columns=slice(4, 6), rows=slice(6, 8))
_DOWNLOAD = area(4, columns=slice(2, 3), rows=slice(3, 4), unit=8)

GS: Final = (
    _row("GS !", b"\x1d\x21", Fixed(3), _PARSED, "character size, 1 to 8 times each way"),
    _row("GS $", b"\x1d\x24", Fixed(4), _PARSED, "page mode: absolute vertical position"),
    _row("GS ( A", b"\x1d\x28\x41", _FUNCTION_COUNTED, _REPORTED, "test print"),
    _row("GS ( C", b"\x1d\x28\x43", _FUNCTION_COUNTED, _REPORTED, "edit user memory"),
    _row("GS ( D", b"\x1d\x28\x44", _FUNCTION_COUNTED, _REPORTED, "allow or forbid real-time commands"),
    _row("GS ( E", b"\x1d\x28\x45", _FUNCTION_COUNTED, _REPORTED, "user settings"),
    _row(
        "GS ( H", b"\x1d\x28\x48", _FUNCTION_COUNTED, _PARSED, "transmit a process id when printing is done"
    ),
    _row("GS ( K", b"\x1d\x28\x4b", _FUNCTION_COUNTED, _SKIPPED, "print density and speed"),
    _row("GS ( L", b"\x1d\x28\x4c", _FUNCTION_COUNTED, _RENDERED, "graphics"),
    _row("GS ( M", b"\x1d\x28\x4d", _FUNCTION_COUNTED, _REPORTED, "customise control values"),
    _row("GS ( N", b"\x1d\x28\x4e", _FUNCTION_COUNTED, _REPORTED, "character colour and shade"),
    _row("GS ( P", b"\x1d\x28\x50", _FUNCTION_COUNTED, _REPORTED, "page mode control"),
    _row("GS ( Q", b"\x1d\x28\x51", _FUNCTION_COUNTED, _REPORTED, "draw lines and rectangles"),
    _row("GS ( k", b"\x1d\x28\x6b", _FUNCTION_COUNTED, _RENDERED, "two-dimensional codes"),
    _row("GS (", b"\x1d\x28", _FUNCTION_COUNTED, _REPORTED, "a family of extensions"),
    _row("GS *", b"\x1d\x2a", _DOWNLOAD, _PARSED, "define a download image"),
    _row("GS /", b"\x1d\x2f", Fixed(3), _RENDERED, "print the download image"),
    _row("GS 8 L", b"\x1d\x38\x4c", counted(at=3, width=4), _RENDERED, "graphics, large"),
    _row("GS :", b"\x1d\x3a", Fixed(2), _REPORTED, "start or end a macro"),
    _row("GS B", b"\x1d\x42", Fixed(3), _PARSED, "white on black"),
    _row("GS C 0", b"\x1d\x43\x30", Fixed(5), _REPORTED, "counter print mode"),
    _row("GS C 1", b"\x1d\x43\x31", Fixed(9), _REPORTED, "counter mode"),
    _row("GS C 2", b"\x1d\x43\x32", Fixed(5), _REPORTED, "set the counter"),
    _row("GS C ;", b"\x1d\x43\x3b", decimal_counter, _REPORTED, "counter mode, decimal"),
    _row("GS D", b"\x1d\x44", windows_bitmap(head=8), _REPORTED, "define graphics from a BMP file"),
    _row("GS E", b"\x1d\x45", Fixed(3), _SKIPPED, "print head control"),
    _row("GS H", b"\x1d\x48", Fixed(3), _PARSED, "where the barcode's text goes"),
    _row("GS I", b"\x1d\x49", Fixed(3), _PARSED, "send a printer id"),
    _row("GS L", b"\x1d\x4c", Fixed(4), _PARSED, "left margin"),
    _row("GS P", b"\x1d\x50", Fixed(4), _PARSED, "motion units"),
    _row("GS Q 0", b"\x1d\x51\x30", _RASTER, _REPORTED, "variable vertical size bit image"),
    _row("GS T", b"\x1d\x54", Fixed(3), _PARSED, "to the beginning of the line"),
    _row("GS V", b"\x1d\x56", _CUT, _RENDERED, "cut, with or without a feed"),
    _row("GS W", b"\x1d\x57", Fixed(4), _PARSED, "width of the print area"),
    _row("GS \\", b"\x1d\x5c", Fixed(4), _PARSED, "page mode: relative vertical position"),
    _row("GS ^", b"\x1d\x5e", Fixed(5), _REPORTED, "run the macro"),
    _row("GS a", b"\x1d\x61", Fixed(3), _PARSED, "automatic status back"),
    _row("GS b", b"\x1d\x62", Fixed(3), _SKIPPED, "smoothing"),
    _row("GS c", b"\x1d\x63", Fixed(2), _REPORTED, "print the counter"),
    _row("GS f", b"\x1d\x66", Fixed(3), _PARSED, "font of the barcode's text"),
    _row("GS g 0", b"\x1d\x67\x30", Fixed(6), _PARSED, "reset a maintenance counter"),
    _row("GS g 2", b"\x1d\x67\x32", Fixed(6), _PARSED, "send a maintenance counter"),
    _row("GS h", b"\x1d\x68", Fixed(3), _PARSED, "height of barcodes"),
    _row("GS j", b"\x1d\x6a", Fixed(3), _REPORTED, "automatic status back for ink"),
    _row("GS k", b"\x1d\x6b", _BARCODE, _RENDERED, "barcode"),
    _row("GS r", b"\x1d\x72", Fixed(3), _PARSED, "send a status when printing is done"),
    _row("GS v 0", b"\x1d\x76\x30", _RASTER, _RENDERED, "raster image"),
    _row("GS w", b"\x1d\x77", Fixed(3), _PARSED, "width of a barcode module"),
    _row("GS x", b"\x1d\x78", Fixed(3), _PARSED, "left position of barcodes (clones)"),
    _row("GS z 0", b"\x1d\x7a\x30", Fixed(5), _REPORTED, "on-line recovery waiting time"),
)

COMMANDS: Final = (*CONTROL_CODES, *REAL_TIME, *ESC, *FS, *GS)
