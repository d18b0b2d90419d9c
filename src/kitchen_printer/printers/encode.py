"""A page becomes bytes. python-escpos builds them; text is proved to be text before it gets in."""

import tempfile
from typing import Final

from kitchen_printer.decisions.page import Page, Row, Size
from kitchen_printer.decisions.text import to_bytes

# Importing python-escpos makes a temporary folder for a cache of its printer profiles and leaves it behind, a new
# one in every process. This one goes again.
_tempdir_before = tempfile.tempdir
with tempfile.TemporaryDirectory(prefix="kitchen-printer-") as tempfile.tempdir:
    from escpos.printer import Dummy
tempfile.tempdir = _tempdir_before

CODECS: Final = {
    "CP437": "cp437",
    "CP850": "cp850",
    "CP852": "cp852",
    "CP858": "cp858",
    "CP866": "cp866",
    "CP1252": "cp1252",
}
"""Code pages that can be pinned for a printer, by python-escpos' name, with Python's codec for each.

Their numbers in Epson's ``ESC t`` table (0, 2, 18, 19, 17, 16) are the ones that clones copy.
"""


class UnknownCodePageError(ValueError):
    """The printer's configured code page is none that we can encode; the message lists those we can."""


def codec_of(code_page: str) -> str:
    """Return Python's codec for a code page. Raises :class:`UnknownCodePageError`."""
    codec = CODECS.get(code_page.upper())
    if codec is None:
        raise UnknownCodePageError(f"code page {code_page!r} is not known; choose one of {', '.join(CODECS)}")
    return codec


def encode(page: Page, code_page: str) -> bytes:
    """Encode a page: the code page is selected once, each row is one line; no cut.

    Raises ``ValueError`` if a row holds anything but text of that code page.
    """
    codec = codec_of(code_page)
    printer = Dummy()
    printer.magic.force_encoding(code_page.upper())  # pyright: ignore[reportUnknownMemberType]
    for row in page.rows:
        to_bytes(row.text, codec)  # Raises before a byte of it could act as a command.
        _set_style(printer, row)
        printer.text(row.text + "\n")
    return bytes(printer.output)


def _set_style(printer: Dummy, row: Row) -> None:
    printer.set(
        bold=row.bold,
        invert=row.inverse,
        custom_size=True,
        width=2 if row.size is Size.BIG else 1,
        height=1 if row.size is Size.NORMAL else 2,
    )
