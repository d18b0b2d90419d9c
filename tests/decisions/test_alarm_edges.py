"""Alarms at their edges: what a headline counts, who tells when nobody is near, and how long is said to have passed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kitchen_printer.decisions.alarm_words import as_text, over, worded
from kitchen_printer.decisions.alarms import (
    Condition,
    NoRoute,
    PaperIsLow,
    PrinterDown,
    RecordIsBroken,
    StationSilent,
    TicketsFailed,
    TicketsHeld,
    repeat_after,
    tickets_of,
)
from kitchen_printer.decisions.messenger import messenger
from kitchen_printer.decisions.notice import LISTED_MAX, Alarm, Listed, counted, lasted, listed
from kitchen_printer.decisions.reason import WORDS, Reason
from kitchen_printer.decisions.sight import BrokenRecord
from tests.decisions.test_alarms import (
    BAR_DOWN,
    NOW,
    a_printer,
    a_station,
    a_ticket,
    ago,
    down,
    found,
)
from tests.decisions.tickets import ZONE

BROKEN = RecordIsBroken(BrokenRecord(at=ago(180), copies=0))


def text(condition: Condition) -> list[str]:
    return as_text(worded(condition, NOW, ZONE, is_repeated=False), NOW, ZONE).splitlines()


@pytest.mark.parametrize(
    ("condition", "key"),
    [
        (BAR_DOWN, "printer 1"),
        (NoRoute(a_station("GRILL")), "no route for GRILL"),
        (StationSilent(a_station("GRILL")), "GRILL is silent"),
        (TicketsFailed(()), "failed tickets"),
        (TicketsHeld(()), "held tickets"),
        (PaperIsLow(a_printer(7)), "paper low, printer 7"),
        (BROKEN, f"record broken {ago(180).isoformat()}"),
    ],
)
def test_each_condition_has_its_key_in_the_record(condition: Condition, key: str) -> None:
    assert condition.key == key


def test_a_condition_that_nobody_gave_a_reason_is_an_offline_printer() -> None:
    (condition,) = found(printers=(down(1, "BAR", reason=None),))
    assert condition == PrinterDown(down(1, "BAR", reason=None), Reason.OFFLINE)


def test_a_printer_whose_paper_is_low_may_be_down_as_well() -> None:
    thin = down(1, "BAR", paper_low_since=ago(30))
    assert [each.key for each in found(printers=(thin,))] == ["printer 1", "paper low, printer 1"]


def test_a_database_that_may_lack_nothing_says_nothing_of_copies() -> None:
    assert text(BROKEN)[0] == "The database was replaced."
    assert text(BROKEN)[1].startswith("Ask which tables ordered")


def test_a_printer_for_which_nothing_waits_says_so() -> None:
    assert text(BAR_DOWN)[0] == "No ticket waits for it."


@pytest.mark.parametrize(("more", "last"), [(0, "BAR 039"), (1, "... and 1 more"), (5, "... and 5 more")])
def test_a_long_list_in_a_message_is_cut_and_counted(more: int, last: str) -> None:
    tickets = tuple(a_ticket(number) for number in range(LISTED_MAX + more))
    lines = text(TicketsFailed(tickets))
    assert lines[-1].startswith(last)
    assert len([line for line in lines if line.startswith("BAR ")]) == LISTED_MAX


def test_reasons_are_named_once_and_tickets_without_one_add_none() -> None:
    tickets = (
        a_ticket(1),
        a_ticket(2),
        replace(a_ticket(3), reason=None),
        replace(a_ticket(4), reason=Reason.PARTIAL),
    )
    sentences = [WORDS[Reason.PAPER_OUT].sentence, WORDS[Reason.PARTIAL].sentence]
    assert text(TicketsHeld(tickets))[:2] == sentences
    assert len([line for line in text(TicketsHeld(tickets)) if line.startswith("BAR ")]) == 4


def test_an_alarm_without_advice_is_a_message_without_an_empty_line() -> None:
    assert as_text(Alarm(headline="x", details=("y",)), NOW, ZONE) == "y"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 min"),
        (59, "0 min"),
        (60, "1 min"),
        (119 * 60 + 59, "119 min"),
        (120 * 60, "2 h 00"),
        (121 * 60, "2 h 01"),
        (185 * 60, "3 h 05"),
    ],
)
def test_how_long_ago_is_said_in_minutes_then_in_hours(seconds: int, said: str) -> None:
    assert lasted(NOW - timedelta(seconds=seconds), NOW) == said
    assert over("BAR: printer busy", NOW - timedelta(seconds=seconds), NOW).startswith(f"Over after {said}: ")


def test_a_ticket_without_number_and_table_is_listed_by_its_station_and_time() -> None:
    assert (
        listed(Listed(station="BAR", number=None, table=None, ordered_at=ago(0)), NOW, ZONE)
        == "BAR  19:45 (0 min)"
    )
    assert [counted(0), counted(1), counted(2)] == ["0 tickets", "1 ticket", "2 tickets"]


@pytest.mark.parametrize(
    ("tellings", "interval"), [(1, 600), (2, 1200), (3, 2400), (4, 4800), (5, 4800), (10_000, 4800)]
)
def test_an_alarm_that_nobody_answers_is_told_less_and_less_often_up_to_a_limit(
    tellings: int, interval: float
) -> None:
    assert repeat_after(tellings, 600) == interval


@pytest.mark.parametrize(
    ("condition", "tickets"),
    [
        (TicketsFailed((a_ticket(1), a_ticket(2))), [1, 2]),
        (TicketsHeld((a_ticket(3),)), [3]),
        (BAR_DOWN, []),
        (NoRoute(a_station()), []),
        (StationSilent(a_station()), []),
        (PaperIsLow(a_printer(1)), []),
        (BROKEN, []),
    ],
)
def test_only_alarms_about_tickets_name_them_one_by_one(condition: Condition, tickets: list[int]) -> None:
    assert sorted(tickets_of(condition)) == tickets


@pytest.mark.parametrize(
    ("condition", "chosen"),
    [
        (TicketsFailed((a_ticket(1, station="GRILL"),)), 3),
        (TicketsHeld((a_ticket(1, station="GRILL"),)), 3),
        (PaperIsLow(a_printer(3, "GRILL")), 3),
        (PrinterDown(a_printer(3, "GRILL"), Reason.BUSY), 2),  # never the one that it is about
        (NoRoute(a_station("GRILL")), 2),
        (StationSilent(a_station("GRILL")), 2),
        (BROKEN, 2),
        (None, 2),
    ],
)
def test_an_alarm_is_told_near_to_who_must_act(condition: Condition | None, chosen: int) -> None:
    assert messenger(condition, (a_printer(3, "GRILL"), a_printer(2, "BAR")), None) == chosen


def test_where_the_alarm_came_the_all_clear_comes_even_from_a_busy_printer_that_is_not_ready() -> None:
    busy = a_printer(9, is_ready=False, waiting=50)
    assert messenger(None, (busy, a_printer(1, "BAR")), 9) == 9
    assert messenger(None, (replace(busy, is_down=True), a_printer(1, "BAR")), 9) == 1


@pytest.mark.parametrize(
    ("stations", "name"),
    [
        ((), "10.0.0.1:9100"),
        (("BAR",), "BAR"),
        (("A", "B", "C"), "A/B/C"),
        (("A", "B", "C", "D"), "10.0.0.1:9100"),
    ],
)
def test_a_printer_is_called_by_its_stations_where_these_are_few(
    stations: tuple[str, ...], name: str
) -> None:
    assert a_printer(1, *stations).name == name
