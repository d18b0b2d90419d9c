"""A message to a station, the end of a service, a trial of the alarms: on the command line and on paper."""

import asyncio

import psycopg
import pytest

from tests.bill_changes import open_bill, send
from tests.cli.test_bad_input import kitchen_printer
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from tests.service.sink import open_sink
from virtual_printer import VirtualPrinter


async def commanded(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run a command beside the service of the test."""
    return await asyncio.to_thread(kitchen_printer, *arguments, **environment)


async def test_a_message_comes_out_at_its_station_with_its_number(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.route("KITCHEN", printer)
    await kitchen.start_service()

    code, said = await commanded("message", "kitchen", "86 salmon", "--by", "Anna", DATABASE_URL=kitchen.dsn)

    assert (code, said) == (0, "Ticket 1: see kitchen-printer explain 1.")
    (paper,) = await printer.paper.wait_for_sheets(1, timeout=WAIT_SECONDS)
    assert "86 salmon" in paper.lines
    assert "KITCHEN 001" in paper.lines
    code, said = await commanded("message", "GARDEN", "86 salmon", DATABASE_URL=kitchen.dsn)
    assert (code, "there is no station GARDEN" in said) == (1, True)


async def test_the_end_of_a_service_lists_what_is_not_on_paper_and_prints_it_without_bills(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    for station in ("BAR", "KITCHEN"):
        await kitchen.route(station, printer)
    await kitchen.start_service()
    with psycopg.connect(kitchen.dsn, autocommit=True) as till:
        ids = open_bill(till)
        till.execute("UPDATE pos_billitem SET printer_target = 'BAR' WHERE printer_target = 'DESSERT'")
        send(till, ids["bill"])
        await kitchen.wait_until("SELECT bool_and(is_proved) AS yes FROM kitchen_tickets")
        code, said = await commanded("reconcile", DATABASE_URL=kitchen.dsn)
        assert (code, said) == (0, "Every wanted item is on a confirmed paper; 2 tickets.")

        till.execute("UPDATE pos_billitem SET quantity = 5 WHERE id = %(lager)s", {"lager": ids["lager"]})
        till.execute(
            "UPDATE pos_billitem SET quantity = 3, printer_target = 'GRILL' WHERE id = %s", [ids["steak"]]
        )
        send(till, ids["bill"])
        till.execute("UPDATE pos_billitem SET quantity = 9 WHERE id = %(salad)s", {"salad": ids["salad"]})
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM kitchen_tickets WHERE NOT is_proved")
    code, said = await commanded("reconcile", "--print", "--by", "Anna", DATABASE_URL=kitchen.dsn)

    assert code == 1
    assert "ON NO TICKET KITCHEN: 8 x Caesar Salad (bill 1, item 4)" in said
    assert "WAITING GRILL, table Table 12 (ticket " in said
    await kitchen.wait_until(
        "SELECT bool_and(state = 'PRINTED') AS yes FROM print_jobs WHERE kind = 'NOTICE'"
    )
    (paper,) = [sheet for sheet in printer.paper.sheets if "#N" in sheet.lines[-1]]
    assert "KITCHEN  8 x Caesar Salad" in paper.lines
    assert any(line.startswith("WAITING  GRILL") for line in paper.lines)
    assert "A-1" not in paper.text
    code, said = await commanded("reconcile", "--on", printer.address, DATABASE_URL=kitchen.dsn)
    assert (code, "it needs --print" in said) == (2, True)


def test_a_trial_alarm_says_for_each_address_whether_it_arrived() -> None:
    with open_sink() as sink:
        urls = f"{sink.url} json://127.0.0.1:1/nobody"
        code, said = kitchen_printer("alert-test", DATABASE_URL="postgresql://x/y", KITCHEN_ALERT_URLS=urls)
        assert sink.titles == ["Kitchen printers: trial alarm"]
    assert code == 1
    assert said.startswith("Entry 1 (json) took it. Entry 2 (json) did not take it")
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("urls", "problem"),
    [
        ("", "KITCHEN_ALERT_URLS is empty"),
        ("carrier-pigeon://hunter2", "entry 1 is no address that Apprise can"),
    ],
)
def test_a_trial_of_no_address_says_what_to_do(urls: str, problem: str) -> None:
    code, said = kitchen_printer("alert-test", DATABASE_URL="postgresql://x/y", KITCHEN_ALERT_URLS=urls)
    assert (code, problem in said, "hunter2" in said) == (2, True, False), said


def test_exceptions_are_found_without_reading_the_history(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as till:
        till.execute(
            "INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, status, expanded_at, is_proved)"
            " SELECT n, 1, 'BAR', 'PRINTED', now(), true FROM generate_series(1, 20000) AS n"
        )
        till.execute("INSERT INTO kitchen_tickets (bill_id, round_no, printer_target) VALUES (0, 1, 'BAR')")
        till.execute("ANALYZE kitchen_tickets")
        plan = "\n".join(
            line for (line,) in till.execute("EXPLAIN SELECT * FROM kitchen_exceptions").fetchall()
        )
        found = till.execute("SELECT exception, bill_id FROM kitchen_exceptions").fetchall()
    assert found == [("waiting", 0)]
    assert "Seq Scan on kitchen_tickets" not in plan, plan
