"""Makes the pictures of all kinds of papers, and the page that shows them: docs/papers.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from PIL import Image

from kitchen_printer.decisions.commands import FEED_AND_CUT, KANJI_OFF, RESET
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.notice import (
    Alarm,
    Listed,
    Notice,
    PaperTest,
    RecoveryList,
    Specimen,
    lay_out_notice,
)
from kitchen_printer.decisions.occasion import Backup, Occasion, Reprint
from kitchen_printer.decisions.page import Page, Paper
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.style import PLAIN, Style
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket
from kitchen_printer.printers.encode import can_draw, encode
from kitchen_printer.service.languages import words_of
from virtual_printer.engine import Engine
from virtual_printer.profiles import PROFILES

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
PICTURES: Final = DOCS / "pictures" / "papers"
PAGE: Final = DOCS / "papers.md"

ORDERED: Final = datetime(2026, 6, 1, 19, 42, tzinfo=UTC)
NOW: Final = ORDERED + timedelta(seconds=4)
WIDE: Final = Paper(columns=48, codec="cp858", can_draw=can_draw)
NARROW: Final = Paper(columns=32, codec="cp858", can_draw=can_draw)

Line = dict[str, Any]
RIBEYE: Final[Line] = {
    "action": "ADD",
    "qty": 1,
    "order_item_id": 1,
    "menu_name": "Ribeye 300 g",
    "seat": "2",
    "course": "2",
    "modifiers": ["medium rare", {"name": "fries", "quantity": 2}],
    "note": "sauce on the side",
}
SOUP: Final[Line] = {"action": "ADD", "qty": 2, "order_item_id": 2, "menu_name": "Crème de tomates"}
SALAD: Final[Line] = {"action": "ADD", "qty": 12, "order_item_id": 3, "menu_name": "Caesar salad"}
_NO_BILL: Final = dict.fromkeys(("bill_number", "table_label", "order_type", "server_name", "guests")) | {
    "part": 1,
    "parts": 1,
}
SATAY: Final[Line] = {**SOUP, "qty": 1, "menu_name": "Chicken satay", "note": "Severe peanut allergy, seat 3"}


@dataclass(frozen=True)
class Shown:
    """One paper of the gallery."""

    name: str
    caption: str
    page: Page
    paper: Paper = WIDE
    style: Style = PLAIN


def make() -> None:
    """Make all pictures and the page anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    for shown in gallery():
        picture(shown).save(PICTURES / f"{shown.name}.png", optimize=True, dpi=(203, 203))
    PAGE.write_text(page_text(), encoding="utf-8")
    print(f"{len(list(gallery()))} papers")


def page_text() -> str:
    """Return the page that shows the pictures."""
    head = (
        "# What the papers look like\n\nAs a virtual printer prints them, one dot a pixel; half that size here. Made by"
        " `python3 dev.py make gallery`, and a\ntest sees that they are fresh.\n"
    )
    width = {48: 320, 32: 224}
    parts = [
        f"\n## {shown.caption}\n\n"
        f'<img src="pictures/papers/{shown.name}.png" width="{width[shown.paper.columns]}" alt="{shown.caption}">\n'
        for shown in gallery()
    ]
    return head + "".join(parts)


def picture(shown: Shown) -> Image.Image:
    """Return a paper as a virtual printer prints it."""
    body = encode(shown.page, "CP858", columns=shown.paper.columns, style=shown.style)
    engine = Engine(PROFILES["epson-80"], buffer_bytes=1 << 22, answer=lambda _: None, clock=lambda: 0.0)
    engine.arrive(RESET + KANJI_OFF + body + FEED_AND_CUT)
    while engine.step() is not None:
        pass
    if engine.machine.reports:
        raise ValueError(f"{shown.name}: the printer reports {engine.machine.reports}")
    (sheet,) = engine.machine.paper.sheets
    whole = sheet.picture()
    return whole.crop((0, 0, whole.width - (48 - shown.paper.columns) * 12, whole.height))


def gallery() -> Iterator[Shown]:
    """Yield all papers, in the order of the page."""
    yield _ticket("order", "An order", [RIBEYE, SOUP, SALAD])
    yield _ticket("order-58", "The same on 58 mm paper", [RIBEYE, SOUP, SALAD], paper=NARROW)
    yield _ticket("add-on", "A second round", [{**SOUP, "qty": 1}], round_no=2)
    yield _ticket(
        "void", "A void", [{**RIBEYE, "action": "VOID"}], kind="VOID", round_no=3, ordered_on={1: (41,)}
    )
    change = {**RIBEYE, "action": "CHANGE", "modifiers": ["well done"], "old_modifiers": ["medium rare"]}
    yield _ticket("change", "A change", [{**change, "old_note": "sauce on the side"}], round_no=2)
    yield _ticket("allergy", "An allergy", [SATAY, SOUP], note="Coeliac at seat 1, please call the chef")
    yield _ticket("duplicate", "It may be on paper already", [RIBEYE], marked=True)
    asked = Reprint(requested_by="Anna", reason="paper torn")
    yield _ticket("reprint", "A reprint", [RIBEYE], kind_of_job=JobKind.REPRINT, marked=True, reprint=asked)
    away = Backup(reason=Reason.PAPER_OUT, since=ORDERED - timedelta(minutes=3))
    yield _ticket("backup", "For another printer", [RIBEYE], backup=away)
    voided = {1: Decimal(1), 2: Decimal(1)}
    late = ORDERED + timedelta(minutes=33)
    yield _ticket(
        "late", "Late, and partly voided since", [RIBEYE, SOUP], now=late, is_late=True, voided=voided
    )
    yield _ticket("no-route", "A station without a printer", [SOUP], routed_to="BAR")
    yield _ticket(
        "message", "A message", [], kind="MESSAGE", message="86 salmon, tell the tables", **_NO_BILL
    )
    alarm = Alarm(
        headline="BAR printer: out of paper since 19:42",
        details=("4 tickets wait, the oldest for 3 min",),
        advice="Put in a new roll and close the cover.",
    )
    yield _notice("alarm", "An alarm", alarm)
    waiting = tuple(
        Listed(
            station="KITCHEN",
            number=number,
            table=str(number % 9),
            ordered_at=ORDERED + timedelta(minutes=number),
        )
        for number in range(1, 8)
    )
    yield _notice("recovery-list", "A printer comes back", RecoveryList(waiting=7, tickets=waiting))
    chinese = {
        **RIBEYE,
        "menu_name": "宫保鸡丁",
        "modifiers": ["中辣", "米饭"],
        "note": "不要花生，客人对花生过敏",
    }
    yield _ticket("chinese", "Chinese", [chinese, {**SOUP, "menu_name": "酸辣汤"}])
    thai = {**RIBEYE, "menu_name": "ต้มยำกุ้งน้ำข้น", "modifiers": ["เผ็ดน้อย"], "note": "ไม่ใส่ผักชี"}
    yield _ticket("thai", "Thai", [thai, {**SOUP, "menu_name": "ผัดไทยกุ้งสด"}])
    kebab = {**RIBEYE, "menu_name": "كباب حلبي (حار)", "modifiers": ["خبز إضافي"], "note": "بدون ملح من فضلك"}
    lentils = {**SOUP, "menu_name": "شوربة عدس"}
    yield _ticket(
        "arabic", "Arabic", [kebab, lentils], style=_spoken("ar"), station="المطبخ", order_type="صالة"
    )
    indonesian = [{**RIBEYE, "menu_name": "Sate ayam", "modifiers": ["pedas"], "note": "alergi kacang"}]
    yield _ticket(
        "indonesian", "Indonesian", indonesian, style=_spoken("id"), order_type="MAKAN DI SINI", round_no=2
    )
    by_course = Style(order="course", letters="compact", clock="12h")
    courses = [RIBEYE, {**SOUP, "course": "1"}, {**SALAD, "course": "1"}]
    yield _ticket("by-course", "Compact, by course, 12 hours", courses, style=by_course)
    mixed = [
        {**SOUP, "menu_name": "Борщ без сметаны 🥕"},
        {**SOUP, "menu_name": "Phở bò tái"},
        {**SOUP, "menu_name": "दाल मखनी"},
        {**SOUP, "menu_name": "김치찌개", "note": "carry-out \N{PEANUTS}\N{NO ENTRY SIGN}"},
    ]
    yield _ticket("mixed", "Many scripts", mixed)
    yield _notice("paper-test", "A printer test", PaperTest())
    yield _notice("specimen", "A printer test: every script", Specimen())


def _spoken(language: str) -> Style:
    return Style(words=words_of(language))


def _ticket(name: str, caption: str, lines: list[Line], **fields: Any) -> Shown:
    """Lay a ticket out; fields that no ticket has are about its job or its occasion."""
    style, paper = fields.pop("style", PLAIN), fields.pop("paper", WIDE)
    station = fields.pop("station", "KITCHEN")
    job = _job(fields.pop("routed_to", station), fields)
    names = [
        each for each in ("now", "backup", "is_late", "voided", "ordered_on", "reprint") if each in fields
    ]
    values: dict[str, Any] = {"now": NOW} | {each: fields.pop(each) for each in names}
    stored: dict[str, Any] = {
        "id": 4711,
        "kind": "ORDER",
        "station": station,
        "station_seq": 41,
        "created_at": ORDERED,
        "round_no": 1,
        "part": 2,
        "parts": 3,
        "part_stations": ("BAR", station, "DESSERT"),
        "bill_number": "1007",
        "table_label": "12",
        "order_type": "DINE IN",
        "server_name": "Anna",
        "guests": 4,
        "note": None,
        "message": None,
        "lines": lines,
    }
    ticket = Ticket.model_validate(stored | fields)
    return Shown(
        name, caption, lay_out(ticket, job, Occasion(**values), paper, UTC, style=style), paper, style
    )


def _notice(name: str, caption: str, notice: Notice) -> Shown:
    job = _job("", {"kind_of_job": JobKind.NOTICE, "ticket_id": None})
    return Shown(name, caption, lay_out_notice(notice, job, ORDERED + timedelta(minutes=9), WIDE, UTC))


def _job(station: str, fields: dict[str, Any]) -> Job:
    return Job(
        id=7,
        kind=fields.pop("kind_of_job", JobKind.TICKET),
        ticket_id=fields.pop("ticket_id", 4711),
        copy_no=1,
        station=station,
        spent=0,
        maybe_on_paper=False,
        waited_seconds=0.0,
        attempt_id=1,
        attempt_no=1,
        printer_id=1,
        marked=fields.pop("marked", False),
        token_printed="A7Qk",
        token_cut="A7Ql",
    )
