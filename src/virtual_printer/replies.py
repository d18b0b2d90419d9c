"""The way back to the host: every answer passes here and may be held, bent or lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Reply(StrEnum):
    """The kinds of answers, told apart by their first byte."""

    FENCE = "fence"
    BLOCK = "block"
    AUTOMATIC = "automatic status"
    REAL_TIME = "real-time status"
    STATUS = "queued status"


def kind_of(data: bytes) -> Reply:
    """The classes of first bytes are disjoint."""
    first = data[0]
    if first == 0x37:
        return Reply.FENCE
    if first == 0x5F:
        return Reply.BLOCK
    if first & 0x93 == 0x10:
        return Reply.AUTOMATIC
    if first & 0x93 == 0x12:
        return Reply.REAL_TIME
    return Reply.STATUS


def is_process_id(data: bytes) -> bool:
    """`37 22 t1 t2 t3 t4 00`, the answer to GS ( H function 48."""
    return len(data) == 7 and data[:2] == b"\x37\x22"


@dataclass(slots=True, kw_only=True)
class Piece:
    """Bytes to send, `after_s` seconds after the piece before them."""

    data: bytes
    after_s: float = 0.0


# A bend turns the pieces of one answer into others; `kind` and `original` are of the answer itself.
Bend = Callable[[list[Piece], Reply, bytes], list[Piece]]


@dataclass(slots=True)
class Bends:
    """The bends in force, applied in the order in which their faults began."""

    in_force: dict[int, Bend] = field(default_factory=dict[int, Bend])

    def pieces(self, data: bytes) -> list[Piece]:
        kind = kind_of(data)
        pieces = [Piece(data=data)]
        for bend in list(self.in_force.values()):
            pieces = bend(pieces, kind, data)
        return pieces
