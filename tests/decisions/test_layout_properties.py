"""Whatever is ordered: it fits the paper, it is all there, in order, and the footer is the last word."""

import re
from time import process_time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kitchen_printer.decisions.layout import footer
from kitchen_printer.decisions.page import Direction, Paper, Row, Size
from kitchen_printer.decisions.text import printable, to_bytes
from kitchen_printer.decisions.ticket import JobKind
from kitchen_printer.decisions.wrapping import wrapped
from tests.decisions.tickets import WIDE, a_bare_ticket, a_job, a_ticket, the_page

CODECS = ("cp437", "cp850", "cp852", "cp858", "cp866", "cp1252")
PAPERS = st.builds(Paper, columns=st.sampled_from([32, 42, 48, 64]), codec=st.sampled_from(CODECS))
NARROWEST = st.builds(Paper, columns=st.integers(16, 96), codec=st.sampled_from(CODECS))

WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz äöéß€щ你\x1b\n"), min_size=1, max_size=80)
TEXTS = st.one_of(WORDS, st.text(max_size=40))
MAYBE = st.none() | TEXTS
LINES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "action": st.sampled_from(["ADD", "VOID", "CHANGE"]),
        "qty": st.decimals("0.001", 1000, places=3),
        "order_item_id": st.integers(1, 9),
        "menu_name": MAYBE,
        "modifiers": st.lists(TEXTS, max_size=3),
        "old_modifiers": st.lists(TEXTS, max_size=2),
        "note": MAYBE,
        "old_note": MAYBE,
        "seat": MAYBE,
        "course": MAYBE,
    }
)
TICKETS = st.builds(
    a_ticket,
    kind=st.sampled_from(["ORDER", "VOID"]),
    station=st.sampled_from(["BAR", "KITCHEN", "A STATION OF THIRTY-TWO LETTERS."]),
    station_seq=st.none() | st.integers(1, 10**6),
    round_no=st.none() | st.integers(1, 30),
    table_label=MAYBE,
    bill_number=MAYBE,
    order_type=MAYBE,
    server_name=MAYBE,
    guests=st.none() | st.integers(0, 10**6),
    note=MAYBE,
    lines=st.lists(LINES, max_size=4),
)
JOBS = st.builds(
    a_job,
    kind=st.sampled_from([JobKind.TICKET, JobKind.REPRINT]),
    ticket_id=st.integers(1, 2**63 - 1),
    copy_no=st.integers(1, 99),
    attempt_no=st.integers(1, 99),
    marked=st.booleans(),
    station=st.sampled_from(["BAR", "KITCHEN"]),
    token_printed=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=4, max_size=4),
)


def width_of(row: Row) -> int:
    return len(row.text) * (2 if row.size is Size.BIG else 1)


def seen(text: str) -> str:
    """What of a text is ink: everything but blanks."""
    return text.replace(" ", "")


@given(TICKETS, JOBS, NARROWEST)
def test_no_row_is_wider_than_the_paper_and_every_row_is_text(ticket: Any, job: Any, paper: Paper) -> None:
    for row in the_page(ticket, job, paper).rows:
        assert width_of(row) <= paper.columns
        assert to_bytes(row.text, paper.codec).decode(paper.codec) == row.text
        assert not row.is_whole


@given(TICKETS, JOBS, PAPERS)
def test_the_footer_is_the_last_row_and_nothing_else_is(ticket: Any, job: Any, paper: Paper) -> None:
    *_, last = the_page(ticket, job, paper).rows
    assert last == Row(text=footer(job), direction=Direction.LTR)
    assert re.fullmatch(r"#\d+-\d+/\d+ [!-~]{4}", last.text)
    assert last.text == f"#{job.ticket_id}-{job.copy_no}/{job.attempt_no} {job.token_printed}"


@given(TICKETS, PAPERS)
def test_everything_ordered_is_on_the_page_in_order(ticket: Any, paper: Paper) -> None:
    ink = seen("".join(row.text for row in the_page(ticket, paper=paper).rows))
    for line in ticket.lines:
        parts = [line.name, *line.modifiers, line.note or ""]
        if line.action == "CHANGE":
            parts += [*line.old_modifiers, line.old_note or ""]
        for part in parts:
            expected = seen(printable(part, paper.codec))
            assert expected in ink
            ink = ink[ink.index(expected) + len(expected) :]
    assert seen(printable(ticket.note or "", paper.codec)) in ink


@given(TICKETS, PAPERS)
def test_every_fact_about_the_bill_is_on_the_page(ticket: Any, paper: Paper) -> None:
    ink = seen("".join(row.text for row in the_page(ticket, paper=paper).rows))
    for fact in (
        ticket.table_label,
        ticket.bill_number,
        ticket.order_type,
        ticket.server_name,
        ticket.station,
    ):
        assert seen(printable(fact or "", paper.codec)) in ink


@given(st.text(st.sampled_from("ab  "), max_size=200), st.sampled_from([16, 32, 48]))
@example(text=" " * 60 + "a" * 100, columns=32)
@example(text=" " * 15 + "a b " * 30, columns=16)
def test_a_text_that_is_broken_over_rows_can_be_put_together_again(text: str, columns: int) -> None:
    """A break takes the one space it stands at, or nothing; every row after the first is indented."""
    indent = " " * min(len(text) - len(text.lstrip(" ")) + 2, columns // 2)
    rest = text
    for place, piece in enumerate(wrapped(text, columns)):
        assert piece.startswith(indent) or place == 0
        part = piece if place == 0 else piece[len(indent) :]
        assert rest.startswith(part)
        rest = rest[len(part) :]
        rest = rest.removeprefix(" ")
    assert rest.strip(" ") == ""


@pytest.mark.parametrize("letters", range(44, 50))
def test_a_blank_that_hangs_over_the_end_begins_no_row_of_its_own(letters: int) -> None:
    """A note is printed white on black with a blank on either side: alone in a row that would be a black bar."""
    page = the_page(
        a_bare_ticket(lines=[{"action": "ADD", "qty": 1, "menu_name": "X", "note": "n" * letters}])
    )
    notes = [row.text for row in page.rows if row.inverse]
    assert len(notes) == (1 if letters <= 47 else 2)
    assert all(row.strip() for row in notes)


@pytest.mark.parametrize("name", ["x" * 10_000, "chicken " * 1_250, " " * 5_000 + "x" * 5_000])
@pytest.mark.parametrize("columns", [16, 32, 48])
def test_a_name_of_ten_thousand_characters_says_how_much_of_it_is_missing(name: str, columns: int) -> None:
    began = process_time()
    page = the_page(
        a_bare_ticket(lines=[{"action": "ADD", "qty": 1, "menu_name": name}]),
        paper=Paper(columns=columns, codec="cp858"),
    )
    assert process_time() - began < 1.0
    assert seen(f"{name[:200]}...(+9,800)") in seen("".join(row.text for row in page.rows))
    assert all(width_of(row) <= columns for row in page.rows)


def test_the_length_of_a_page_is_an_upper_estimate_of_the_paper_it_takes() -> None:
    """30 dots of line spacing make 3.75 mm at 8 dots per millimetre; letters twice as high take 48 dots."""
    page = the_page(a_ticket(), paper=WIDE)
    least = sum(3.75 if row.size is Size.NORMAL else 6.0 for row in page.rows)
    assert least < page.length_mm < 2 * least + 25
