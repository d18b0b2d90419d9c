"""The few printer commands the delivery itself speaks, byte for byte.

Source of all: Epson's ESC/POS command reference, under the name given with each command.
"""

from typing import assert_never

from kitchen_printer.decisions.style import Buzzer, Cut

RESET = b"\x1b@"
"""``ESC @``: modes and the unfinished line are cleared; the receive buffer is not."""

KANJI_OFF = b"\x1c."
"""``FS .``: single-byte text. Many clones start in Chinese mode, where accents become Han characters."""

KANJI_ON = b"\x1c&"
"""``FS &``: two-byte text, for printers that have the characters built in."""

STATUS_PUSH_ON = b"\x1da\x0e"
"""``GS a`` 14: push four status bytes now and whenever online, error or paper changes (not the drawer)."""

FEED_AND_CUT = b"\x1dVB\x00"
"""``GS V`` 66 0: feed the printed part past the cutter, then cut partially."""

FEED_AND_CUT_THROUGH = b"\x1dVA\x00"
"""``GS V`` 65 0: the same with a full cut: the paper falls down."""

ASK_QUEUED_STATUS = b"\x1dr\x01"
"""``GS r`` 1: paper status, answered in order, after the printing before it has ended."""


FORGET_EVERYTHING = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""``DLE DC4`` function 8: clear the receive and print buffers, in real time; answered when done.

Until that answer nothing may be sent, says the reference: what comes before it may be cleared too.
"""

VOID_PIECE = RESET + KANJI_OFF + b"INCOMPLETE - THROW AWAY\n" + FEED_AND_CUT
"""Ends a piece that is cut off: all lines may be on it, only the cut be missing, and then it looks like a ticket."""

NUL_LINE = bytes(16)
"""NULs mean nothing in text, and complete the parameters of any text command that was cut off."""

NUL_BAND = bytes(4608)
"""The same for a raster band of 64 rows, 72 bytes each."""

CUTS, STROKES = 178, 149
"""Numbers of the cumulative maintenance counters: autocutter operations, strokes of the print head."""

MODEL_ID = 1
FIRMWARE, MAKER, MODEL, SERIAL = 65, 66, 67, 68


def feed_and_cut(cut: Cut) -> bytes:
    """``GS V``: cut, partially or through."""
    return FEED_AND_CUT if cut == "partial" else FEED_AND_CUT_THROUGH


def chinese_size(*, width: int, height: int) -> bytes:
    """``FS !``: the size of two-byte characters, which on some printers ``GS !`` does not change."""
    return bytes((0x1C, 0x21, (4 if width == 2 else 0) | (8 if height == 2 else 0)))


def sound(buzzer: Buzzer) -> bytes:
    """Make a buzzer heard for a second or so. None of it was tried on a real printer's buzzer."""
    match buzzer:
        case "off":
            return b""
        case "clone":
            return b"\x1bB\x03\x02"  # ESC B: three times, 200 ms
        case "epson":
            return b"\x1b(A\x04\x0001\x03\x32"  # ESC ( A function 48: pattern 1, three times
        case "drawer":
            return b"\x1bp\x00\x32\x32"  # ESC p: 100 ms on, 100 ms off
        case _:
            assert_never(buzzer)


def ask_counter(number: int) -> bytes:
    """``GS g 2``: a maintenance counter. Its timing is not documented: true only behind a fence."""
    return b"\x1dg2\x00" + number.to_bytes(2, "little")


def ask_identity(number: int) -> bytes:
    """``GS I``: who the printer says it is. Clones lie here."""
    return b"\x1dI" + bytes((number,))


def ask_real_time_status(n: int) -> bytes:
    """``DLE EOT`` n: 1 online, 2 cause of offline, 3 error, 4 paper. Overtakes everything buffered."""
    return bytes((0x10, 0x04, n))


def fence(token: str) -> bytes:
    """``GS ( H`` function 48: echo four printable bytes once everything before them is printed."""
    data = token.encode("ascii")
    if len(data) != 4 or any(not 0x21 <= byte <= 0x7E for byte in data):
        raise ValueError(f"a fence takes four printable characters, not {token!r}")
    return b"\x1d(H\x06\x0000" + data
