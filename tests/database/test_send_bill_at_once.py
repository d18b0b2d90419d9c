"""kitchen_send_bill called by many at the same moment: told once, and nobody waits for anybody in a circle."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.bill_changes import FIRST_SEND, Told, open_bill, send, told_by

Connection = psycopg.Connection[Any]

TILLS = 8
WAIT_SECONDS_MAX = 10


@pytest.fixture
def tills(database: str) -> Iterator[Sequence[Connection]]:
    connections = [psycopg.connect(database, autocommit=True) for _ in range(TILLS)]
    yield connections
    for connection in connections:
        connection.close()


def at_once(tills: Sequence[Connection], work: Callable[[int, Connection], None]) -> None:
    """Let every till do its work in a thread of its own, started together; raises what any of them raises."""
    start = threading.Barrier(len(tills))

    def go(number: int, till: Connection) -> None:
        start.wait(WAIT_SECONDS_MAX)
        work(number, till)

    with ThreadPoolExecutor(len(tills)) as pool:
        list(pool.map(go, range(len(tills)), tills))


def test_fifty_calls_from_eight_tills_on_one_bill_make_one_set_of_tickets(
    tills: Sequence[Connection],
) -> None:
    ids = open_bill(tills[0])
    told: list[object] = []

    def send_six_or_seven_times(number: int, till: Connection) -> None:
        told.extend(send(till, ids["bill"]) for _ in range(7 if number < 2 else 6))

    at_once(tills, send_six_or_seven_times)
    assert len(told) == 50
    assert [each for each in told if each] == [FIRST_SEND]
    assert tills[0].execute("SELECT count(*) FROM kitchen_tickets").fetchone() == (3,)


def test_two_hundred_bills_with_stations_in_any_order_never_deadlock(tills: Sequence[Connection]) -> None:
    bills = (
        tills[0]
        .execute(
            """
        WITH bill AS (INSERT INTO pos_bill (bill_number) SELECT 'B-' || n FROM generate_series(1, 200) n RETURNING id),
        item AS (
            INSERT INTO pos_billitem (bill_id, product_id, printer_target)
            SELECT b.id, (SELECT min(id) FROM core_product), station
              FROM bill b, unnest('{BAR,KITCHEN,DESSERT}'::text[]) station ORDER BY md5(b.id || station))
        SELECT id FROM bill
        """
        )
        .fetchall()
    )
    order = random.Random(7).sample(bills, len(bills))

    def send_every_eighth(number: int, till: Connection) -> None:
        for (bill,) in order[number::TILLS]:
            assert len(send(till, bill)) == 3

    at_once(tills, send_every_eighth)
    counts = tills[0].execute(
        "SELECT printer_target, count(*), count(DISTINCT bill_id) FROM kitchen_tickets GROUP BY 1"
    )
    assert sorted(counts.fetchall()) == [("BAR", 200, 200), ("DESSERT", 200, 200), ("KITCHEN", 200, 200)]


def test_tills_that_insert_an_item_and_send_in_one_transaction_do_not_deadlock(
    tills: Sequence[Connection],
) -> None:
    ids = open_bill(tills[0])

    def add_and_send(_: int, till: Connection) -> None:
        for _ in range(5):
            with till.transaction():
                till.execute(
                    "INSERT INTO pos_billitem (bill_id, product_id, printer_target)"
                    " VALUES (%(bill)s, %(product_risotto)s, 'BAR')",
                    ids,
                )
                send(till, ids["bill"])

    at_once(tills, add_and_send)
    told = tills[0].execute(
        "SELECT count(*), sum(qty) FROM kitchen_ticket_items WHERE menu_name = 'Mushroom Risotto'"
    )
    assert told.fetchone() == (40, 40)
    assert tills[0].execute("SELECT count(*) FROM pos_billitem WHERE status <> 'SENT'").fetchone() == (0,)


def test_tills_that_edit_an_item_each_and_send_in_one_transaction_do_not_deadlock(
    tills: Sequence[Connection],
) -> None:
    ids = open_bill(tills[0])
    items = [ids[name] for name in ("lager", "negroni", "steak", "salad", "tiramisu", "sorbet")]

    def edit_and_send(number: int, till: Connection) -> None:
        for times in range(1, 6):
            with till.transaction():
                till.execute("UPDATE pos_billitem SET quantity = %s WHERE id = %s", [times, items[number]])
                send(till, ids["bill"])

    at_once(tills[:6], edit_and_send)
    assert {quantity for _, quantity in told_per_item(tills[0])} == {5}


def test_an_item_that_moves_while_both_bills_are_sent_is_cooked_once(tills: Sequence[Connection]) -> None:
    for _ in range(15):
        ids = open_bill(tills[0])

        def move_or_send(number: int, till: Connection, ids: dict[str, int] = dict(ids)) -> None:  # noqa: B006
            if number == 0:
                with till.transaction():
                    till.execute("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s", ids)
                    send(till, ids["other"])
            else:
                send(till, ids["bill" if number % 2 else "other"])

        at_once(tills, move_or_send)
        send(tills[0], ids["bill"])
        send(tills[0], ids["other"])
        assert dict(told_per_item(tills[0]))[ids["steak"]] == 2


def test_a_bill_waits_for_what_another_bill_is_just_telling_of_its_item(tills: Sequence[Connection]) -> None:
    first, second, watcher, *_ = tills
    ids = open_bill(watcher)
    with ThreadPoolExecutor(1) as pool, second.transaction():
        second.execute("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(steak)s", ids)
        with first.transaction():  # It sees the item where it was, and tells it there.
            assert send(first, ids["bill"]) == FIRST_SEND
            sending = pool.submit(send, second, ids["other"])
            wait_until_locked_or_done(watcher, second, sending)
        assert sending.result(WAIT_SECONDS_MAX) == {}


def wait_until_locked_or_done(watcher: Connection, waiting: Connection, sending: Future[Told]) -> None:
    query = "SELECT FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not sending.done() and not watcher.execute(query, [waiting.info.backend_pid]).rowcount:
        assert time.monotonic() < deadline


def test_a_split_while_both_bills_are_sent_neither_loses_nor_doubles(tills: Sequence[Connection]) -> None:
    for _ in range(15):
        ids = open_bill(tills[0])
        send(tills[0], ids["bill"])

        def split_or_send(number: int, till: Connection, ids: dict[str, int] = dict(ids)) -> None:  # noqa: B006
            if number == 0:
                with till.transaction():
                    till.execute("UPDATE pos_billitem SET quantity = 2 WHERE id = %(sorbet)s", ids)
                    till.execute(
                        "INSERT INTO pos_billitem (bill_id, product_id, printer_target, split_from)"
                        " VALUES (%(other)s, %(product_sorbet)s, 'DESSERT', %(sorbet)s)",
                        ids,
                    )
            for _ in range(2):
                send(till, ids["bill" if number % 2 else "other"])

        at_once(tills, split_or_send)
        send(tills[0], ids["bill"])
        send(tills[0], ids["other"])
        tickets = tills[0].execute(
            "SELECT id FROM kitchen_tickets WHERE bill_id IN (%(bill)s, %(other)s) AND printer_target = 'DESSERT'"
            " ORDER BY id",
            ids,
        )
        told = told_by(tills[0], [ticket for (ticket,) in tickets])
        assert told == {"DESSERT": FIRST_SEND["DESSERT"]}


def told_per_item(till: Connection) -> list[tuple[int, int]]:
    return till.execute(
        """
        SELECT order_item_id, sum(CASE action WHEN 'ADD' THEN qty WHEN 'VOID' THEN -qty ELSE 0 END)::int
          FROM kitchen_ticket_items GROUP BY 1
        """
    ).fetchall()
