"""A page becomes bytes. python-escpos knows the commands; text is proved to be text before it gets in."""

from functools import cache
from typing import Final

# Its constants alone: the class that sends them reads the profiles of all makes from YAML, a third of a second at each
# start, and brings drivers, pictures and bar codes along.
from escpos import constants as escpos

from kitchen_printer.decisions import commands
from kitchen_printer.decisions.page import CUT, Direction, Page, Row, Size
from kitchen_printer.decisions.style import PLAIN, Buzzer, Cut, Style
from kitchen_printer.decisions.text import is_text_of, to_bytes
from kitchen_printer.printers.bands import REAL_TIME, Bands, in_bands

CHINESE: Final = "GB18030"
"""Text in the printer's own Chinese mode: for printers made for China, which have the characters built in."""

CODECS: Final = {
    "CP437": "cp437",
    "CP850": "cp850",
    "CP852": "cp852",
    "CP858": "cp858",
    "CP866": "cp866",
    "CP1252": "cp1252",
    # The two-byte part that fonts are made for: of the four-byte part printers have a random few.
    CHINESE: "gbk",
}
"""Code pages that can be pinned for a printer, by python-escpos' name, with Python's codec for each."""

_NUMBERS: Final = {"CP437": 0, "CP850": 2, "CP852": 18, "CP858": 19, "CP866": 17, "CP1252": 16}
"""Their numbers in Epson's ``ESC t`` table, which clones copy."""

PAYLOAD_BYTES_MAX: Final = 2_000_000
"""Five sheets of pictures from edge to edge take less; more would hold a printer for a quarter of a minute."""


class UnknownCodePageError(ValueError):
    """The printer's configured code page is none that we can encode; the message lists those we can."""


class TooLongError(ValueError):
    """A page makes more bytes than a printer should be sent at once."""


def codec_of(code_page: str) -> str:
    """Return Python's codec for a code page. Raises :class:`UnknownCodePageError`."""
    codec = CODECS.get(code_page.upper())
    if codec is None:
        raise UnknownCodePageError(f"code page {code_page!r} is not known; choose one of {', '.join(CODECS)}")
    return codec


def can_draw(character: str) -> bool:
    """Whether a character that no code page of the printer has can be sent as a picture."""
    from kitchen_printer.printers import fonts  # Only here: most kitchens never load a font.

    return fonts.can_draw(character)


def encode(
    page: Page, code_page: str, *, columns: int = 48, bands: Bands | None = "GS v 0", style: Style = PLAIN
) -> bytes:
    """Encode a page: the code page is selected once, each row is one line, or a picture if it cannot be text.

    A printer without a raster command (``bands`` None) gets text alone. No cut at the end: that belongs to the
    proof. Raises ``ValueError`` if a row holds what is not printable, :class:`TooLongError`.
    """
    writer = _Writer(code_page.upper(), columns, bands)
    if page.rings:
        writer.sound(style.buzzer)
    for row in page.rows:
        writer.cut(style.cut) if row is CUT else writer.row(row)
    return writer.finished()


Look = tuple[Size, bool, bool]
"""Size, bold, inverse."""


class _Writer:
    """Builds the bytes of one page, row after row; a look is set only where it changes."""

    def __init__(self, code_page: str, columns: int, bands: Bands | None) -> None:
        self._codec = codec_of(code_page)
        self._is_chinese = code_page == CHINESE
        self._columns = columns
        self._bands: Bands | None = bands
        self._data = bytearray(commands.KANJI_ON if self._is_chinese else _selected(code_page))
        self._look: Look | None = None

    def row(self, row: Row) -> None:
        """Add a row: as text if the printer has letters for all of it, else as a picture."""
        is_text = is_text_of(row.text, self._codec)
        is_plain = not row.struck and row.direction is not Direction.RTL
        if self._bands is None or (is_text and is_plain):
            self._text(row)
        else:
            self._picture(row, self._bands)

    def cut(self, cut: Cut) -> None:
        """Cut between two sheets."""
        self._data += commands.feed_and_cut(cut)

    def sound(self, buzzer: Buzzer) -> None:
        """Make the printer heard."""
        self._data += commands.sound(buzzer)

    def finished(self) -> bytes:
        """Return all bytes. Raises ``ValueError`` if a real-time command is among them."""
        if self._is_chinese:
            self._data += commands.KANJI_OFF
        data = bytes(self._data)
        if REAL_TIME.search(data):
            raise ValueError("the page would act as a real-time command")
        if len(data) > PAYLOAD_BYTES_MAX:
            raise TooLongError(f"the page takes {len(data):,} bytes, and {PAYLOAD_BYTES_MAX:,} are allowed")
        return data

    def _text(self, row: Row) -> None:
        data = to_bytes(row.text, self._codec)  # Raises before a byte of it could act as a command.
        look = (row.size, row.bold, row.inverse)
        if look != self._look:
            self._data += _change_of_look(self._look, look, is_chinese=self._is_chinese)
            self._look = look
        self._data += data
        self._data += b"\n"

    def _picture(self, row: Row, command: Bands) -> None:
        from kitchen_printer.printers.drawing import draw  # Only here: most kitchens never load a font.

        for band in in_bands(draw(row, self._columns), command):
            self._data += band


def _selected(code_page: str) -> bytes:
    return b"".join((escpos.CODEPAGE_CHANGE, bytes((_NUMBERS[code_page],))))


@cache  # There are a few dozen of them.
def _change_of_look(before: Look | None, after: Look, *, is_chinese: bool) -> bytes:
    """Return the commands that lead from one look to another; from an unknown one, all are said."""
    known = before or (None, None, None)
    size, bold, inverse = after
    said: list[bytes] = []
    if size is not known[0]:
        said.append(_sized(size, is_chinese=is_chinese))
    if bold is not known[1]:
        said.append(escpos.TXT_STYLE["bold"][bold])
    if inverse is not known[2]:
        said.append(escpos.TXT_STYLE["invert"][inverse])
    return b"".join(said)


def _sized(size: Size, *, is_chinese: bool) -> bytes:
    width, height = 2 if size is Size.BIG else 1, 1 if size is Size.NORMAL else 2
    code = escpos.TXT_STYLE["width"][width] | escpos.TXT_STYLE["height"][height]
    both = commands.chinese_size(width=width, height=height) if is_chinese else b""
    return b"".join((escpos.TXT_SIZE, bytes((code,)), both))
