"""QR symbols as rows of modules."""

import importlib
from typing import Any, Final

LEVELS: Final = {48: 1, 49: 0, 50: 3, 51: 2}  # GS ( k's L, M, Q, H as the numbers of the QR standard


class UnprintableQrCode(ValueError):
    """The data do not fit any QR symbol."""


def qr_modules(data: bytes, level: int) -> list[list[bool]]:
    """The symbol without its quiet zone; `level` is the parameter of GS ( k function 69, 48 to 51."""
    # The package has no type information, so nothing of it is known to the type checkers.
    qrcode: Any = importlib.import_module("qrcode")
    overflow: Any = importlib.import_module("qrcode.exceptions").DataOverflowError
    symbol = qrcode.QRCode(border=0, error_correction=LEVELS.get(level, LEVELS[48]))
    symbol.add_data(data)
    try:
        symbol.make(fit=True)
    except (overflow, ValueError) as error:
        raise UnprintableQrCode(f"{len(data)} bytes do not fit a QR code") from error
    rows: list[list[bool]] = symbol.get_matrix()
    return rows
