"""The real-time stage: sees every byte the moment it arrives, before the receive buffer.

Real-time commands are recognised anywhere, image data included; the bytes stay in the stream, where the
parser steps over them or takes them for data.
"""

from dataclasses import dataclass
from typing import Final

DLE: Final = 0x10
EOT, ENQ, DC4 = 0x04, 0x05, 0x14
CLEAR_BUFFERS: Final = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


@dataclass(frozen=True, slots=True)
class AskStatus:
    """`DLE EOT n`."""

    n: int


@dataclass(frozen=True, slots=True)
class Recover:
    """`DLE ENQ n`: 1 resumes at the line of the error, 2 clears the buffers first, 0 presses FEED."""

    n: int


@dataclass(frozen=True, slots=True)
class PulseDrawer:
    """`DLE DC4 1 m t`."""


@dataclass(frozen=True, slots=True)
class SendAutomaticStatus:
    """`DLE DC4 7 1`: send the four status bytes now."""


@dataclass(frozen=True, slots=True)
class ClearBuffers:
    """`DLE DC4 8` with its seven magic bytes."""


RealTimeRequest = AskStatus | Recover | PulseDrawer | SendAutomaticStatus | ClearBuffers


class RealTimeScanner:
    """Keeps only the beginning of a possible real-time command between chunks."""

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[RealTimeRequest]:
        if DLE not in data and not self._tail:
            return []
        window = self._tail + data
        requests: list[RealTimeRequest] = []
        position = window.find(DLE)
        while position >= 0:
            found, size = _match(window[position : position + len(CLEAR_BUFFERS)])
            if size == 0:
                self._tail = window[position:]
                return requests
            if found is not None:
                requests.append(found)
            position = window.find(DLE, position + size)
        self._tail = b""
        return requests

    def clear(self) -> None:
        self._tail = b""


def _match(head: bytes) -> tuple[RealTimeRequest | None, int]:
    """What starts at this DLE and how many bytes to step on; size 0 means more bytes must arrive."""
    if len(head) < 3:
        undecided = len(head) == 1 or head[1] in (EOT, ENQ, DC4)
        return None, 0 if undecided else 1
    code, n = head[1], head[2]
    if code == EOT and 1 <= n <= 4:
        return AskStatus(n), 3
    if code == ENQ and n <= 2:
        return Recover(n), 3
    if code == DC4:
        return _match_dc4(head, n)
    return None, 1


def _match_dc4(head: bytes, function: int) -> tuple[RealTimeRequest | None, int]:
    if function == 1:
        return (None, 0) if len(head) < 5 else (PulseDrawer(), 5)
    if function == 7:
        return (None, 0) if len(head) < 4 else (SendAutomaticStatus() if head[3] == 1 else None, 4)
    if function == 8:
        if not CLEAR_BUFFERS.startswith(head):
            return None, 1
        return (None, 0) if len(head) < len(CLEAR_BUFFERS) else (ClearBuffers(), len(CLEAR_BUFFERS))
    return None, 1
