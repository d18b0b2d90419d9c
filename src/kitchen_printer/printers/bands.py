"""Dots become raster commands: in bands that any buffer holds, and never with a command hidden inside.

A printer looks for real-time commands in everything that arrives, also inside pictures (Epson's reference, on
real-time commands), so a picture that happens to contain one is changed by one dot.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PIL.Image import Image

Bands = Literal["GS v 0", "GS ( L"]
"""The raster command most printers know, and the one by which Epson replaced it."""

BAND_ROWS_MAX: Final = 64
"""A printer that was cut off in a band waits for the rest of it: the less that is, the sooner it is free again."""

REAL_TIME: Final = re.compile(rb"\x10[\x04\x05\x14]")
"""``DLE EOT``, ``DLE ENQ``, ``DLE DC4``: heard anywhere in the stream."""

_DOT: Final = 0x08
"""Added to a ``DLE`` that would begin a command: one dot more on paper."""

_STORE_GRAPHICS: Final = b"0p0\x01\x011"
"""``GS ( L`` function 112: raster graphics, one tone, not enlarged, first colour."""

_PRINT_GRAPHICS: Final = b"\x1d(L\x02\x0002"


def in_bands(picture: "Image", command: Bands) -> Iterator[bytes]:
    """Yield the commands that print a picture of black (0) and white (255) dots, white to its right left out."""
    from PIL import Image, ImageChops  # Only here: most kitchens never draw anything.

    ink = ImageChops.invert(picture).convert("1", dither=Image.Dither.NONE)
    box = ink.getbbox()
    width = -(-(box[2] if box else 1) // 8) * 8
    for top in range(0, picture.height, BAND_ROWS_MAX):
        band = ink.crop((0, top, width, min(top + BAND_ROWS_MAX, picture.height)))
        yield _printed(without_commands(band.tobytes()), band.width, band.height, command)


def without_commands(data: bytes) -> bytes:
    """Return picture data in which no real-time command can be read, at the cost of single dots."""
    return REAL_TIME.sub(lambda found: bytes((found[0][0] | _DOT, found[0][1])), data)


def _printed(data: bytes, width: int, rows: int, command: Bands) -> bytes:
    match command:
        case "GS v 0":
            return b"\x1dv0\x00" + (width // 8).to_bytes(2, "little") + rows.to_bytes(2, "little") + data
        case "GS ( L":
            if REAL_TIME.match((len(_STORE_GRAPHICS) + 4 + len(data)).to_bytes(2, "little")):
                data, rows = (
                    data + bytes(width // 8),
                    rows + 1,
                )  # A length that reads as a command; a white row helps.
            body = _STORE_GRAPHICS + width.to_bytes(2, "little") + rows.to_bytes(2, "little") + data
            return b"\x1d(L" + len(body).to_bytes(2, "little") + body + _PRINT_GRAPHICS
