"""What the kitchen is told of a bill and its changes: `tests/bill_changes.py` is the table, read it first."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kitchen_demo.postgres import Postgres
from tests.bill_changes import BILL_CHANGES, FIRST_SEND, BillChange, Ids, open_bill, send
from tests.conftest import new_database

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def restaurant(server: Postgres, template: str) -> Iterator[Connection]:
    """A connection to one database for the whole table; no case leaves anything behind in it."""
    with (
        new_database(server, template) as name,
        psycopg.connect(server.dsn(name), autocommit=True) as connection,
    ):
        yield connection


@pytest.fixture
def till(restaurant: Connection) -> Iterator[Connection]:
    with restaurant.transaction(force_rollback=True):
        yield restaurant


def test_six_items_become_three_tickets_of_one_submission(till: Connection) -> None:
    ids = open_bill(till)
    assert send(till, ids["bill"]) == FIRST_SEND
    headings = till.execute(
        "SELECT printer_target, kind, status, round_no, part, parts, part_stations, bill_number, table_label,"
        " server_name, guests, station_seq FROM kitchen_tickets ORDER BY id"
    ).fetchall()
    stations = ["BAR", "DESSERT", "KITCHEN"]
    assert headings == [
        (station, "ORDER", "NEW", 1, part, 3, stations, "A-1", "Table 12", "Maria", 4, None)
        for part, station in enumerate(stations, 1)
    ]
    assert till.execute("SELECT DISTINCT status FROM pos_billitem").fetchall() == [("SENT",)]


@pytest.mark.parametrize("case", BILL_CHANGES, ids=lambda case: case.name.replace(" ", "-"))
def test_a_change_of_the_bill_is_told_once_and_exactly(till: Connection, case: BillChange) -> None:
    ids = open_bill(till)
    send(till, ids["bill"])
    for statement in case.before:
        till.execute(statement, ids)
    send(till, ids["bill"])
    send(till, ids["other"])
    for statement in case.change:
        till.execute(statement, ids)
    assert send(till, ids["bill"]) == case.told
    assert send(till, ids["other"]) == case.told_on_other_bill
    assert (send(till, ids["bill"]), send(till, ids["other"])) == ({}, {}), (
        "the second sending of the same is silent"
    )
    assert told_and_wanted_differ(till, ids) == []


@pytest.mark.parametrize("case", BILL_CHANGES, ids=lambda case: case.name.replace(" ", "-"))
def test_the_other_bill_may_be_sent_first(till: Connection, case: BillChange) -> None:
    ids = open_bill(till)
    send(till, ids["bill"])
    for statement in (*case.before, *case.change):
        till.execute(statement, ids)
    send(till, ids["other"])
    send(till, ids["bill"])
    assert (send(till, ids["bill"]), send(till, ids["other"])) == ({}, {})
    assert told_and_wanted_differ(till, ids) == []


def test_an_item_that_moved_here_and_is_deleted_here_is_voided_here(till: Connection) -> None:
    ids = open_bill(till)
    send(till, ids["bill"])
    till.execute("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s", ids)
    assert send(till, ids["other"]) == {}
    till.execute("DELETE FROM pos_billitem WHERE id = %(steak)s", ids)
    assert send(till, ids["other"]) == {"KITCHEN": ("VOID 2 Steak Frites [note medium]",)}
    assert send(till, ids["bill"]) == {}


def told_and_wanted_differ(till: Connection, ids: Ids) -> list[tuple[object, ...]]:
    """Count, in a way of its own, what each station was told of each product and what the bills want of it."""
    return till.execute(
        """
        WITH told AS (
            SELECT t.printer_target AS station, l.product_id,
                   sum(CASE l.action WHEN 'ADD' THEN l.qty WHEN 'VOID' THEN -l.qty ELSE 0 END) AS qty
              FROM kitchen_tickets t JOIN kitchen_ticket_items l ON l.kitchen_ticket_id = t.id GROUP BY 1, 2),
        wanted AS (
            SELECT upper(trim(i.printer_target)) AS station, i.product_id,
                   sum(i.quantity) FILTER (WHERE i.status <> 'VOID' AND NOT i.hold AND b.status = 'OPEN') AS qty
              FROM pos_billitem i JOIN pos_bill b ON b.id = i.bill_id WHERE b.id IN (%(bill)s, %(other)s) GROUP BY 1, 2)
        SELECT station, product_id, told.qty, wanted.qty FROM told FULL JOIN wanted USING (station, product_id)
         WHERE coalesce(told.qty, 0) <> coalesce(wanted.qty, 0)
        """,
        ids,
    ).fetchall()
