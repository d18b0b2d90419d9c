"""How answers get bent on their way to the host, one function per fault of replies."""

from collections.abc import Callable
from typing import Final

from virtual_printer.breakable import Breakable
from virtual_printer.condition import automatic_status
from virtual_printer.fault_kinds import Stroke
from virtual_printer.replies import Bend, Piece, Reply, is_process_id

JUNK: Final = 0xFF  # no answer of any kind begins with this byte
FOREIGN_TOKEN: Final = b"\x37\x22ZZZZ\x00"


def mute(stroke: Stroke, _: Breakable) -> Bend:
    return _each(stroke, lambda _pieces, _data: [])


def mute_after(stroke: Stroke, _: Breakable) -> Bend:
    left = int(stroke.param("answers"))

    def bend(pieces: list[Piece], _kind: Reply, _data: bytes) -> list[Piece]:
        nonlocal left
        if left > 0:
            left -= 1
            return pieces
        stroke.struck()
        return []

    return bend


def late(stroke: Stroke, _: Breakable) -> Bend:
    seconds = float(stroke.param("seconds"))
    return _each(stroke, lambda pieces, _data: [_delayed(pieces[0], seconds), *pieces[1:]])


def doubled(stroke: Stroke, _: Breakable) -> Bend:
    return _each(stroke, lambda pieces, data: [*pieces, Piece(data=data)])


def split(stroke: Stroke, _: Breakable) -> Bend:
    seconds = float(stroke.param("seconds"))
    return _each(
        stroke,
        lambda _pieces, data: [
            Piece(data=bytes((byte,)), after_s=seconds if at else 0.0) for at, byte in enumerate(data)
        ],
    )


def junk(stroke: Stroke, _: Breakable) -> Bend:
    noise = Piece(data=bytes((JUNK,)) * int(stroke.param("count")))
    return _each(stroke, lambda pieces, _data: [noise, *pieces])


def previous(stroke: Stroke, _: Breakable) -> Bend:
    last: bytes = b""

    def bend(_pieces: list[Piece], _kind: Reply, data: bytes) -> list[Piece]:
        nonlocal last
        told, last = last, data
        stroke.struck()
        return [Piece(data=told)] if told else []

    return bend


def wrong_token(stroke: Stroke, _: Breakable) -> Bend:
    return _each_fence(stroke, lambda _pieces, _data: [Piece(data=FOREIGN_TOKEN)])


def foreign_token_first(stroke: Stroke, _: Breakable) -> Bend:
    return _each_fence(stroke, lambda pieces, _data: [Piece(data=FOREIGN_TOKEN), *pieces])


def paper_refusal(stroke: Stroke, _: Breakable) -> Bend:
    return _each_fence(stroke, lambda _pieces, data: [Piece(data=b"\x37\x33" + data[2:])])


def asb_never(stroke: Stroke, _: Breakable) -> Bend:
    return _only(stroke, lambda kind, _data: kind is Reply.AUTOMATIC, lambda _pieces, _data: [])


def asb_burst(stroke: Stroke, printer: Breakable) -> Bend:
    def statuses() -> list[Piece]:
        status = automatic_status(printer.engine.machine.condition)
        return [Piece(data=status * int(stroke.param("count")))]

    return _only(
        stroke, lambda kind, _data: kind is not Reply.AUTOMATIC, lambda pieces, _data: [*statuses(), *pieces]
    )


def identity_lies(stroke: Stroke, _: Breakable) -> Bend:
    """Counters are blocks too, but consist of digits."""
    lie = b"\x5f" + str(stroke.param("model")).encode("ascii", errors="replace") + b"\x00"
    return _only(
        stroke,
        lambda kind, data: kind is Reply.BLOCK and not data[1:-1].isdigit(),
        lambda _pieces, _data: [Piece(data=lie)],
    )


Change = Callable[[list[Piece], bytes], list[Piece]]


def _each(stroke: Stroke, change: Change) -> Bend:
    return _only(stroke, lambda _kind, _data: True, change)


def _each_fence(stroke: Stroke, change: Change) -> Bend:
    return _only(stroke, lambda _kind, data: is_process_id(data), change)


def _only(stroke: Stroke, concerns: Callable[[Reply, bytes], bool], change: Change) -> Bend:
    def bend(pieces: list[Piece], kind: Reply, data: bytes) -> list[Piece]:
        if not pieces or not concerns(kind, data):
            return pieces
        bent = change(pieces, data)
        stroke.struck()
        return bent

    return bend


def _delayed(piece: Piece, seconds: float) -> Piece:
    return Piece(data=piece.data, after_s=piece.after_s + seconds)
