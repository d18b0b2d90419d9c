"""What reads bytes from outside: a printer's answers, requests on the health port, tickets on their way to paper."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.outcome import Confirmed, NotSent
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.style import Style
from kitchen_printer.decisions.ticket import Job, JobKind, MalformedTicketError, Ticket, read_ticket
from kitchen_printer.printers.encode import TooLongError, can_draw, encode
from kitchen_printer.service.health_request import PATHS, REQUEST_BYTES_MAX, Asked, RequestReader
from proving.fuzzing.engine import Target
from virtual_printer.parser import Parsed, Parser, Text

PREFLIGHT, PRINTED, CUT, FORGOTTEN = "Pre!", "A7Qk", "A7Ql", "Gone"


class BrokenPromiseError(AssertionError):
    """The target did with an input what it must never do."""


def _echo(token: str) -> bytes:
    return b"\x37\x22" + token.encode() + b"\x00"


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """A target, with inputs to begin from, the words of its language, and the code whose lines are counted."""

    target: Target
    beginnings: tuple[bytes, ...]
    words: tuple[bytes, ...]
    folders: tuple[str, ...]


# ── a printer's answers ─────────────────────────────────────────────────────────────────────────────────

_SILENCE, _REVOKE, _ASK, _LEFT, _LOST, _START = (bytes((each,)) for each in range(0xF8, 0xFE))
"""Bytes that no printer's answer has stand for what else can happen."""

_HEALTHY, _OUT = b"\x14\x00\x00\x0f", b"\x1c\x00\x0c\x0f"
_READY_A = b"\x16\x12\x12\x12" + _HEALTHY + _echo(PREFLIGHT)
_READY_COUNTED = _READY_A + b"\x5f1042\x00\x5f981230\x00"
_READY_B = b"\x16\x12\x12\x12" + _HEALTHY * 2 + b"\x00"


def answers(data: bytes) -> None:
    """Whatever a printer says: the verdict is never better than the proof."""
    if not data:
        return
    level = list(Level)[data[0] % len(Level)]
    delivery = Delivery(level, PREFLIGHT)
    delivery.to_send()
    since: bytes | None = None
    for piece in _pieces(data[1:]):
        if delivery.state in FINAL:
            break
        if piece == _START:
            since = b"" if _started(delivery) else since
        elif not _happened(delivery, piece):
            since = None if since is None else since + piece.translate(None, b"\x11\x13")
            delivery.received(piece)
        delivery.to_send()
    if delivery.state in FINAL:
        _judge(delivery, level, since)


def _pieces(data: bytes) -> Iterator[bytes]:
    piece = b""
    for byte in data:
        if 0xF8 <= byte <= 0xFD:
            if piece:
                yield piece
            yield bytes((byte,))
            piece = b""
        else:
            piece += bytes((byte,))
    if piece:
        yield piece


def _started(delivery: Delivery) -> bool:
    if delivery.state is State.READY:
        delivery.start(
            Payload(
                body=b"body",
                token_printed=PRINTED,
                token_cut=CUT,
                token_forgotten=FORGOTTEN,
                seconds_to_print=1.0,
                seconds_to_confirm=1.0,
                seconds_to_give_up=1.0,
            )
        )
        return True
    return False


def _happened(delivery: Delivery, piece: bytes) -> bool:
    match piece:
        case b"\xf8":
            delivery.silence()
        case b"\xf9":
            delivery.revoke()
        case b"\xfa":
            delivery.ask_again()
        case b"\xfb":
            delivery.left_us()
        case b"\xfc":
            delivery.line_lost()
        case _:
            return False
    return True


def _judge(delivery: Delivery, level: Level, since: bytes | None) -> None:
    outcome = delivery.outcome
    if isinstance(outcome, Confirmed):
        if since is None or not level.proves:
            raise BrokenPromiseError(f"{outcome} without a ticket, or at level {level}")
        if level.echoes_tokens and _echo(PRINTED) not in since and _echo(CUT) not in since:
            raise BrokenPromiseError(f"{outcome} without its token")
    if isinstance(outcome, NotSent) and since is not None and b"\x37\x25\x00" not in since:
        raise BrokenPromiseError(f"{outcome} after the ticket, and the printer did not say that it forgot it")


# ── the health port ─────────────────────────────────────────────────────────────────────────────────────


def health(data: bytes) -> None:
    """Whoever asks: only a small GET or HEAD of a known path is answered."""
    if not data:
        return
    reader, size, request = RequestReader({"kitchen.example"}), 1 + data[0] % 64, data[1:]
    for start in range(0, len(request), size):
        verdict = reader.feed(request[start : start + size])
        if isinstance(verdict, Asked):
            said = request[: start + size]
            if verdict.path not in PATHS or not said.startswith((b"GET /", b"HEAD /")):
                raise BrokenPromiseError(f"{verdict} for {said[:40]!r}")
            if len(said) > REQUEST_BYTES_MAX + size or b"\n" not in said:
                raise BrokenPromiseError("answered before the request had ended, or after its limit")
        if verdict is not None:
            return


# ── from a ticket to bytes ──────────────────────────────────────────────────────────────────────────────

_PAPER = Paper(columns=48, codec="cp858", can_draw=can_draw)
_STYLE = Style()
ALLOWED: Final = frozenset({"ESC t", "GS !", "ESC E", "GS B", "LF", "GS v 0", "GS V"})
"""What the encoder itself says to a printer: code page, size, bold, inverse, line feed, picture, cut of a sheet."""

_JOB = Job(
    id=1, kind=JobKind.TICKET, ticket_id=4711, copy_no=1, station="BAR", spent=0, maybe_on_paper=False,
    waited_seconds=0.0, attempt_id=1, attempt_no=1, printer_id=1, marked=False, token_printed=PRINTED, token_cut=CUT,
)  # fmt: skip
_MOMENT = datetime(2026, 1, 3, 18, 30, tzinfo=UTC)


def tickets(data: bytes) -> None:
    """Whatever is written into an order: the printer gets characters and our own commands, nothing else."""
    ticket = _ticket(data)
    if ticket is None:
        return
    try:
        page = lay_out(ticket, _JOB, Occasion(now=_MOMENT), _PAPER, UTC, style=_STYLE)
        body = encode(page, "CP858", style=_STYLE)
    except TooLongError:
        return
    parser = Parser()
    names = {
        item.command.name if isinstance(item, Parsed) else "unknown"
        for item in parser.feed(body)
        if not isinstance(item, Text)
    }
    if parser.inside_command or not names <= ALLOWED:
        raise BrokenPromiseError(f"commands {sorted(names - ALLOWED)} reached the printer")


def _ticket(data: bytes) -> Ticket | None:
    """Read the input as a stored ticket, or put it as text everywhere where a person can write."""
    try:
        if data[:1] == b"{":
            return read_ticket(data.decode("utf-8", "surrogatepass"))
        text = data.decode("utf-8", "replace")
        return read_ticket(json.dumps(_everywhere(text)))
    except (MalformedTicketError, UnicodeDecodeError, json.JSONDecodeError):
        return None


def _everywhere(text: str) -> dict[str, Any]:
    line = {
        "action": "CHANGE", "qty": 2, "order_item_id": 11, "menu_name": text, "note": text, "old_note": text,
        "modifiers": [text, {"name": text, "choice": text}], "old_modifiers": [text], "seat": text, "old_seat": text,
        "course": text,
    }  # fmt: skip
    return {
        "id": 1, "kind": "ORDER", "station": "BAR", "station_seq": 41, "created_at": _MOMENT.isoformat(), "round_no": 1,
        "part": 1, "parts": 2, "part_stations": ["BAR", text[:20] or "K"], "bill_number": text, "table_label": text,
        "order_type": text, "server_name": text, "guests": 4, "note": text, "message": None, "lines": [line],
    }  # fmt: skip


TARGETS: Final = {
    "answers": Fuzzed(
        answers,
        (
            b"\x00" + _READY_COUNTED + _START + _OUT + _REVOKE + b"\x37\x25\x00" + _echo(FORGOTTEN)
            + b"\x5f1042\x00\x5f981230\x00",
            b"\x01" + _READY_A + _START + _echo(PRINTED) + _echo(CUT),
            b"\x02" + _READY_B + _START + b"\x00\x00",
            b"\x03\x16\x12\x12\x12" + _START + _LEFT + _SILENCE + b"\x16\x12\x12\x12",
            b"\x04" + _START + _LEFT + _SILENCE,
        ),
        (
            *(_SILENCE, _REVOKE, _ASK, _LEFT, _LOST, _START, _HEALTHY, _OUT, _echo(PRINTED), _echo(CUT)),
            *(_echo(PREFLIGHT), _echo(FORGOTTEN), b"\x37\x25\x00", b"\x5f1042\x00", b"\x37\x33A7Qk\x00", b"\x11"),
            *(b"\x16\x12\x12\x12", b"\x00", b"\x0c", b"\x3c\x00\x00\x0f"),
        ),
        ("kitchen_printer/decisions/",),
    ),
    "health": Fuzzed(
        health,
        (
            b"\x08GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"\x3fHEAD /metrics?x=1 HTTP/1.1\r\nHost: [::1]:9100\r\nContent-Length: 0\r\n\r\n",
            b"\x01GET /livez HTTP/1.0\r\n\r\n",
        ),
        (
            *(b"GET /health ", b"HEAD /readyz ", b"HTTP/1.1\r\n", b"\r\n\r\n", b"Host: ", b"Host: kitchen.example\r\n"),
            *(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"\x1b@", b"\x10\x04\x01", b": ", b"\x00"),
        ),
        ("kitchen_printer/service/health_request.py",),
    ),
    "tickets": Fuzzed(
        tickets,
        (
            b"2 x soup, no salt",
            "Crème brûlée — „süß“ 🍕 ניסיון 汤".encode(),
            json.dumps(_everywhere("no nuts")).encode(),
        ),
        (
            *(b"\x1b@", b"\x1bp\x00\x32\x32", b"\x10\x14\x01\x00\x01", b"\x1dV\x42\x00"),
            *(b"\x1d(H\x06\x0000A7Qk", b"\n"),
            *(b"\xe2\x80\xae", b"\xed\xa0\x80", b"\x00", b"\x7f", b"\xc2\x9b"),
            *("🍕".encode(), "汤".encode(), "ק".encode()),
            *(b'"lines": ', b"null", b"[]", b"{}", b"1e999", b'"\\u001b"', b"ALLERGY: nuts", b"        "),
        ),
        ("kitchen_printer/decisions/", "kitchen_printer/printers/"),
    ),
}  # fmt: skip
