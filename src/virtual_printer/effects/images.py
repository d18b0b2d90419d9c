"""Commands that print dots."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.machine import Machine


def raster(machine: Machine, args: bytes) -> None:
    """`GS v 0 m xL xH yL yH d...`: m doubles the width (bit 0) and the height (bit 1)."""
    if machine.line:
        machine.report("raster image ignored: the line before it has not been printed")
        return
    columns, height = int.from_bytes(args[1:3], "little"), int.from_bytes(args[3:5], "little")
    if not columns or not height or len(args) < 5 + columns * height:
        machine.report(f"raster image ignored: {columns * 8} x {height} dots cannot be printed")
        return
    rows, width = args[5:], columns * 8
    if args[0] & 1:
        rows, width = _doubled_bits(rows), width * 2
    if args[0] & 2:
        rows, height = _doubled_rows(rows, width // 8), height * 2
    machine.print_image(width=width, height=height, rows=rows, label=f"image {width}x{height}")
    machine.swallow_next_lf = machine.profile.swallows_lf_after_raster


def _doubled_bits(rows: bytes) -> bytes:
    return b"".join(_TWICE[byte] for byte in rows)


def _doubled_rows(rows: bytes, stride: int) -> bytes:
    return b"".join(rows[at : at + stride] * 2 for at in range(0, len(rows), stride))


def _twice(byte: int) -> bytes:
    bits = "".join(bit * 2 for bit in f"{byte:08b}")
    return int(bits, 2).to_bytes(2, "big")


_TWICE: Final = tuple(_twice(byte) for byte in range(256))

EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "GS v 0": raster,
}
