"""The few printer commands the delivery itself speaks, byte for byte.

Source of all: Epson's ESC/POS command reference, under the name given with each command.
"""

RESET = b"\x1b@"
"""``ESC @``: modes and the unfinished line are cleared; the receive buffer is not."""

KANJI_OFF = b"\x1c."
"""``FS .``: single-byte text. Many clones start in Chinese mode, where accents become Han characters."""

STATUS_PUSH_ON = b"\x1da\x0e"
"""``GS a`` 14: push four status bytes now and whenever online, error or paper changes (not the drawer)."""

FEED_AND_CUT = b"\x1dVB\x00"
"""``GS V`` 66 0: feed the printed part past the cutter, then cut partially."""

ASK_QUEUED_STATUS = b"\x1dr\x01"
"""``GS r`` 1: paper status, answered in order, after the printing before it has ended."""


def ask_real_time_status(n: int) -> bytes:
    """``DLE EOT`` n: 1 online, 2 cause of offline, 3 error, 4 paper. Overtakes everything buffered."""
    return bytes((0x10, 0x04, n))


def fence(token: str) -> bytes:
    """``GS ( H`` function 48: echo four printable bytes once everything before them is printed."""
    data = token.encode("ascii")
    if len(data) != 4 or any(not 0x21 <= byte <= 0x7E for byte in data):
        raise ValueError(f"a fence takes four printable characters, not {token!r}")
    return b"\x1d(H\x06\x0000" + data
