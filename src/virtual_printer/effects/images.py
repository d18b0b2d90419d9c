"""Commands that print dots, at once or after storing them."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.dots import Bitmap
from virtual_printer.machine import Machine
from virtual_printer.paper import Strip

STORE_RASTER, STORE_COLUMNS = 112, 113
DEFINE_RASTER, PRINT_DEFINED = 83, 85
PRINT_STORED = (2, 50)
STRIP_HEIGHT: Final = 24


def raster(machine: Machine, args: bytes) -> None:
    """`GS v 0 m xL xH yL yH d...`: m doubles the width (bit 0) and the height (bit 1)."""
    columns, height = int.from_bytes(args[1:3], "little"), int.from_bytes(args[3:5], "little")
    bitmap = Bitmap(columns * 8, height, args[5:])
    if _print(machine, bitmap, 2 if args[0] & 1 else 1, 2 if args[0] & 2 else 1):
        machine.swallow_next_lf = machine.profile.swallows_lf_after_raster


def columns(machine: Machine, args: bytes) -> None:
    """`ESC * m nL nH d...`: a strip in the line; 8-dot modes are three dots tall, single density two wide."""
    mode, width = args[0], int.from_bytes(args[1:3], "little")
    if mode not in (0, 1, 32, 33) or len(args) < 3 + width * (3 if mode >= 32 else 1):
        machine.report(f"column image of mode {mode} ignored")
        return
    height = 24 if mode >= 32 else 8
    bitmap = Bitmap.from_columns(width, height, args[3:])
    bitmap = bitmap.scaled(1 if mode & 1 else 2, STRIP_HEIGHT // height)
    machine.line.add_strip(Strip(machine.line.x, bitmap.width, bitmap.height, bitmap.rows))


def graphics(machine: Machine, args: bytes) -> None:
    """`GS ( L pL pH m fn ...`."""
    _graphics(machine, args[2:])


def large_graphics(machine: Machine, args: bytes) -> None:
    """`GS 8 L p1 p2 p3 p4 m fn ...`."""
    _graphics(machine, args[4:])


def _graphics(machine: Machine, args: bytes) -> None:
    function = args[1] if len(args) >= 2 else None
    if function in (STORE_RASTER, STORE_COLUMNS) and len(args) >= 10:
        width, height = int.from_bytes(args[6:8], "little"), int.from_bytes(args[8:10], "little")
        make = Bitmap if function == STORE_RASTER else Bitmap.from_columns
        machine.stored_graphics = (make(width, height, args[10:]), args[3], args[4])
    elif function in PRINT_STORED and machine.stored_graphics is not None:
        stored, factor_x, factor_y = machine.stored_graphics
        _print(machine, stored, factor_x, factor_y)
        machine.stored_graphics = None
    elif function == DEFINE_RASTER and len(args) >= 11:
        width, height = int.from_bytes(args[6:8], "little"), int.from_bytes(args[8:10], "little")
        machine.defined_graphics[args[3:5]] = Bitmap(width, height, args[11:])
    elif function == PRINT_DEFINED and len(args) >= 6 and args[2:4] in machine.defined_graphics:
        _print(machine, machine.defined_graphics[args[2:4]], args[4], args[5])
    else:
        machine.report(f"GS ( L function {function} is not simulated")


def define_download_image(machine: Machine, args: bytes) -> None:
    """`GS * x y d...`: x * 8 columns of y * 8 dots."""
    machine.download_image = Bitmap.from_columns(args[0] * 8, args[1] * 8, args[2:])


def print_download_image(machine: Machine, args: bytes) -> None:
    if machine.download_image is not None:
        _print(machine, machine.download_image, 2 if args[0] & 1 else 1, 2 if args[0] & 2 else 1)


def _print(machine: Machine, bitmap: Bitmap, factor_x: int, factor_y: int) -> bool:
    """Print at the beginning of a line; False, with a report, where that cannot be done."""
    if machine.line:
        machine.report("image ignored: the line before it has not been printed")
        return False
    if not bitmap.complete or factor_x not in (1, 2) or factor_y not in (1, 2):
        machine.report(f"image of {bitmap.width} x {bitmap.height} dots ignored: size and data do not agree")
        return False
    bitmap = bitmap.scaled(factor_x, factor_y)
    machine.print_image(bitmap, label=f"image {bitmap.width}x{bitmap.height}")
    return True


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "GS v 0": raster,
    "ESC *": columns,
    "GS ( L": graphics,
    "GS 8 L": large_graphics,
    "GS *": define_download_image,
    "GS /": print_download_image,
}
