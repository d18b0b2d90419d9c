"""What the cook reads: whole pages, on wide (80 mm) and narrow (58 mm) paper.

In front of each row stands how it is printed: B big or T tall, ! bold, # white on black.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitchen_printer.decisions.banners import briefly
from kitchen_printer.decisions.layout import footer
from kitchen_printer.decisions.occasion import Backup, Occasion, Reprint
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.roll import PaperLow
from kitchen_printer.decisions.ticket import Job, JobKind, Ticket
from tests.decisions.tickets import (
    NARROW,
    ORDERED_AT,
    SOUP,
    STEAK,
    WIDE,
    a_bare_ticket,
    a_job,
    a_ticket,
    an_occasion,
    drawn,
    the_page,
)

SALMON: dict[str, Any] = {
    "action": "VOID",
    "qty": 1,
    "order_item_id": 13,
    "menu_name": "SALMON",
    "note": "well done",
}
BURGER: dict[str, Any] = {
    "action": "CHANGE",
    "qty": 2,
    "order_item_id": 14,
    "menu_name": "BURGER",
    "modifiers": ["no onion"],
    "note": "gluten free",
    "old_modifiers": ["no cheese"],
    "old_note": "hurry",
    "old_seat": "1",
    "old_course": "1",
}
LAMB: dict[str, Any] = {
    **SOUP,
    "menu_name": "Slow roasted shoulder of lamb with rosemary potatoes",
    "modifiers": ["sauce of the house on the side"],
    "note": "one without rosemary please, the guest is allergic to it",
}

ORDER = """
B! |KITCHEN 041|
B  |TABLE 12|
T! |DINE IN|
   |19:42 / Bill B-1007 / Anna / 4 guests|
   |Part 2 of 3: BAR, DESSERT|
   |------------------------------------------------|
B! |2 x SOUP|
B! |1 x STEAK|
   |   Course 2 / Seat 3|
T  |   + rare|
T  |   + 2 x fries|
T!#| no salt |
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""

ORDER_ON_NARROW_PAPER = """
B! |KITCHEN 041|
B  |TABLE 12|
T! |DINE IN|
   |19:42 / Bill B-1007 / Anna / 4|
   |  guests|
   |Part 2 of 3: BAR, DESSERT|
   |--------------------------------|
B! |2 x SOUP|
B! |1 x STEAK|
   |   Course 2 / Seat 3|
T  |   + rare|
T  |   + 2 x fries|
T!#| no salt |
   |--------------------------------|
   |#4711-1/1 A7Qk|
"""

SECOND_ROUND_WITH_A_VOID_AND_A_CHANGE = """
B!#| ADD-ON 2 |
B! |KITCHEN|
   |19:42|
   |------------------------------------------------|
B! |2 x SOUP|
B!#|VOID 1 x SALMON|
T!#| well done |
B! |CHANGE 2 x BURGER|
T  |   + no onion|
T!#| gluten free |
   |   was: no cheese / hurry / Course 1 / Seat 1|
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""

VOID = """
B!#| VOID |
B! |KITCHEN 041|
B  |TABLE 12|
T! |DINE IN|
   |19:42 / Bill B-1007 / Anna / 4 guests|
   |Part 2 of 3: BAR, DESSERT|
   |------------------------------------------------|
B!#|VOID 1 x SALMON|
T!#| well done |
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""

MESSAGE_ON_NARROW_PAPER = """
B!#| MESSAGE |
B! |KITCHEN|
   |19:42|
   |--------------------------------|
B! |86 salmon, tell|
B! |  the tables|
   |--------------------------------|
   |#4711-1/1 A7Qk|
"""

MARKED_REPRINT_WITHOUT_ROUTE = """
B!#| REPRINT |
B!#| POSSIBLE DUPLICATE |
T!#| NO ROUTE FOR DESSERT AND PASTRY |
B!#| ADD-ON 2 |
B! |DESSERT AND PASTRY|
   |19:42|
   |------------------------------------------------|
B! |2 x SOUP|
   |------------------------------------------------|
T!#| birthday at 8 |
   |------------------------------------------------|
   |#4711-2/12 A7Qk|
"""

MARKED_REPRINT_WITHOUT_ROUTE_ON_NARROW_PAPER = """
B!#| REPRINT |
T!#| POSSIBLE DUPLICATE |
T!#| NO ROUTE FOR DESSERT AND PASTRY|
B!#| ADD-ON 2 |
B! |DESSERT AND|
B! |  PASTRY|
   |19:42|
   |--------------------------------|
B! |2 x SOUP|
   |--------------------------------|
T!#| birthday at 8 |
   |--------------------------------|
   |#4711-2/12 A7Qk|
"""

BARE = """
B! |KITCHEN|
   |19:42|
   |------------------------------------------------|
B! |2 x SOUP|
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""

LONG_NAMES_ON_NARROW_PAPER = """
B! |KITCHEN|
   |19:42|
   |--------------------------------|
B! |2 x Slow roasted|
B! |  shoulder of|
B! |  lamb with|
B! |  rosemary|
B! |  potatoes|
T  |   + sauce of the house on the|
T  |     side|
  #|                                |
T! || ALLERGY: one without         ||
T! ||   rosemary please, the guest ||
T! ||   is allergic to it          ||
  #|                                |
   |--------------------------------|
  #|                                |
T! || ALLERGY: Slow roasted        ||
T! ||   shoulder of lamb with      ||
T! ||   rosemary potatoes: one     ||
T! ||   without rosemary please,   ||
T! ||   the guest is allergic to   ||
T! ||   it                         ||
  #|                                |
   |--------------------------------|
   |#4711-1/1 A7Qk|
"""

LATE_BACKUP_WITH_VOIDED_LINES = """
B!#| REPRINT |
T!#| Anna: paper torn |
B!#| POSSIBLE DUPLICATE |
B!#| BACKUP |
T!#| FOR KITCHEN - printer out of paper since 19:42 |
B!#| LATE |
T!#| ordered 19:42, printed 20:15 |
B! |KITCHEN|
   |19:42|
   |------------------------------------------------|
T!#| 1 VOIDED, MAKE 1 OF: |
B! |2 x SOUP|
T!#| VOIDED, DO NOT MAKE: |
B!-|1 x STEAK|
   |------------------------------------------------|
   |#4711-1/1 A7Qk|
"""

LATE_BACKUP = an_occasion(
    now=ORDERED_AT + timedelta(minutes=33),
    backup=Backup(reason=Reason.PAPER_OUT, since=ORDERED_AT),
    is_late=True,
    voided={11: Decimal(1), 12: Decimal(1)},
    reprint=Reprint(requested_by="Anna", reason="paper torn"),
)

SECOND_ROUND = a_bare_ticket(round_no=2, lines=[SOUP, SALMON, BURGER])
VOIDED = a_ticket(kind="VOID", round_no=3, lines=[SALMON])
SALMON_IS_OUT = a_bare_ticket(kind="MESSAGE", message="86 salmon, tell the tables", round_no=None, lines=[])
PASTRY = a_bare_ticket(station="DESSERT AND PASTRY", round_no=2, note="birthday at 8")
PASTRY_AT_THE_BAR = a_job(kind=JobKind.REPRINT, marked=True, station="BAR", copy_no=2, attempt_no=12)

PAGES = [
    ("an order", a_ticket(), a_job(), WIDE, ORDER),
    ("an order on narrow paper", a_ticket(), a_job(), NARROW, ORDER_ON_NARROW_PAPER),
    ("a second round", SECOND_ROUND, a_job(), WIDE, SECOND_ROUND_WITH_A_VOID_AND_A_CHANGE),
    ("a void", VOIDED, a_job(), WIDE, VOID),
    ("a message", SALMON_IS_OUT, a_job(), NARROW, MESSAGE_ON_NARROW_PAPER),
    ("all banners", PASTRY, PASTRY_AT_THE_BAR, WIDE, MARKED_REPRINT_WITHOUT_ROUTE),
    (
        "all banners on narrow paper",
        PASTRY,
        PASTRY_AT_THE_BAR,
        NARROW,
        MARKED_REPRINT_WITHOUT_ROUTE_ON_NARROW_PAPER,
    ),
    ("the brief's columns alone", a_bare_ticket(), a_job(), WIDE, BARE),
    ("long names", a_bare_ticket(lines=[LAMB]), a_job(), NARROW, LONG_NAMES_ON_NARROW_PAPER),
]


@pytest.mark.parametrize(("what", "ticket", "job", "paper", "page"), PAGES, ids=[what for what, *_ in PAGES])
def test_a_ticket_reads_like_this(what: str, ticket: Ticket, job: Job, paper: Paper, page: str) -> None:
    assert drawn(the_page(ticket, job, paper)) == page.strip("\n"), what


def test_a_paper_says_what_the_occasion_adds() -> None:
    ticket = a_bare_ticket(lines=[SOUP, STEAK])
    page = the_page(ticket, a_job(kind=JobKind.REPRINT, marked=True), WIDE, LATE_BACKUP)
    assert drawn(page) == LATE_BACKUP_WITH_VOIDED_LINES.strip("\n")


def test_a_time_of_another_day_is_shown_with_its_date() -> None:
    next_morning = an_occasion(now=ORDERED_AT + timedelta(hours=14), is_late=True)
    text = rows(a_bare_ticket(), occasion=next_morning)
    assert " ordered 01 Jun 19:42, printed 09:42 " in text
    assert "01 Jun 19:42" in text


@pytest.mark.parametrize("reason", list(Reason))
def test_a_backup_paper_always_says_for_whom_and_since_when(reason: Reason) -> None:
    occasion = an_occasion(backup=Backup(reason=reason, since=ORDERED_AT))
    text = " ".join(" ".join(rows(a_bare_ticket(), occasion=occasion)).split())
    assert "FOR KITCHEN - printer " in text
    assert "since 19:42" in text


def test_a_void_line_is_not_voided_again_by_what_it_says() -> None:
    text = rows(a_bare_ticket(lines=[{**SOUP, "action": "VOID"}]), occasion=an_occasion(voided={11: 2}))
    assert "VOID 2 x SOUP" in text
    assert not [row for row in text if "VOIDED" in row]


def rows(
    ticket: Ticket, job: Job | None = None, paper: Paper = WIDE, occasion: Occasion | None = None
) -> list[str]:
    return [row.text for row in the_page(ticket, job, paper, occasion).rows]


@pytest.mark.parametrize("banner", ["POSSIBLE DUPLICATE", "REPRINT", "NO ROUTE FOR KITCHEN", "ADD-ON 12"])
@pytest.mark.parametrize("paper", [WIDE, NARROW])
def test_a_banner_stands_in_one_row_so_that_nobody_reads_half_of_it(paper: Paper, banner: str) -> None:
    job = a_job(kind=JobKind.REPRINT, marked=True, station="BAR")
    assert f" {banner} " in rows(a_ticket(round_no=12), job, paper)


@pytest.mark.parametrize("kind", [JobKind.TICKET, JobKind.REPRINT])
@pytest.mark.parametrize("marked", [False, True])
def test_a_marked_paper_says_so_and_an_unmarked_one_does_not(kind: JobKind, marked: bool) -> None:
    text = rows(a_ticket(), a_job(kind=kind, marked=marked))
    assert (" POSSIBLE DUPLICATE " in text) == marked
    assert (" REPRINT " in text) == (kind is JobKind.REPRINT)


def test_a_first_round_and_a_round_nobody_counted_are_no_add_on() -> None:
    for round_no in (None, 1):
        assert not [row for row in rows(a_ticket(round_no=round_no)) if "ADD-ON" in row]


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [
        (1, "1 x"),
        ("1.0", "1 x"),
        ("2.50", "2.5 x"),
        ("0.125", "0.125 x"),
        (100, "100 x"),
        ("1E+2", "100 x"),
        ("0.3333333333333333333333333333333333", "0.3333333333333333333333333333333333 x"),
    ],
)
def test_a_quantity_is_shown_exactly_and_without_needless_zeros(quantity: object, shown: str) -> None:
    text = " ".join(
        rows(a_bare_ticket(lines=[{**SOUP, "qty": quantity}]), paper=Paper(columns=96, codec="cp858"))
    )
    assert f" {shown} SOUP " in text


@pytest.mark.parametrize(
    ("label", "shown"), [("12", "TABLE 12"), ("Table 12", "Table 12"), ("terrace 3", "TABLE terrace 3")]
)
def test_the_word_table_is_said_once(label: str, shown: str) -> None:
    assert shown in rows(a_ticket(table_label=label))


@pytest.mark.parametrize(("guests", "shown"), [(0, "0 guests"), (1, "1 guest"), (2, "2 guests")])
def test_guests_are_counted_as_people_count(guests: int, shown: str) -> None:
    assert f"19:42 / {shown}" in rows(a_bare_ticket(guests=guests))


def test_a_ticket_of_several_parts_names_the_other_stations_and_a_single_one_does_not() -> None:
    two = rows(a_ticket(part=1, parts=2, part_stations=["BAR", "KITCHEN"]))
    assert "Part 1 of 2: BAR" in two
    one = rows(a_ticket(part=1, parts=1, part_stations=["KITCHEN"]))
    assert not [row for row in one if row.startswith("Part ")]


def test_a_change_that_took_everything_away_says_what_it_was_before_there_was_anything() -> None:
    burger = {"action": "CHANGE", "qty": 1, "menu_name": "BURGER", "note": "no salt"}
    assert "   was: as on the menu" in rows(a_bare_ticket(lines=[burger]))


def test_a_void_names_the_note_of_what_it_voids() -> None:
    steak = {**STEAK, "action": "VOID"}
    text = rows(a_bare_ticket(lines=[steak]))
    assert text[text.index("VOID 1 x STEAK") :][:5] == [
        "VOID 1 x STEAK",
        "   Course 2 / Seat 3",
        "   + rare",
        "   + 2 x fries",
        " no salt ",
    ]


@pytest.mark.parametrize("note", ["ALLERGY: nuts", "Allergy - nuts", "allergies: nuts"])
def test_a_warning_that_brings_its_own_heading_has_one_heading(note: str) -> None:
    text = rows(a_bare_ticket(lines=[{**SOUP, "note": note}]))
    assert [row.strip("| ") for row in text if "nuts" in row] == ["ALLERGY: nuts", "ALLERGY: SOUP: nuts"]


@pytest.mark.parametrize(
    "note", ["allergy", "Allergy:", "nut allergy: severe", "allergisch: Nüsse", "花生过敏"]
)
def test_nothing_of_a_warning_is_lost(note: str) -> None:
    text = rows(
        a_bare_ticket(lines=[{**SOUP, "note": note}]),
        paper=Paper(columns=48, codec="cp858", can_draw=lambda _: True),
    )
    assert any(f"ALLERGY: {note} " in row for row in text)


LOW_PAPER = """
B! |KITCHEN 041|
B  |TABLE 12|
T! |DINE IN|
   |19:42 / Bill B-1007 / Anna / 4 guests|
   |Part 2 of 3: BAR, DESSERT|
   |------------------------------------------------|
B! |2 x SOUP|
   |------------------------------------------------|
 ! |PAPER LOW: about 12 tickets left|
   |#4711-1/1 A7Qk|
"""


def test_a_thin_roll_is_told_in_one_line_at_the_foot_of_a_ticket() -> None:
    occasion = an_occasion(paper_low=PaperLow(tickets_left=12))
    page = the_page(a_ticket(lines=[SOUP]), occasion=occasion)
    assert drawn(page) == LOW_PAPER.strip("\n")
    narrow = the_page(a_ticket(lines=[SOUP]), occasion=occasion, paper=NARROW)
    assert narrow.rows[-2].text == "PAPER LOW: about 12 tickets left"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (None, "PAPER LOW"),
        (0, "PAPER LOW: ends soon"),
        (1, "PAPER LOW: about 1 ticket left"),
        (2, "PAPER LOW: about 2 tickets left"),
    ],
)
def test_a_thin_roll_is_never_told_more_exactly_than_it_is_known(left: int | None, said: str) -> None:
    assert rows(a_ticket(), occasion=an_occasion(paper_low=PaperLow(tickets_left=left)))[-2] == said


def test_only_the_last_sheet_of_a_long_ticket_tells_of_a_thin_roll() -> None:
    many = [{**SOUP, "order_item_id": number, "menu_name": f"SOUP {number}"} for number in range(600)]
    page = the_page(a_ticket(lines=many), occasion=an_occasion(paper_low=PaperLow(tickets_left=0)))
    assert page.sheets > 1
    assert [number for number, row in enumerate(page.rows) if row.text.startswith("PAPER LOW")] == [
        len(page.rows) - 2
    ]


def test_the_footer_links_the_paper_to_the_record() -> None:
    assert footer(a_job(ticket_id=2**63 - 1, copy_no=99, attempt_no=20)) == "#9223372036854775807-99/20 A7Qk"
    assert len(footer(a_job(ticket_id=2**63 - 1, copy_no=99, attempt_no=20))) <= NARROW.columns


def test_a_number_in_front_of_a_dish_cannot_be_forged_by_its_name() -> None:
    """Line breaks become spaces: a name cannot begin a row of its own."""
    text = rows(a_bare_ticket(lines=[{**SOUP, "menu_name": "SOUP\n9 x LOBSTER\x1b@"}]))
    assert "2 x SOUP 9 x" in text
    assert "  LOBSTER[U+001B]@" in text


BRIEFLY = {
    Reason.UNREACHABLE: "printer not on the network",
    Reason.REFUSED: "printer refuses to connect",
    Reason.SILENT: "printer does not answer",
    Reason.OFFLINE: "printer offline",
    Reason.COVER_OPEN: "printer cover open",
    Reason.PAPER_OUT: "printer out of paper",
    Reason.CUTTER: "printer cutter stuck",
    Reason.PRINTER_ERROR: "printer fault",
    Reason.BUSY: "printer busy",
    Reason.CONNECTION_LOST: "printer lost",
    Reason.NO_CONFIRMATION: "printer does not confirm",
    Reason.CANNOT_CONFIRM: "printer cannot confirm",
    Reason.DOES_NOT_CONFIRM: "printer does not confirm",
    Reason.POWER_LOST: "printer without power",
    Reason.PARKED: "printer parked",
    Reason.REDIRECTED: "printer redirected by hand",
    Reason.MISCONFIGURED: "printer not set up",
}


@pytest.mark.parametrize("reason", list(Reason))
def test_what_stops_a_printer_is_said_in_a_few_words_and_ours_is_nobodys_business(reason: Reason) -> None:
    assert briefly(reason) == BRIEFLY.get(reason, "printer cannot print")
    assert len(briefly(reason)) <= 26


def test_a_reprint_that_nobody_asked_for_by_name_says_what_it_knows() -> None:
    reprint = a_job(kind=JobKind.REPRINT)

    def below_the_banner(requested_by: str | None, reason: str | None) -> str:
        occasion = an_occasion(reprint=Reprint(requested_by=requested_by, reason=reason))
        return rows(a_bare_ticket(), reprint, occasion=occasion)[1]

    assert below_the_banner(None, None) == "KITCHEN"
    assert below_the_banner("Anna", None) == " Anna "
    assert below_the_banner(None, "paper torn") == " paper torn "
