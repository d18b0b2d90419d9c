"""Notices: what each says on paper, and that nothing else is one."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.notice import (
    LISTED_MAX,
    Alarm,
    AllClear,
    Exceptions,
    HomeComing,
    Listed,
    MalformedNoticeError,
    Notice,
    PaperTest,
    RecoveryList,
    Specimen,
    UnprovedTicket,
    UnsentItem,
    lay_out_notice,
    read_notice,
)
from kitchen_printer.decisions.page import Page
from kitchen_printer.decisions.ticket import Job, JobKind
from tests.decisions.tickets import NARROW, WIDE, ZONE, a_job

NOW = datetime(2026, 6, 1, 17, 45, 30, tzinfo=UTC)
ORDERED = datetime(2026, 6, 1, 17, 42, 30, tzinfo=UTC)
SOUP = Listed(station="KITCHEN", number=41, table="12", ordered_at=ORDERED)
OLD = Listed(station="BAR", number=7, table=None, ordered_at=datetime(2026, 6, 1, 9, 0, tzinfo=UTC))

NOTICES: tuple[Notice, ...] = (
    Alarm(
        headline="KITCHEN printer: paper out since 19:42",
        details=("4 tickets waiting, oldest 3 min",),
        advice="Put in a new roll and close the cover.",
        tickets=(SOUP,),
    ),
    AllClear(headline="KITCHEN printer: prints again"),
    RecoveryList(waiting=2, tickets=(OLD, SOUP)),
    HomeComing(printed=1, tickets=(SOUP,)),
    Exceptions(
        since=OLD.ordered_at,
        unsent=1,
        unsent_items=(UnsentItem(station="BAR", quantity="2", name="Lager"),),
        unproved=1,
        tickets=(UnprovedTicket(exception="failed", ticket=SOUP),),
    ),
    PaperTest(),
    Specimen(),
)


def a_notice_job(**fields: Any) -> Job:
    return a_job(id=99, kind=JobKind.NOTICE, ticket_id=None, station="", **fields)


def lines(page: Page) -> list[str]:
    return [row.text.strip() for row in page.rows]


def said(notice: Notice, **job: Any) -> list[str]:
    return lines(lay_out_notice(notice, a_notice_job(**job), NOW, WIDE, ZONE))


def test_every_kind_of_notice_is_tried_here() -> None:
    assert {type(each) for each in NOTICES} == set(get_args(Notice))


@pytest.mark.parametrize("notice", NOTICES, ids=lambda each: each.kind)
def test_a_stored_notice_reads_as_it_was_written(notice: Notice) -> None:
    assert read_notice(notice.model_dump_json()) == notice


@pytest.mark.parametrize(
    "stored", ["", "{}", '{"kind": "alarm"}', '{"kind": "joke"}', '{"kind": "all_clear", "x": 1}']
)
def test_what_is_no_notice_is_refused(stored: str) -> None:
    with pytest.raises(MalformedNoticeError):
        read_notice(stored)


def test_the_footer_says_that_it_is_a_notice_and_which() -> None:
    assert said(NOTICES[1])[-1] == "#N99-1/1 A7Qk"


def test_a_repeated_notice_is_marked_like_any_paper() -> None:
    assert said(NOTICES[1], marked=True)[0] == "POSSIBLE DUPLICATE"
    assert "POSSIBLE DUPLICATE" not in said(NOTICES[1])


def test_an_alarm_says_what_is_the_matter_and_what_to_do() -> None:
    assert said(NOTICES[0])[:6] == [
        "ALARM",
        "KITCHEN printer: paper out since 19:42",
        "4 tickets waiting, oldest 3 min",
        "-> Put in a new roll and close the cover.",
        "-" * 48,
        "KITCHEN 041  table 12  19:42 (3 min)",
    ]


def test_a_recovery_list_has_number_table_and_age_oldest_first() -> None:
    assert said(NOTICES[2])[:5] == [
        "LATE TICKETS FOLLOW",
        "2 tickets waited, oldest first:",
        "-" * 48,
        "BAR 007  11:00 (8 h 45)",
        "KITCHEN 041  table 12  19:42 (3 min)",
    ]


def test_the_end_of_a_service_names_items_and_tickets_and_says_so_when_there_are_none() -> None:
    (exceptions,) = [each for each in NOTICES if isinstance(each, Exceptions)]
    assert said(exceptions)[:7] == [
        "END OF SERVICE",
        "Since 11:00, not proved to be on paper:",
        "-" * 48,
        "1 item on no ticket:",
        "BAR  2 x Lager",
        "-" * 48,
        "1 ticket:",
    ]
    assert said(exceptions)[7] == "FAILED  KITCHEN 041  table 12  19:42 (3 min)"
    nothing = Exceptions(since=OLD.ordered_at, unsent=0, unsent_items=(), unproved=0, tickets=())
    assert "Nothing. Every item is on a confirmed paper." in said(nothing)


def test_a_long_list_says_how_many_more_there_are() -> None:
    rows = said(RecoveryList(waiting=200, tickets=(SOUP,) * LISTED_MAX))
    assert rows.count("KITCHEN 041  table 12  19:42 (3 min)") == LISTED_MAX
    assert "... and 160 more" in rows


@given(st.text(), st.text(max_size=200), st.sampled_from([WIDE, NARROW]))
def test_whatever_a_table_is_called_the_slip_fits_and_keeps_its_footer(
    headline: str, table: str, paper: Any
) -> None:
    notice = Alarm(headline=headline, tickets=(SOUP.model_copy(update={"table": table}),))
    page = lay_out_notice(notice, a_notice_job(), NOW, paper, ZONE)
    assert all(len(row.text) <= paper.columns for row in page.rows)
    assert page.rows[-1].text == "#N99-1/1 A7Qk"


def test_the_end_of_a_service_counts_items_and_names_what_is_unknown_of_them() -> None:
    items = (
        UnsentItem(station=None, quantity="1.5", name=None),
        UnsentItem(station="BAR", quantity="2", name="Lager"),
    )
    unsent = Exceptions(since=OLD.ordered_at, unsent=7, unsent_items=items, unproved=0, tickets=())
    assert said(unsent)[2:7] == [
        "-" * 48,
        "7 items on no ticket:",
        "NO STATION  1.5 x unknown item",
        "BAR  2 x Lager",
        "-" * 48,
    ]
    unproved = Exceptions(
        since=OLD.ordered_at,
        unsent=0,
        unsent_items=(),
        unproved=9,
        tickets=(UnprovedTicket(exception="waiting", ticket=OLD),),
    )
    assert said(unproved)[2:6] == ["-" * 48, "9 tickets:", "WAITING  BAR 007  11:00 (8 h 45)", "-" * 48]


@pytest.mark.parametrize(("more", "said_below"), [(0, []), (1, ["... and 1 more"]), (9, ["... and 9 more"])])
def test_an_alarm_lists_so_many_tickets_and_counts_the_rest(more: int, said_below: list[str]) -> None:
    rows = said(Alarm(headline="x", tickets=(SOUP,) * (LISTED_MAX + more)))
    assert rows.count("KITCHEN 041  table 12  19:42 (3 min)") == LISTED_MAX
    assert [row for row in rows if row.startswith("...")] == said_below


def test_forty_tickets_are_listed() -> None:
    assert LISTED_MAX == 40  # more than a slip of a metre holds helps nobody


def test_an_alarm_about_no_ticket_has_no_list_and_without_advice_no_arrow() -> None:
    assert said(Alarm(headline="x"))[:3] == ["ALARM", "x", "-" * 48]


def test_what_is_no_notice_is_told_by_its_fields_and_never_by_its_content() -> None:
    with pytest.raises(MalformedNoticeError) as malformed:
        read_notice('{"kind": "recovery_list", "waiting": "Anna", "tickets": [{"station": "Otto"}]}')
    assert "recovery_list.waiting: " in str(malformed.value)
    assert "recovery_list.tickets.0.number: Field required" in str(malformed.value)
    assert ";" in str(malformed.value)
    assert not [name for name in ("Anna", "Otto", "https") if name in str(malformed.value)]
