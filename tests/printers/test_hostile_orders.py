"""Whatever is written into an order: it is on paper or visibly replaced, and the printer obeys none of it."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.page import Page, Paper
from kitchen_printer.decisions.style import Style
from kitchen_printer.decisions.text import printable
from kitchen_printer.decisions.ticket import Ticket
from kitchen_printer.printers.bands import REAL_TIME
from kitchen_printer.printers.encode import can_draw, encode
from tests.decisions.tickets import SOUP, ZONE, a_job, a_ticket, an_occasion
from tests.virtual_printer.press import CUT, Printed, printed
from virtual_printer.parser import Parsed, Parser, Text

PAPER = Paper(columns=48, codec="cp858", can_draw=can_draw)
ALLOWED = {"ESC t", "GS !", "ESC E", "GS B", "LF", "GS v 0", "GS V", "ESC B"}
"""Code page, size, bold, inverse, line feed, picture; a cut between sheets; the buzzer."""

COMMANDS = {
    "drawer": "1b70003232",
    "drawer in real time": "1014010001",
    "deselect": "1b3d00",
    "reset": "1b40",
    "status off": "1d6100",
    "cut": "1d564200",
    "clear": "10140801031401060208",
    "forged confirmation": "1d28480600303041375175",
    "queued status": "1d7201",
    "real-time status": "100401",
    "settings": "1d284503000649",
    "self test": "1d284102000001",
    "stored image": "1c7101",
    "graphics": "1d284c020030",
    "clear after error": "100502",
    "cancel": "18",
    "page mode": "0c",
    "Chinese mode": "1c26",
    "power off": "1014020108",
}
"""What a printer would do if data reached it as it is, with what it would be sent."""


def page_of(ticket: Ticket, style: Style | None = None) -> Page:
    return lay_out(ticket, a_job(), an_occasion(), PAPER, ZONE, style=style or Style(buzzer="clone"))


def body_of(ticket: Ticket) -> bytes:
    return encode(page_of(ticket), "CP858", style=Style(buzzer="clone"))


def on_paper(body: bytes) -> Printed:
    return printed(b"\x1b@\x1c." + body + CUT)


def command_names(body: bytes) -> set[str]:
    parser = Parser()
    found = [item for item in parser.feed(body) if not isinstance(item, Text)]
    assert not parser.inside_command
    return {item.command.name if isinstance(item, Parsed) else "unknown" for item in found}


def everywhere(text: str) -> Ticket:
    """A ticket that has a text in every place where a guest, a waiter or a menu can put one."""
    line: dict[str, Any] = {
        **SOUP,
        "menu_name": text,
        "note": text,
        "modifiers": [text, {"name": text, "choice": text}],
        "seat": text,
        "course": text,
    }
    changed = {**line, "action": "CHANGE", "old_note": text, "old_modifiers": [text], "old_seat": text}
    fields = ("bill_number", "table_label", "order_type", "server_name", "note")
    return a_ticket(**dict.fromkeys(fields, text), lines=[line, {**line, "action": "VOID"}, changed])


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("before", ["", "soup ", "宫保鸡丁 ", "شوربة "])
def test_a_command_in_an_order_is_shown_and_not_obeyed(name: str, before: str) -> None:
    command = bytes.fromhex(COMMANDS[name]).decode("latin-1")
    body = body_of(everywhere(before + command))
    result = on_paper(body)

    assert command_names(body) <= ALLOWED
    assert not REAL_TIME.search(body)
    assert (result.answers, result.reports) == (b"", ())
    assert len(result.sheets) == 1
    shown = "".join(row.text for row in page_of(everywhere(before + command)).rows)
    for character in command:
        if unicodedata.category(character) == "Cc":
            assert f"[U+{ord(character):04X}]" in re.sub(r"\s+|[|]", "", shown)


ANY = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("ab 宫ไทย بдя\x00\x1b\x10\x04\x14\x7f\x9b\u202e\u200b\u0301\ud800\ue000🥜👨‍🍳"),
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(ANY)
def test_any_order_is_printed_without_a_report_and_nothing_of_it_is_dropped(text: str) -> None:
    ticket = everywhere(text)
    page = page_of(ticket)
    body = encode(page, "CP858")
    result = on_paper(body)

    assert command_names(body) <= ALLOWED
    assert (result.answers, result.reports) == (b"", ())
    ink = "".join(row.text for row in page.rows).replace(" ", "").replace("|", "")
    assert printable(ticket.lines[0].name, PAPER.codec, can_draw).replace(" ", "").replace("|", "") in ink
    rows_on_paper = [entry for sheet in result.sheets for entry in sheet.entries]
    assert len(rows_on_paper) >= len(page.rows)
    for character in "".join(row.text for row in page.rows):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"}
    asked = unicodedata.normalize("NFC", "".join(_texts(ticket))).count("?")
    assert "".join(row.text for row in page.rows).count("?") <= asked


def _texts(ticket: Ticket) -> list[str]:
    texts = [ticket.bill_number, ticket.table_label, ticket.order_type, ticket.server_name, ticket.note]
    for line in ticket.lines:
        texts += [line.name, line.note, line.seat, line.course, line.old_note, line.old_seat]
        texts += [*line.modifiers, *line.old_modifiers]
        texts += [line.note, line.name, *line.modifiers]  # A warning is said twice.
    return [text for text in texts if text]


def test_three_hundred_dishes_with_endless_names_end_on_five_sheets_that_say_what_is_missing() -> None:
    lines = [{**SOUP, "menu_name": f"{number} " + "Ragù di cinghiale " * 555} for number in range(301)]
    ticket = a_ticket(lines=lines)
    page = page_of(ticket)
    result = on_paper(encode(page, "CP858"))
    assert page.sheets == 5
    assert len(result.sheets) == 5
    assert result.reports == ()
    text = " ".join(row.text for row in page.rows)
    assert "SHEET 5 of 5" in text
    assert re.search(r"\.\.\.\(\+9,\d{3}\)", text)
    assert re.search(r"\.\.\.\(\+\d+ more rows\)", text)
    for sheet in result.sheets:
        assert sheet.lines[-1] == "#4711-1/1 A7Qk"
        assert sheet.bottom - sheet.top <= 2_200 * 8


def test_a_pile_of_marks_on_one_letter_is_cut_short() -> None:
    zalgo = "a" + "\u0301\u0316\u0489" * 4000
    page = page_of(everywhere(zalgo))
    text = "".join(row.text for row in page.rows)
    assert "...(+" in text
    assert on_paper(encode(page, "CP858")).reports == ()
