"""Barcodes and QR codes."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.barcodes import NAMES, human_text, modules
from virtual_printer.dots import Bitmap
from virtual_printer.machine import Machine
from virtual_printer.qr import UnprintableQrCode, qr_modules

QR_CODE: Final = 49


def barcode_height(machine: Machine, args: bytes) -> None:
    machine.modes.barcode_height = args[0] or machine.modes.barcode_height


def barcode_width(machine: Machine, args: bytes) -> None:
    if 1 <= args[0] <= 6:
        machine.modes.barcode_module = args[0]


def barcode_text(machine: Machine, args: bytes) -> None:
    """0 none, 1 above, 2 below, 3 both; as a number or as a digit."""
    n = args[0] - 48 if args[0] >= 48 else args[0]
    if n <= 3:
        machine.modes.barcode_text = n


def nothing_visible(_machine: Machine, _args: bytes) -> None:
    """The text beside bars is always printed in font A, and bars follow the alignment."""


def barcode(machine: Machine, args: bytes) -> None:
    """`GS k m d... NUL` or `GS k m n d...`."""
    system = args[0]
    data = args[1:].rstrip(b"\0") if system <= 6 else args[2:]
    if machine.line:
        machine.report("barcode ignored: the line before it has not been printed")
        return
    bars = modules(system, data)
    name = NAMES.get(system, f"system {system}")
    if bars is None:
        machine.report(f"barcode {name} with data {data!r} cannot be printed")
        return
    module = machine.modes.barcode_module
    row = Bitmap.from_modules([[bar == "1" for bar in bars]], module)
    bitmap = Bitmap(row.width, 1, row.rows[: row.stride]).scaled(1, machine.modes.barcode_height)
    if bitmap.width > machine.area_width:
        machine.report(f"barcode {name} ignored: {bitmap.width} dots are wider than the print area")
        return
    text = human_text(system, data)
    if machine.modes.barcode_text & 1:
        machine.print_beside_bars(text, bitmap.width)
    machine.print_image(bitmap, label=f"{name} {text}")
    if machine.modes.barcode_text & 2:
        machine.print_beside_bars(text, bitmap.width)


def two_dimensional(machine: Machine, args: bytes) -> None:
    """`GS ( k pL pH cn fn ...`; only QR codes (cn 49) are simulated."""
    if len(args) < 4:
        return
    code, function, parameters = args[2], args[3], args[4:]
    if code != QR_CODE:
        machine.report(f"GS ( k code {code} is not simulated")
        return
    match function:
        case 67 if parameters:
            machine.modes.qr_module = max(1, min(16, parameters[0]))
        case 69 if parameters:
            machine.modes.qr_level = parameters[0]
        case 80:
            machine.stored_qr = parameters[1:]
        case 81:
            _print_qr(machine, machine.stored_qr, machine.modes.qr_module, machine.modes.qr_level)
        case _:
            return


def clone_qr(machine: Machine, args: bytes) -> None:
    """`ESC Z m n k dL dH d...`: n is the level as 0 to 3, k the module size."""
    _print_qr(machine, args[5:], max(1, min(16, args[2])), 48 + args[1] % 4)


def _print_qr(machine: Machine, data: bytes, module: int, level: int) -> None:
    if machine.line or not data:
        machine.report("QR code ignored: no data, or the line before it has not been printed")
        return
    try:
        bitmap = Bitmap.from_modules(qr_modules(data, level), module)
    except UnprintableQrCode as error:
        machine.report(str(error))
        return
    if bitmap.width > machine.area_width:
        machine.report(f"QR code ignored: {bitmap.width} dots are wider than the print area")
        return
    machine.print_image(bitmap, label=f"QR {data.decode('utf-8', errors='replace')}")


EFFECTS: Final[Mapping[str, Callable[[Machine, bytes], None]]] = {
    "GS h": barcode_height,
    "GS w": barcode_width,
    "GS H": barcode_text,
    "GS f": nothing_visible,
    "GS x": nothing_visible,
    "GS k": barcode,
    "GS ( k": two_dimensional,
    "ESC Z": clone_qr,
}
