"""What a paper costs to build: a Latin ticket, one of many scripts, and texts of a thousand and a hundred thousand
characters. The measure is python-escpos' own plain text of a ticket as long as ours, in turns on the same processor.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from escpos.printer import Dummy

from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket
from kitchen_printer.printers.encode import can_draw, encode

TURNS: Final = 60
PAPER: Final = Paper(columns=48, codec="cp858", can_draw=can_draw)
NOW: Final = datetime(2026, 6, 1, 17, 42, tzinfo=UTC)
LATIN_MAX, MIXED_MAX, GROWTH_MAX = 4.0, 60.0, 100.0
"""How many times the measure each may take; for the texts, how many times the cost of the short one."""

DISHES: Final = ("2 x Crème brûlée", "1 x Gratin épinards", "3 x Jalapeño poppers", "1 x Soupe à l'oignon")
SCRIPTS: Final = (
    "宫保鸡丁 不要花生",
    "ต้มยำกุ้ง ไม่เผ็ด",
    "شوربة عدس بدون ملح",
    "김치찌개 カレー",
    "Борщ Phở बिना प्याज",
)


def run() -> None:
    """Measure, print, and fail if a limit is passed."""
    latin, mixed = _ticket([dish[4:] for dish in DISHES] * 2), _ticket([*SCRIPTS, *SCRIPTS[:3]])
    short, long = _ticket(["x"], note="Ragù " * 200), _ticket(["x"], note="Ragù " * 20_000)
    ways: dict[str, Callable[[], object]] = {
        "python-escpos, plain text of 15 lines": _plain,
        "a Latin ticket of 15 lines": lambda: _built(latin),
        "a ticket of many scripts": lambda: _built(mixed),
        "a note of 1,000 characters": lambda: _built(short),
        "a note of 100,000 characters": lambda: _built(long),
    }
    seconds = _measured(ways)
    plain, latin_s, mixed_s, short_s, long_s = seconds.values()
    for name, each in seconds.items():
        print(f"{name:40} {each * 1000:8.3f} ms {each / plain:7.1f} x")
    print(f"{'the long note, of the short one':40} {long_s / short_s:19.1f} x")
    print(f"bytes: Latin {len(_built(latin)):,}, many scripts {len(_built(mixed)):,}")
    assert latin_s / plain <= LATIN_MAX, "a Latin ticket takes too long"
    assert mixed_s / plain <= MIXED_MAX, "a ticket of many scripts takes too long"
    assert long_s / short_s <= GROWTH_MAX, "the cost of a text grows faster than the text"


def _measured(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    for way in ways.values():
        way()
    samples: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, way in ways.items():
            began = time.process_time()
            way()
            samples[name].append(time.process_time() - began)
    return {name: median(each) for name, each in samples.items()}


def _plain() -> bytes:
    """The same lines by python-escpos alone: no looks, no wrapping, no look at what is in them."""
    printer = Dummy()
    lines = [
        "KITCHEN 041",
        "TABLE 12",
        "DINE IN",
        "19:42 / Bill B-1007 / Anna",
        "-" * 48,
        *DISHES,
        *DISHES,
        "-" * 48,
    ]
    for line in [*lines, "#4711-1/1 A7Qk"]:
        printer.text(line + "\n")
    return bytes(printer.output)


def _built(ticket: Ticket) -> bytes:
    page = lay_out(ticket, JOB, Occasion(now=NOW), PAPER, UTC)
    return encode(page, "CP858", columns=PAPER.columns)


JOB: Final = Job(
    id=1,
    kind=JobKind.TICKET,
    ticket_id=4711,
    copy_no=1,
    station="KITCHEN",
    spent=0,
    maybe_on_paper=False,
    waited_seconds=0.0,
    attempt_id=1,
    attempt_no=1,
    printer_id=1,
    marked=False,
    token_printed="A7Qk",
    token_cut="A7Ql",
)


def _ticket(dishes: list[str], note: str | None = None) -> Ticket:
    fields: dict[str, Any] = {
        "id": 4711,
        "kind": "ORDER",
        "station": "KITCHEN",
        "station_seq": 41,
        "created_at": NOW,
        "round_no": 1,
        "part": 1,
        "parts": 1,
        "part_stations": ("KITCHEN",),
        "bill_number": "B-1007",
        "table_label": "12",
        "order_type": "DINE IN",
        "server_name": "Anna",
        "guests": None,
        "note": note,
        "message": None,
        "lines": [{"action": "ADD", "qty": 2, "menu_name": dish} for dish in dishes],
    }
    return Ticket.model_validate(fields)
