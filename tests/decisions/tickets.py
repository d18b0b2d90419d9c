"""Tickets for tests: a stored one that is complete, and the parsed values made of it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.page import Direction, Page, Paper, Row, Size
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket, read_ticket

ZONE = ZoneInfo("Europe/Berlin")
WIDE = Paper(columns=48, codec="cp858")
NARROW = Paper(columns=32, codec="cp858")

SOUP: dict[str, Any] = {"action": "ADD", "qty": 2, "order_item_id": 11, "menu_name": "SOUP"}
STEAK: dict[str, Any] = {
    "action": "ADD",
    "qty": 1,
    "order_item_id": 12,
    "menu_name": "STEAK",
    "modifiers": ["rare", {"name": "fries", "quantity": 2}],
    "note": "no salt",
    "seat": "3",
    "course": "2",
}


def as_json(content: dict[str, Any]) -> str:
    """The text that the claim hands out."""
    return json.dumps(content, default=str)


def stored(**fields: Any) -> dict[str, Any]:
    """A ticket as the claim hands it out, columns of `kitchen_tickets` and its lines."""
    return {
        "id": 4711,
        "kind": "ORDER",
        "station": "KITCHEN",
        "station_seq": 41,
        "created_at": ORDERED_AT.isoformat(),
        "round_no": 1,
        "part": 2,
        "parts": 3,
        "part_stations": ["BAR", "KITCHEN", "DESSERT"],
        "bill_number": "B-1007",
        "table_label": "12",
        "order_type": "DINE IN",
        "server_name": "Anna",
        "guests": 4,
        "note": None,
        "message": None,
        "lines": [SOUP, STEAK],
        **fields,
    }


def a_ticket(**fields: Any) -> Ticket:
    return read_ticket(as_json(stored(**fields)))


def a_bare_ticket(**fields: Any) -> Ticket:
    """A ticket of a bill about which only the columns that the brief names are known."""
    bare = dict.fromkeys(("station_seq", "bill_number", "table_label", "order_type", "server_name", "guests"))
    return a_ticket(
        **{**bare, "part": 1, "parts": 1, "part_stations": ["KITCHEN"], "lines": [SOUP], **fields}
    )


def a_job(**fields: Any) -> Job:
    values: dict[str, Any] = {
        "id": 1,
        "kind": JobKind.TICKET,
        "ticket_id": 4711,
        "copy_no": 1,
        "station": "KITCHEN",
        "spent": 0,
        "maybe_on_paper": False,
        "waited_seconds": 0.0,
        "attempt_id": 1,
        "attempt_no": 1,
        "printer_id": 1,
        "marked": False,
        "token_printed": "A7Qk",
        "token_cut": "A7Ql",
        **fields,
    }
    return Job(**values)


ORDERED_AT = datetime(2026, 6, 1, 17, 42, 30, tzinfo=UTC)
"""19:42 in Berlin."""


def an_occasion(**fields: Any) -> Occasion:
    """The ordinary one: printed three seconds after it was ordered."""
    values: dict[str, Any] = {"now": ORDERED_AT + timedelta(seconds=3), **fields}
    return Occasion(**values)


def the_page(
    ticket: Ticket, job: Job | None = None, paper: Paper = WIDE, occasion: Occasion | None = None
) -> Page:
    return lay_out(ticket, job or a_job(), occasion or an_occasion(), paper, ZONE)


def drawn(page: Page) -> str:
    """A page as readable text, each row between bars; before it its size (B big, T tall), ! bold, # inverse, - struck.

    A bar at the right of a row that begins there is doubled.
    """
    return "\n".join(_drawn(row) for row in page.rows)


def _drawn(row: Row) -> str:
    size = {Size.NORMAL: " ", Size.TALL: "T", Size.BIG: "B"}[row.size]
    look = "#" if row.inverse else "-" if row.struck else " "
    marks = f"{size}{'!' if row.bold else ' '}{look}"
    return f"{marks}|{row.text}|{'|' if row.direction is Direction.RTL else ''}"
