"""Which alarms are due, who tells them, and what they say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen_printer.decisions.alarm_words import as_text, over, worded
from kitchen_printer.decisions.alarms import (
    Condition,
    Due,
    NoRoute,
    PaperIsLow,
    Patience,
    PrinterDown,
    RecordIsBroken,
    StationSilent,
    Telling,
    TicketsFailed,
    TicketsHeld,
    Told,
    conditions,
    due,
    ends_silently,
    is_a_hint,
)
from kitchen_printer.decisions.messenger import messenger
from kitchen_printer.decisions.notice import Listed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.sight import BrokenRecord, PrinterSight, Sight, StationSight, Troubled
from tests.decisions.tickets import ZONE

NOW = datetime(2026, 6, 1, 17, 45, tzinfo=UTC)
PATIENCE = Patience(alarm_seconds=30, late_seconds=300, repeat_seconds=600)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def a_printer(printer_id: int, *stations: str, **fields: Any) -> PrinterSight:
    values: dict[str, Any] = {
        "printer_id": printer_id,
        "address": f"10.0.0.{printer_id}:9100",
        "stations": stations,
        "is_ready": True,
        "is_down": False,
        "answers": True,
        "is_served": True,
        "is_parked": False,
        "reason": None,
        "since": ago(9000),
        "waiting": 0,
        "oldest": None,
        **fields,
    }
    return PrinterSight(**values)


def down(printer_id: int, *stations: str, seconds: float = 180, **fields: Any) -> PrinterSight:
    trouble = {"is_ready": False, "is_down": True, "answers": False, "reason": Reason.PAPER_OUT}
    return a_printer(printer_id, *stations, **{**trouble, "since": ago(seconds), **fields})


def a_station(station: str = "BAR", *, waits: float = 400, **fields: Any) -> StationSight:
    values: dict[str, Any] = {
        "station": station,
        "is_routed": True,
        "waiting": 3,
        "oldest": ago(waits),
        "last_printed": None,
        "printers": frozenset({1}),
        **fields,
    }
    return StationSight(**values)


def a_ticket(ticket_id: int, *, since: float = 60, station: str = "BAR") -> Troubled:
    listed = Listed(station=station, number=ticket_id, table="7", ordered_at=ago(1900))
    return Troubled(ticket_id=ticket_id, since=ago(since), listed=listed, reason=Reason.PAPER_OUT)


def sight(**fields: Any) -> Sight:
    nothing: dict[str, Any] = dict.fromkeys(("printers", "stations", "failed", "held"), ())
    times: dict[str, Any] = {"now": NOW, "watched_since": ago(300)}
    return Sight(**(nothing | times | fields))


def found(**fields: Any) -> list[Condition]:
    return list(conditions(sight(**fields), PATIENCE))


def told(seconds: float, tellings: int = 1, *tickets: int) -> Told:
    return Told(told_at=ago(seconds), tellings=tellings, tickets=frozenset(tickets))


def next_telling(condition: Condition, before: Told | None) -> Telling | None:
    on_record = {condition.key: before} if before else {}
    return next((each.telling for each in due([condition], on_record, NOW, PATIENCE)), None)


BAR_DOWN = PrinterDown(down(1, "BAR"), Reason.PAPER_OUT)
BAR_LATE = PrinterDown(down(1, "BAR", waiting=4, oldest=ago(301)), Reason.PAPER_OUT)


def test_a_healthy_kitchen_has_nothing_to_tell() -> None:
    assert found(printers=(a_printer(1, "BAR"),), stations=(a_station(waits=20),)) == []


@pytest.mark.parametrize(
    ("printer", "is_alarmed"),
    [
        (down(1, "BAR", seconds=30), True),
        (down(1, "BAR", seconds=29), False),  # it may be back before anybody has read a slip
        (down(1, "BAR", is_parked=True), False),  # whoever parked it knows
        (down(1), False),  # it was replaced: no station has it any more
        (down(1, waiting=1), True),
    ],
)
def test_a_printer_that_stays_down_is_an_alarm(printer: PrinterSight, is_alarmed: bool) -> None:
    assert [each.key for each in found(printers=(printer,))] == (["printer 1"] if is_alarmed else [])


@pytest.mark.parametrize("reason", [Reason.PAPER_OUT, Reason.UNREACHABLE])
def test_a_printer_that_is_mended_and_only_waits_to_come_home_raises_no_alarm_and_ends_none(
    reason: Reason,
) -> None:
    mended = down(1, "BAR", reason=reason, answers=True, waiting=4, oldest=ago(301))
    assert found(printers=(mended,)) == []
    (kept,) = conditions(sight(printers=(mended,)), PATIENCE, {"printer 1"})
    assert kept == PrinterDown(mended, reason)
    assert list(due([kept], {kept.key: told(10**6)}, NOW, PATIENCE)) == []  # nor does it say STILL


@pytest.mark.parametrize("reason", [Reason.DOES_NOT_CONFIRM, Reason.INTERNAL_ERROR, None])
def test_what_a_printer_can_have_although_it_answers_is_an_alarm(reason: Reason | None) -> None:
    (alarm,) = found(printers=(down(1, "BAR", reason=reason, answers=True, waiting=4, oldest=ago(301)),))
    assert alarm.key == "printer 1"
    assert next_telling(alarm, None) is Telling.RAISED
    assert next_telling(alarm, told(600)) is Telling.REPEATED


@pytest.mark.parametrize(
    ("station", "condition"),
    [
        (a_station(is_routed=False, waits=30), NoRoute),
        (a_station(is_routed=False, waits=29), None),
        (a_station(waits=300), StationSilent),
        (a_station(waits=299), None),
        (a_station(waits=400, last_printed=ago(10)), None),  # a long backlog that is being printed
        (a_station(waits=400, last_printed=ago(300)), StationSilent),
        (a_station(waits=400, printers=frozenset({1, 2})), None),  # its printer has an alarm of its own
    ],
)
def test_a_station_that_prints_nothing_is_an_alarm(
    station: StationSight, condition: type[Condition] | None
) -> None:
    alarms = [
        each for each in found(printers=(down(2, "PASS"),), stations=(station,)) if each.key != "printer 2"
    ]
    assert [type(each) for each in alarms] == ([condition] if condition else [])


def test_a_silence_is_told_only_by_who_has_listened_that_long_and_lasts_over_a_restart() -> None:
    just_started = sight(stations=(a_station(waits=30000),), watched_since=ago(299))
    assert list(conditions(just_started, PATIENCE)) == []
    assert [each.key for each in conditions(just_started, PATIENCE, {"BAR is silent"})] == ["BAR is silent"]


def test_failed_and_held_tickets_are_alarms_once_they_have_stood_a_moment() -> None:
    assert found(failed=(a_ticket(1, since=10),), held=(a_ticket(2, since=10),)) == []
    both = found(failed=(a_ticket(1), a_ticket(3, since=10)), held=(a_ticket(2),))
    assert both == [TicketsFailed((a_ticket(1),)), TicketsHeld((a_ticket(2),))]


@pytest.mark.parametrize(
    ("condition", "before", "telling"),
    [
        (BAR_DOWN, None, Telling.RAISED),
        (BAR_DOWN, told(1), None),
        (BAR_DOWN, told(10**6), None),  # no ticket waits: once is enough
        (BAR_LATE, told(599), None),
        (BAR_LATE, told(600), Telling.REPEATED),
        (BAR_LATE, told(1199, 2), None),
        (BAR_LATE, told(1200, 2), Telling.REPEATED),
        (BAR_LATE, told(4800, 1000), Telling.REPEATED),
        (NoRoute(a_station(waits=299)), told(10**6), None),
        (NoRoute(a_station(waits=300)), told(600), Telling.REPEATED),
        (StationSilent(a_station(waits=300)), told(600), Telling.REPEATED),
        (TicketsHeld((a_ticket(1),)), told(600, 1, 1), Telling.REPEATED),
        (TicketsFailed((a_ticket(1),)), told(599, 1, 1), None),
        (TicketsFailed((a_ticket(1),)), told(600, 1, 1), Telling.REPEATED),
        (TicketsFailed((a_ticket(1), a_ticket(2))), told(29, 1, 1), None),  # one more is news, but no storm
        (TicketsFailed((a_ticket(1), a_ticket(2))), told(30, 1, 1), Telling.REPEATED),
        (TicketsFailed((a_ticket(2),)), told(1, 1, 1, 2), None),  # one less is not
    ],
)
def test_an_alarm_is_told_once_and_again_only_while_it_presses(
    condition: Condition, before: Told | None, telling: Telling | None
) -> None:
    assert next_telling(condition, before) is telling


def test_a_thin_roll_is_a_hint_that_is_told_once_per_roll_and_only_of_printers_in_use() -> None:
    thin = a_printer(1, "BAR", paper_low_since=ago(30), paper_low_tickets=12)
    (hint,) = found(printers=(thin,))
    assert hint == PaperIsLow(thin)
    assert next_telling(hint, None) is Telling.RAISED
    assert next_telling(hint, told(10**6)) is None
    assert is_a_hint(hint.key)
    assert not is_a_hint(BAR_DOWN.key)
    assert found(printers=(replace(thin, paper_low_since=ago(29)),)) == []
    assert found(printers=(replace(thin, stations=()),)) == []
    alarm = worded(hint, NOW, ZONE, is_repeated=False)
    assert alarm.headline == "BAR: paper low, about 12 tickets left"
    assert as_text(alarm, NOW, ZONE).splitlines() == ["It still prints.", "Have a new roll ready."]


def test_a_database_that_may_lack_orders_is_told_once_and_never_over() -> None:
    (broken,) = found(broken=BrokenRecord(at=ago(180), copies=3))
    assert isinstance(broken, RecordIsBroken)
    assert next_telling(broken, None) is Telling.RAISED
    assert next_telling(broken, told(10**6)) is None
    assert (is_a_hint(broken.key), ends_silently(broken.key)) == (False, True)
    assert messenger(broken, (BAR_DOWN.printer, a_printer(2)), None) == 2
    alarm = worded(broken, NOW, ZONE, is_repeated=False)
    assert alarm.headline == "Orders before 19:42 may be lost"
    assert as_text(alarm, NOW, ZONE).splitlines() == [
        "The database was replaced.",
        "3 tickets will say POSSIBLE DUPLICATE.",
        "Ask which tables ordered just then, and look for their papers.",
    ]


def test_what_is_over_is_told_once() -> None:
    assert list(due([], {"printer 1": told(5)}, NOW, PATIENCE)) == [Due("printer 1", Telling.OVER, None)]
    assert list(due([], {}, NOW, PATIENCE)) == []


@pytest.mark.parametrize(
    ("printers", "before", "chosen"),
    [
        ((a_printer(2), a_printer(3, "BAR")), None, 3),  # near to who must act
        ((a_printer(2, waiting=5), a_printer(3)), None, 3),
        ((a_printer(2), a_printer(3)), 3, 3),
        ((a_printer(2, is_ready=False), a_printer(3, waiting=9)), None, 3),
        ((a_printer(2, is_ready=False),), None, 2),  # nobody has tried it yet
        ((down(2), a_printer(3, is_served=False), a_printer(4, is_parked=True)), None, None),
        ((), None, None),
    ],
)
def test_a_living_printer_tells_of_a_dead_one(
    printers: tuple[PrinterSight, ...], before: int | None, chosen: int | None
) -> None:
    assert messenger(BAR_DOWN, (BAR_DOWN.printer, *printers), before) == chosen


@given(st.permutations([a_printer(n, waiting=n % 2) for n in range(1, 6)]))
def test_who_tells_does_not_depend_on_the_order_of_printers(printers: list[PrinterSight]) -> None:
    assert messenger(BAR_DOWN, printers, None) == 2


def test_an_alarm_says_what_since_when_how_many_wait_and_what_to_do() -> None:
    alarm = worded(BAR_LATE, NOW, ZONE, is_repeated=False)
    assert alarm.headline == "BAR: printer out of paper since 19:42"
    assert as_text(alarm, NOW, ZONE).splitlines() == [
        "4 tickets waiting, oldest 5 min",
        "Put in a new roll and close the cover.",
    ]
    assert worded(BAR_LATE, NOW, ZONE, is_repeated=True).headline == f"STILL: {alarm.headline}"
    assert over(alarm.headline, ago(870), NOW) == f"Over after 14 min: {alarm.headline}"


def test_failed_tickets_are_listed_with_the_reason() -> None:
    alarm = worded(TicketsFailed((a_ticket(41), a_ticket(42))), NOW, ZONE, is_repeated=False)
    assert alarm.headline == "2 tickets FAILED and will not print"
    assert as_text(alarm, NOW, ZONE).splitlines() == [
        "The printer is out of paper.",
        "Tell the kitchen by voice, then: kitchen-printer retry or reprint.",
        "BAR 041  table 7  19:13 (31 min)",
        "BAR 042  table 7  19:13 (31 min)",
    ]


@pytest.mark.parametrize(
    ("condition", "headline"),
    [
        (NoRoute(a_station(is_routed=False)), "BAR has no printer"),
        (StationSilent(a_station()), "BAR prints nothing"),
        (StationSilent(a_station(last_printed=ago(900))), "BAR prints nothing, last paper 19:30"),
        (TicketsHeld((a_ticket(1),)), "1 ticket held: on paper or not?"),
        (PrinterDown(down(1, "A", "B", "C", "D"), Reason.BUSY), "10.0.0.1:9100: printer busy since 19:42"),
    ],
)
def test_every_other_alarm_has_its_headline(condition: Condition, headline: str) -> None:
    assert worded(condition, NOW, ZONE, is_repeated=False).headline == headline
    assert worded(condition, NOW, ZONE, is_repeated=False).advice


def test_a_printer_of_few_stations_is_called_by_them() -> None:
    assert replace(BAR_DOWN.printer, stations=("BAR", "PASS")).name == "BAR/PASS"
