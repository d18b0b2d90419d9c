"""What a printer says: a strict parser for every byte that comes back, and what the status bits mean.

Framing rests on the fixed bits that Epson (TM-T88III specification, appendix G) and Citizen (CBM1000, appendix
3) document for each class of answer; the classes share no byte value. Printers are hostile input here: nothing
they send is trusted beyond its class, and no answer is longer than :data:`BLOCK_BYTES_MAX`.
"""

from dataclasses import dataclass
from typing import assert_never

from kitchen_printer.decisions.reason import Reason

BLOCK_BYTES_MAX = 90
"""Longest block answer Epson documents is 80 bytes and its frame; a longer one is junk."""

PUSHED_STATUS_BYTES = 4

QUEUED_PAPER_END = 0x0C
"""Bits of a queued answer that Epson never sends, as the question waits for paper; some clones do not wait."""

FLOW_CONTROL = b"\x11\x13"
"""XON and XOFF of a serial bridge, which TCP makes needless. They may come inside an answer, but part of none."""


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """Answer to ``DLE EOT``: health now, no proof of anything printed."""

    bits: int


@dataclass(frozen=True, slots=True)
class QueuedStatus:
    """Answer to ``GS r``: everything before the question has been printed."""

    bits: int


@dataclass(frozen=True, slots=True)
class PushedStatus:
    """Automatic status back (``GS a``): four bytes, by themselves, at each change."""

    bits: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Echo:
    """Answer to ``GS ( H`` function 48: everything before this token has been printed."""

    token: str


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """``37 33 id 00``, a vendor's negative answer to ``GS ( H``: out of paper, not printed."""

    token: str


@dataclass(frozen=True, slots=True)
class Info:
    """Answer to ``GS g 2`` (digits) or ``GS I`` 65-69 (text): printable ASCII, and as true as its printer."""

    text: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """Answer to ``DLE DC4`` function 8: everything that was buffered is gone and will never print."""


@dataclass(frozen=True, slots=True)
class Junk:
    """Bytes of no known class."""

    data: bytes


Answer = RealTimeStatus | QueuedStatus | PushedStatus | Echo | NotPrinted | Info | Cleared | Junk


class AnswerParser:
    """Cuts the stream of a printer's answers into :data:`Answer` values, in any chunking."""

    def __init__(self) -> None:
        self._pending = b""

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing has come of which the end is missing."""
        return not self._pending

    def feed(self, data: bytes) -> list[Answer]:
        """Take what arrived and return the answers that are complete now."""
        self._pending += data.translate(None, FLOW_CONTROL)
        answers: list[Answer] = []
        while self._pending:
            length = _length_of_first(self._pending)
            if length is None:
                break
            answers.append(_answer(self._pending[:length]))
            self._pending = self._pending[length:]
        return answers


def _length_of_first(data: bytes) -> int | None:
    first = data[0]
    if first in (0x37, 0x5F):
        end = data.find(0, 0, BLOCK_BYTES_MAX)
        if end >= 0:
            return end + 1
        return BLOCK_BYTES_MAX if len(data) >= BLOCK_BYTES_MAX else None
    if first & 0x93 == 0x10:
        return _length_of_pushed_status(data)
    return 1


def _length_of_pushed_status(data: bytes) -> int | None:
    """Four bytes; fewer if one of the last three lacks its fixed bits: then the printer lost a byte.

    What is left of such a frame is one piece of junk: its bytes would pass for queued answers.
    """
    for place in range(1, min(len(data), PUSHED_STATUS_BYTES)):
        if data[place] & 0x90:
            return place
    return PUSHED_STATUS_BYTES if len(data) >= PUSHED_STATUS_BYTES else None


def _answer(piece: bytes) -> Answer:
    first = piece[0]
    if first == 0x37:
        return _block(piece)
    if first == 0x5F:
        return _info(piece)
    if first & 0x93 == 0x10:
        whole = len(piece) == PUSHED_STATUS_BYTES
        return PushedStatus((piece[0], piece[1], piece[2], piece[3])) if whole else Junk(piece)
    if first & 0x93 == 0x12:
        return RealTimeStatus(first)
    if first & 0x90 == 0x00:
        return QueuedStatus(first)
    return Junk(piece)


def _info(piece: bytes) -> Answer:
    body = piece[1:-1]
    if piece[-1] == 0 and all(0x20 <= byte <= 0x7E for byte in body):
        return Info(body.decode("ascii"))
    return Junk(piece)


def _block(piece: bytes) -> Answer:
    if piece == b"\x37\x25\x00":
        return Cleared()
    body = piece[2:-1]
    if piece[-1] == 0 and len(body) == 4 and all(0x20 <= byte <= 0x7E for byte in body):
        match piece[1]:
            case 0x22:
                return Echo(body.decode("ascii"))
            case 0x33:
                return NotPrinted(body.decode("ascii"))
            case _:
                return Junk(piece)
    return Junk(piece)


def trouble_in_real_time_status(question: int, bits: int) -> Reason | None:
    """Judge the answer to ``DLE EOT`` ``question``; None means nothing stands in the way of printing.

    Near end of paper is not trouble. Question 1 says only *that* the printer is offline, so it is asked
    together with the others, whose answers say why.
    """
    match question:
        case 1:
            return Reason.OFFLINE if bits & 0x08 else None
        case 2:
            if bits & 0x04:
                return Reason.COVER_OPEN
            if bits & 0x20:
                return Reason.PAPER_OUT
            return Reason.PRINTER_ERROR if bits & 0x40 else None
        case 3:
            if bits & 0x08:
                return Reason.CUTTER
            return Reason.PRINTER_ERROR if bits & 0x64 else None
        case 4:
            return Reason.PAPER_OUT if bits & 0x60 else None
        case _:
            raise ValueError(f"DLE EOT {question} is not asked here")


def is_near_end(answer: RealTimeStatus | PushedStatus) -> bool:
    """Whether the roll is thin, in an answer to ``DLE EOT`` 4 or an automatic status. Both bits of the sensor count."""
    match answer:
        case RealTimeStatus(bits):
            return bits & 0x0C == 0x0C
        case PushedStatus((_, _, third, _)):
            return third & 0x03 == 0x03
        case _:
            assert_never(answer)


def most_telling(troubles: list[Reason]) -> Reason:
    """Return the first trouble that names a cause: that a printer is offline says only that there is one."""
    return next((trouble for trouble in troubles if trouble is not Reason.OFFLINE), troubles[0])


def trouble_in_pushed_status(status: PushedStatus) -> Reason | None:
    """Judge an automatic status: why printing is stopped, or None when it is not.

    With the cover open the paper bits may be wrong (Epson guide), so the cover is looked at first.
    """
    first, second, third, _ = status.bits
    if first & 0x20:
        return Reason.COVER_OPEN
    if third & 0x0C:
        return Reason.PAPER_OUT
    if second & 0x08:
        return Reason.CUTTER
    if second & 0x64:
        return Reason.PRINTER_ERROR
    return Reason.OFFLINE if first & 0x08 else None


def described(answer: Answer) -> str:
    """Word an answer for a log line: fixed words and hexadecimal only, never the printer's own text."""
    match answer:
        case RealTimeStatus(bits):
            return f"real-time status {bits:02x}"
        case QueuedStatus(bits):
            return f"queued status {bits:02x}"
        case PushedStatus(bits):
            return f"pushed status {bytes(bits).hex(' ')}"
        case Echo(token) | NotPrinted(token):
            return f"{type(answer).__name__} {token.encode('ascii').hex()}"
        case Info(text):
            return f"info {text.encode('ascii').hex()}"
        case Cleared():
            return "cleared"
        case Junk(data):
            return f"{len(data)} unknown bytes {data[:8].hex(' ')}"
        case _:
            assert_never(answer)
