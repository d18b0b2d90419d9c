"""Somebody is told: on paper beside a printer that lives, and by message; once, though two services look."""

import re
from collections.abc import Iterator

import pytest

from kitchen_printer.service.facts import (
    AlarmOver,
    AlarmTold,
    AlertNotSent,
    AlertSent,
    GaveUp,
    PrinterCameHome,
    PrinterDown,
    PrinterPaperLow,
)
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from tests.service.sink import Sink, open_sink
from virtual_printer import VirtualPrinter

AT_ONCE = {"KITCHEN_ALARM_SECONDS": "0"}

STANDS = (
    "(SELECT p.state FROM printers p JOIN station_printers r ON p.address = r.printer_ip"
    " WHERE r.station_code = 'KITCHEN')"
)
"""How the printer of the kitchen stands on record."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where alerts arrive."""
    with open_sink() as opened:
        yield opened


def slips(printer: VirtualPrinter) -> list[str]:
    return [sheet.text for sheet in printer.paper.sheets if "#N" in sheet.lines[-1]]


async def test_a_dead_printer_is_told_of_beside_a_living_one_and_by_message_once_and_once_when_it_is_over(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter, sink: Sink
) -> None:
    printer.causes.paper_out_at_line(1)
    await kitchen.route("KITCHEN", printer)
    await kitchen.route("BAR", second_printer)
    for bill in range(4):
        await kitchen.submit("KITCHEN", "Soup", bill_id=bill)
    first = await kitchen.start_service(**AT_ONCE, KITCHEN_ALERT_URLS=sink.url)
    await kitchen.start_service(**AT_ONCE, KITCHEN_ALERT_URLS=sink.url)

    (alarm, *_) = await second_printer.paper.wait_for_sheets(1, timeout=WAIT_SECONDS)
    assert re.fullmatch(r"KITCHEN: printer out of paper since \d\d:\d\d", alarm.lines[1])
    assert alarm.lines[2] == "4 tickets waiting, oldest 0 min"
    assert "-> Put in a new roll and close the cover." in alarm.lines
    printer.causes.refill()
    clear = (await second_printer.paper.wait_for_sheets(2, timeout=WAIT_SECONDS))[1]
    assert clear.lines[1].startswith("Over after 0 min: KITCHEN: printer out of paper")
    await kitchen.wait_until(
        "SELECT count(*) = 2 AS yes FROM print_jobs WHERE kind = 'NOTICE' AND state = 'PRINTED'"
    )
    await kitchen.wait_until("SELECT bool_and(NOT is_open) AS yes FROM kitchen_alarms")

    assert len(slips(second_printer)) == 2
    assert slips(printer) == []
    assert sink.titles == [alarm.lines[1], f"Over after 0 min: {alarm.lines[1]}"]
    assert sink.messages[0]["type"] == "warning"
    assert sink.messages[1]["type"] == "success"
    assert [
        each["event"]
        for each in await kitchen.rows(
            "SELECT event FROM print_events WHERE event LIKE 'alarm%%' ORDER BY id"
        )
    ] == ["alarm_raised", "alarm_over"]
    assert "hunter2" not in str(first.facts.seen)


async def test_a_refilled_printer_that_loses_its_power_before_it_comes_home_is_one_alarm_and_one_all_clear(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    printer.causes.paper_out_at_line(1)
    await kitchen.route("KITCHEN", printer)
    await kitchen.route("BAR", second_printer)
    service = await kitchen.start_service(KITCHEN_ALARM_SECONDS="30", KITCHEN_FAILOVER_SECONDS="50")
    first = await kitchen.submit("KITCHEN", "Soup")
    await kitchen.wait_until(f"SELECT {STANDS} = 'down' AS yes")
    (lane,) = [each for each in service.lanes if each.address == printer.address]
    await kitchen.execute("UPDATE printers SET state_since = now() - interval '1 min' WHERE state = 'down'")
    lane.since -= 60
    alarm = await service.facts.wait_for(AlarmTold)
    assert "KITCHEN: printer out of paper since" in alarm.headline
    await kitchen.wait_until("SELECT bool_or(passed_over_for IS NOT NULL) AS yes FROM printers")

    printer.causes.refill()
    await kitchen.wait_for_status(first, "PRINTED")
    await kitchen.wait_until(f"SELECT {STANDS} = 'ready' AS yes")
    await printer.causes.power_cycle()
    printer.causes.refuse()  # and without power it stays, until it accepts again
    second = await kitchen.submit("KITCHEN", "Steak", bill_id=2)
    await kitchen.wait_until(f"SELECT {STANDS} = 'down' AS yes")
    # Somebody has looked for alarms since, if another one is told, and again, if that is over.
    await kitchen.execute(
        "INSERT INTO kitchen_tickets (bill_id, printer_target, created_at)"
        " VALUES (3, 'GRILL', now() - interval '1 min')"
    )
    await service.facts.wait_for(AlarmTold, lambda each: each.condition == "no route for GRILL")
    printer.causes.accept()
    await kitchen.wait_for_status(second, "PRINTED")
    await kitchen.wait_until(f"SELECT {STANDS} = 'ready' AS yes")
    await kitchen.route("GRILL", second_printer)
    await service.facts.wait_for(AlarmOver, lambda each: each.condition == "no route for GRILL")
    assert service.facts.of(PrinterCameHome) == []
    lane.since, lane.answers = lane.since - 60, 2
    await service.facts.wait_for(PrinterCameHome)
    await service.facts.wait_for(AlarmOver, lambda each: each.condition == alarm.condition)
    await kitchen.wait_until("SELECT bool_and(settled_at IS NOT NULL) AS yes FROM print_jobs")

    assert [
        each["event"]
        for each in await kitchen.rows(
            "SELECT event FROM print_events WHERE detail ->> 'condition' = %s ORDER BY id", [alarm.condition]
        )
    ] == ["alarm_raised", "alarm_over"]
    told = [text for text in slips(second_printer) if "out of paper" in text]
    assert ["Over after 0 min: KITCHEN" in text for text in told] == [False, True]


async def test_when_all_printers_are_dead_a_message_goes_out_and_what_is_given_up_is_told_and_listed(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter, sink: Sink
) -> None:
    sink.refuses = 1
    for station, dead in (("KITCHEN", printer), ("BAR", second_printer)):
        dead.causes.refuse()
        await kitchen.route(station, dead)
    service = await kitchen.start_service(
        **AT_ONCE, KITCHEN_ALERT_URLS=sink.url, KITCHEN_GIVE_UP_SECONDS="30"
    )
    tickets = [await kitchen.submit("KITCHEN", "Soup"), await kitchen.submit("BAR", "Lager")]
    await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM kitchen_alarms WHERE is_on")
    await service.facts.wait_for(AlertNotSent, lambda each: not each.is_given_up)
    await service.facts.wait_for(AlertSent)
    assert [await kitchen.attempts(each) for each in tickets] == [[], []]
    assert await kitchen.rows("SELECT 1 FROM print_jobs WHERE kind = 'NOTICE'") == []

    # The outage is half an hour old, as far as its tickets can tell.
    await kitchen.execute("UPDATE print_jobs SET waited_seconds = 30, created_at = now() - interval '1 hour'")
    await service.facts.wait_for(GaveUp)
    told = await service.facts.wait_for(AlarmTold, lambda each: each.condition == "failed tickets")
    assert [await kitchen.status(each) for each in tickets].count("FAILED") >= 1
    assert "FAILED and will not print" in told.headline

    second_printer.causes.accept()
    await kitchen.submit("BAR", "Water", bill_id=9)
    await kitchen.wait_until(
        "SELECT count(*) >= 2 AS yes FROM print_jobs WHERE kind = 'NOTICE' AND state = 'PRINTED'"
    )
    failed = next(slip for slip in slips(second_printer) if "FAILED and will not print" in slip)
    # Either may be given up first, and is told at once.
    assert re.search(r"(BAR|KITCHEN) 001  table 7  \d\d:\d\d \(0 min\)", failed)


async def test_a_station_without_a_printer_is_told_of_and_an_end_before_its_slip_was_printed_takes_the_slip_back(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service(**AT_ONCE)
    await kitchen.submit("GRILL", "Steak")
    await service.facts.wait_for(AlarmTold, lambda each: each.condition == "no route for GRILL")
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM print_jobs WHERE kind = 'NOTICE'")
    await service.facts.wait_for(PrinterDown)
    await kitchen.route("GRILL", printer)
    await service.facts.wait_for(AlarmOver, lambda each: each.condition == "no route for GRILL")
    printer.causes.accept()
    await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")

    assert not [slip for slip in slips(printer) if "GRILL has no printer" in slip]
    assert [
        row["state"]
        for row in await kitchen.rows("SELECT state FROM print_jobs WHERE kind = 'NOTICE' LIMIT 1")
    ] == ["CANCELLED"]


async def test_a_thin_roll_delays_nothing_and_is_told_at_the_foot_of_tickets_and_in_one_message_per_roll(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, sink: Sink
) -> None:
    printer.causes.near_end()
    await kitchen.route("KITCHEN", printer)
    service = await kitchen.start_service(**AT_ONCE, KITCHEN_ALERT_URLS=sink.url)
    feet = [await foot_of_next_ticket(kitchen, printer) for _ in range(3)]
    assert feet[0] == "PAPER LOW"  # nobody knows yet how long tickets are here
    assert [re.fullmatch(r"PAPER LOW: about (\d+) tickets left", each) is None for each in feet[1:]] == [
        False,
        False,
    ]
    await kitchen.wait_until("SELECT paper_low_tickets > 5 AS yes FROM kitchen_printers")
    await service.facts.wait_for(AlertSent)
    _, health = await service.get("/health")
    (shown,) = health["printers"]
    assert (health["overall"], shown["state"], shown["is_paper_low"]) == ("ok", "ok", True)
    assert shown["tickets_left"] > 5

    printer.causes.refill()
    assert not any(["PAPER LOW" in await foot_of_next_ticket(kitchen, printer) for _ in range(3)])
    await kitchen.wait_until("SELECT paper_low_since IS NULL AS yes FROM kitchen_printers")
    await kitchen.wait_until("SELECT bool_and(NOT is_on AND NOT is_open) AS yes FROM kitchen_alarms")
    printer.causes.near_end()
    assert "PAPER LOW: about" in await foot_of_next_ticket(kitchen, printer)
    await kitchen.wait_until("SELECT bool_and(is_on AND NOT is_open) AS yes FROM kitchen_alarms")

    assert len(service.facts.of(PrinterPaperLow)) == 2
    assert [each.partition(",")[0] for each in sink.titles] == ["KITCHEN: paper low"] * 2
    assert service.facts.of(PrinterDown) == []
    assert len(printer.paper.sheets) == 7
    assert await kitchen.rows("SELECT 1 FROM print_jobs WHERE kind = 'NOTICE' OR attempts <> 1") == []


async def foot_of_next_ticket(kitchen: KitchenUnderTest, printer: VirtualPrinter) -> str:
    """What stands above the footer of one more ticket."""
    before = len(printer.paper.sheets)
    await kitchen.submit("KITCHEN", "Soup", bill_id=before)
    await printer.paper.wait_for_sheets(before + 1, timeout=WAIT_SECONDS)
    await kitchen.wait_until("SELECT bool_and(status = 'PRINTED') AS yes FROM kitchen_tickets")
    return printer.paper.sheets[before].lines[-2]


async def test_an_alarm_ends_though_the_service_was_stopped_meanwhile_and_no_ticket_comes(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    printer.causes.refuse()
    await kitchen.route("BAR", printer)
    service = await kitchen.start_service(**AT_ONCE)
    await kitchen.submit("BAR", "Lager")
    await service.facts.wait_for(AlarmTold)
    await kitchen.stop_service(service)
    await kitchen.execute(
        "UPDATE print_jobs SET state = 'CANCELLED', settled_at = now() WHERE ticket_id IS NOT NULL"
    )
    # And one of a later version's alarms, whose slip this version cannot read.
    await kitchen.execute(
        "INSERT INTO kitchen_alarms (condition, headline, slip) VALUES ('later', 'Later', '{\"kind\": \"later\"}')"
    )
    printer.causes.accept()

    await kitchen.start_service(**AT_ONCE)
    await kitchen.wait_until("SELECT bool_and(NOT is_on) AS yes FROM kitchen_alarms")


async def test_tickets_that_fail_one_after_the_other_leave_one_slip_in_the_queue_not_one_each(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    slowly = {"KITCHEN_RECOVERY_TICKETS_PER_MINUTE": "1", "KITCHEN_LATE_SECONDS": "60"}
    await kitchen.start_service(**AT_ONCE, **slowly)
    await kitchen.execute(
        "INSERT INTO kitchen_tickets (bill_id, printer_target, created_at)"
        " SELECT n, 'BAR', now() - interval '1 hour' FROM generate_series(1, 4) n"
    )
    await kitchen.wait_until(
        "SELECT count(*) = 1 AS yes FROM kitchen_tickets WHERE status = 'PRINTED'"
    )  # And now its lane rests.
    for bill in (2, 3):
        await kitchen.execute(
            "UPDATE print_jobs SET state = 'FAILED', failed_reason = 'x', settled_at = now() WHERE bill_id = %s",
            [bill],
        )
        await kitchen.execute(
            "SELECT kitchen_derive_status(ARRAY(SELECT id FROM kitchen_tickets WHERE bill_id = %s))", [bill]
        )
        await kitchen.wait_until(
            "SELECT count(*) = %s AS yes FROM print_jobs WHERE notice_key LIKE 'alarm failed%%'", [bill - 1]
        )

    assert await kitchen.rows(
        "SELECT state FROM print_jobs WHERE notice_key LIKE 'alarm failed%%' ORDER BY id"
    ) == [{"state": "CANCELLED"}, {"state": "WAITING"}]
