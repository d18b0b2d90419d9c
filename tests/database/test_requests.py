"""Reprints, messages, pruning, and the views: what people ask of the kitchen's records beside sending bills."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.bill_changes import FIRST_SEND, Ids, open_bill, send

Connection = psycopg.Connection[Any]


@pytest.fixture
def staff(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ids(staff: Connection) -> Ids:
    """The bill of six items, sent; its tickets have no jobs yet."""
    ids = open_bill(staff)
    send(staff, ids["bill"])
    return ids


def tickets_of(staff: Connection, bill: int) -> list[int]:
    rows = staff.execute("SELECT id FROM kitchen_tickets WHERE bill_id = %s ORDER BY id", [bill]).fetchall()
    return [ticket for (ticket,) in rows]


def expand(staff: Connection, tickets: Sequence[int], copies: int = 1) -> None:
    """Give tickets their jobs, as the service would."""
    staff.execute("INSERT INTO printers (address) VALUES ('127.0.0.1:9100') ON CONFLICT DO NOTHING")
    staff.execute(
        """
        INSERT INTO print_jobs (ticket_id, copy_no, bill_id, station_code, printer_id)
        SELECT t.id, copy, t.bill_id, t.printer_target, p.id
          FROM kitchen_tickets t, generate_series(1, %s) copy, printers p WHERE t.id = ANY(%s) ORDER BY t.id, copy
        """,
        [copies, tickets],
    )
    staff.execute("UPDATE kitchen_tickets SET expanded_at = now() WHERE id = ANY(%s)", [tickets])


def settle(
    staff: Connection, tickets: Sequence[int], state: str = "PRINTED", outcome: str | None = "CONFIRMED"
) -> None:
    """Let all open jobs of tickets end, each after one attempt unless `outcome` is None, as the service would."""
    if outcome is not None:
        # One open attempt per printer at most, so every one is made settled.
        staff.execute(
            """
            INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,
                                        token_printed, token_cut, outcome, evidence, settled_by, finished_at)
            SELECT j.id, j.kind, 1, j.printer_id, 1, o.id, j.kind = 'REPRINT', lpad(j.id::text, 4, 'p'),
                   lpad(j.id::text, 4, 'c'), %s, 'token', o.id, now()
              FROM print_jobs j, gen_random_uuid() AS o(id) WHERE j.ticket_id = ANY(%s) AND j.settled_at IS NULL
            """,
            [outcome, tickets],
        )
    staff.execute(
        "UPDATE print_jobs SET state = %s, settled_at = now() WHERE ticket_id = ANY(%s) AND settled_at IS NULL",
        [state, tickets],
    )
    staff.execute("UPDATE kitchen_tickets SET status = %s WHERE id = ANY(%s)", [state, tickets])
    staff.execute("SELECT kitchen_derive_status(%s)", [list(tickets)])


def reprint(staff: Connection, ticket: int | None, by: str = "Maria", copy: int = 1) -> int | None:
    row = staff.execute("SELECT kitchen_request_reprint(%s, %s, 'lost', %s)", [ticket, by, copy]).fetchone()
    assert row is not None
    return row[0] and int(row[0])


def reprints(staff: Connection) -> list[tuple[Any, ...]]:
    return staff.execute(
        "SELECT ticket_id, copy_no, reprint_no, state, station_code, bill_id IS NOT NULL, printer_id IS NOT NULL,"
        " requested_by, reason FROM print_jobs WHERE kind = 'REPRINT' ORDER BY id"
    ).fetchall()


class TestReprint:
    def test_of_a_ticket_that_waits_for_its_jobs_prints_nothing_extra(
        self, staff: Connection, ids: Ids
    ) -> None:
        assert reprint(staff, tickets_of(staff, ids["bill"])[0]) is None
        assert reprints(staff) == []

    def test_of_a_ticket_that_is_on_its_way_is_the_original(self, staff: Connection, ids: Ids) -> None:
        ticket = tickets_of(staff, ids["bill"])[0]
        expand(staff, [ticket])
        original = staff.execute("SELECT id FROM print_jobs").fetchone()
        for state in ("WAITING", "PRINTING", "HELD"):
            staff.execute("UPDATE print_jobs SET state = %s", [state])
            assert (reprint(staff, ticket),) == original
        assert reprints(staff) == []

    @pytest.mark.parametrize("state", ["PRINTED", "FAILED", "CANCELLED"])
    def test_of_a_settled_ticket_is_a_new_job_on_record(
        self, staff: Connection, ids: Ids, state: str
    ) -> None:
        ticket = tickets_of(staff, ids["bill"])[0]
        expand(staff, [ticket])
        staff.execute("UPDATE print_jobs SET state = %s, settled_at = now()", [state])
        job = reprint(staff, ticket)
        assert reprints(staff) == [(ticket, 1, 1, "WAITING", "BAR", True, True, "Maria", "lost")]
        event = staff.execute(
            "SELECT ticket_id, job_id, detail FROM print_events WHERE event = 'reprint_requested'"
        )
        assert event.fetchall() == [(ticket, job, {"by": "Maria", "copy": 1})]

    def test_is_one_at_a_time_and_counted(self, staff: Connection, ids: Ids) -> None:
        ticket = tickets_of(staff, ids["bill"])[0]
        expand(staff, [ticket], copies=2)
        settle(staff, [ticket])
        first = reprint(staff, ticket)
        assert reprint(staff, ticket) == first
        assert reprint(staff, ticket, copy=2) != first
        settle(staff, [ticket])
        assert reprint(staff, ticket) != first
        assert [(copy, number) for _, copy, number, *_ in reprints(staff)] == [(1, 1), (2, 1), (1, 2)]

    def test_asked_for_by_many_at_once_is_one_job(self, staff: Connection, ids: Ids, database: str) -> None:
        ticket = tickets_of(staff, ids["bill"])[0]
        expand(staff, [ticket])
        settle(staff, [ticket])

        def ask(_: int) -> int | None:
            with psycopg.connect(database, autocommit=True) as connection:
                return reprint(connection, ticket)

        with ThreadPoolExecutor(8) as pool:
            jobs = set(pool.map(ask, range(8)))
        assert len(jobs) == len(reprints(staff)) == 1

    def test_needs_a_ticket_a_copy_and_a_name(self, staff: Connection, ids: Ids) -> None:
        ticket = tickets_of(staff, ids["bill"])[0]
        expand(staff, [ticket])
        settle(staff, [ticket])
        with pytest.raises(errors.NoDataFound, match="there is no ticket 4711"):
            reprint(staff, 4711)
        with pytest.raises(errors.NoDataFound, match="there is no ticket null"):
            reprint(staff, None)
        with pytest.raises(errors.InvalidParameterValue, match=f"ticket {ticket} has no copy 2"):
            reprint(staff, ticket, copy=2)
        with pytest.raises(errors.InvalidParameterValue, match="who asks"):
            reprint(staff, ticket, by=" ")
        assert reprints(staff) == []


class TestMessage:
    def test_becomes_a_ticket_of_its_station(self, staff: Connection) -> None:
        staff.execute(
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('Kitchen', '127.0.0.1')"
        )
        staff.execute("SELECT kitchen_send_message(' kitchen ', E'86 salmon\n', 'Maria')")
        tickets = staff.execute(
            "SELECT bill_id, printer_target, kind, message, status, part_stations, server_name FROM kitchen_tickets"
        ).fetchall()
        assert tickets == [(None, "KITCHEN", "MESSAGE", "86 salmon", "NEW", ["KITCHEN"], "Maria")]
        assert staff.execute("SELECT event, detail FROM print_events").fetchall() == [
            ("ticket_submitted", {"station": "KITCHEN", "message": True})
        ]

    @pytest.mark.parametrize(
        ("station", "text", "by", "problem"),
        [
            ("BAR", " \n", "Maria", "a message has 1 to 1000 characters"),
            ("BAR", None, "Maria", "a message has 1 to 1000 characters"),
            ("BAR", "x" * 1001, "Maria", "a message has 1 to 1000 characters"),
            ("BAR", "86 limes", "", "who sends it"),
            ("KITCHN", "86 salmon", "Maria", "there is no station KITCHN"),
            (None, "86 salmon", "Maria", "there is no station null"),
        ],
    )
    def test_is_refused_in_words(
        self, staff: Connection, station: str | None, text: str | None, by: str, problem: str
    ) -> None:
        staff.execute("INSERT INTO stations (station_code) VALUES ('BAR')")
        with pytest.raises(errors.InvalidParameterValue, match=problem):
            staff.execute("SELECT kitchen_send_message(%s, %s, %s)", [station, text, by])
        assert staff.execute("SELECT count(*) FROM kitchen_tickets").fetchone() == (0,)


def age(staff: Connection) -> None:
    staff.execute("UPDATE kitchen_tickets SET created_at = now() - interval '100 days'")


def prune(staff: Connection) -> int:
    row = staff.execute("SELECT kitchen_prune(now() - interval '95 days')").fetchone()
    assert row is not None
    return int(row[0])


class TestPrune:
    def test_takes_whole_old_settled_bills_with_all_that_hangs_on_them(
        self, staff: Connection, ids: Ids
    ) -> None:
        tickets = tickets_of(staff, ids["bill"])
        expand(staff, tickets, copies=2)
        settle(staff, tickets)
        staff.execute("INSERT INTO stations (station_code) VALUES ('BAR')")
        staff.execute("SELECT kitchen_send_message('BAR', '86 limes', 'Maria')")
        staff.execute("UPDATE kitchen_tickets SET status = 'PRINTED' WHERE kind = 'MESSAGE'")
        age(staff)
        assert (prune(staff), prune(staff)) == (4, 0)
        for table in ("kitchen_tickets", "kitchen_ticket_items", "print_jobs", "print_attempts"):
            assert staff.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (0,), table  # noqa: S608
        event = staff.execute("SELECT detail - 'before' FROM print_events WHERE event = 'pruned'").fetchall()
        assert event == [({"bills": 1, "tickets": 4, "notices": 0},)]

    def test_leaves_a_bill_of_which_anything_is_young_or_open(self, staff: Connection, ids: Ids) -> None:
        tickets = tickets_of(staff, ids["bill"])
        expand(staff, tickets)
        age(staff)
        assert prune(staff) == 0, "its jobs are open"
        settle(staff, tickets)
        reprint(staff, tickets[1])
        assert prune(staff) == 0, "a reprint of it is open"
        settle(staff, tickets)
        staff.execute("UPDATE kitchen_tickets SET created_at = now() WHERE id = %s", [tickets[2]])
        assert prune(staff) == 0, "a ticket of it is young"
        age(staff)
        staff.execute("UPDATE kitchen_tickets SET status = 'PRINTING' WHERE id = %s", [tickets[2]])
        assert prune(staff) == 0, "a ticket of it is not settled"
        staff.execute("UPDATE kitchen_tickets SET status = 'FAILED' WHERE id = %s", [tickets[2]])
        assert prune(staff) == 3

    def test_keeps_what_the_retention_promises(self, staff: Connection) -> None:
        for moment in ("now()", "now() - interval '89 days'", "NULL", "'infinity'"):
            with pytest.raises(errors.InvalidParameterValue, match="everything of the last 90 days is kept"):
                staff.execute(f"SELECT kitchen_prune({moment})".encode())

    def test_works_in_batches(self, staff: Connection) -> None:
        for _ in range(5):
            send(staff, open_bill(staff)["bill"])
        staff.execute("UPDATE kitchen_tickets SET status = 'PRINTED'")
        age(staff)
        batches = [staff.execute("SELECT kitchen_prune('2000-01-01'::timestamptz, 2)").fetchone()]
        batches += [
            staff.execute("SELECT kitchen_prune(now() - interval '95 days', 6)").fetchone() for _ in range(4)
        ]
        assert batches == [(0,), (6,), (6,), (3,), (0,)]

    def test_forgets_what_guests_said_but_not_what_was_cooked(self, staff: Connection, ids: Ids) -> None:
        settle(staff, tickets_of(staff, ids["bill"]), outcome=None)
        age(staff)
        assert prune(staff) == 3
        memory = staff.execute("SELECT told::text, pruned_at IS NOT NULL FROM kitchen_bills").fetchall()
        assert "medium" not in memory[0][0]
        assert memory[0][1] is True

        assert send(staff, ids["bill"]) == {}, "nothing is ordered twice"
        staff.execute("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(steak)s", ids)
        staff.execute("UPDATE pos_billitem SET quantity = 3 WHERE id = %(lager)s", ids)
        staff.execute("UPDATE pos_billitem SET bill_id = %(other)s WHERE id = %(sorbet)s", ids)
        assert send(staff, ids["bill"]) == {"BAR": ("ADD 1 Lager 0.5",), "KITCHEN": ("VOID 2 Steak Frites",)}
        assert send(staff, ids["other"]) == {}
        assert staff.execute("SELECT DISTINCT round_no FROM kitchen_tickets").fetchall() == [(2,)]

    def test_again_and_again_keeps_the_sums(self, staff: Connection, ids: Ids) -> None:
        for quantity in (5, 1, 4):
            staff.execute("UPDATE pos_billitem SET quantity = %s WHERE id = %s", [quantity, ids["steak"]])
            send(staff, ids["bill"])
            staff.execute("UPDATE kitchen_tickets SET status = 'PRINTED'")
            age(staff)
            assert prune(staff) > 0
            assert send(staff, ids["bill"]) == {}
        staff.execute("UPDATE pos_bill SET status = 'CANCELLED' WHERE id = %(bill)s", ids)
        assert send(staff, ids["bill"])["KITCHEN"] == ("VOID 4 Steak Frites", "VOID 1 Caesar Salad")

    def test_knows_tickets_that_were_inserted_by_hand(self, staff: Connection) -> None:
        staff.execute(
            "INSERT INTO kitchen_tickets (bill_id, printer_target, status) VALUES (99, 'BAR', 'PRINTED')"
        )
        age(staff)
        assert prune(staff) == 1
        assert staff.execute("SELECT bill_id, told FROM kitchen_bills").fetchall() == [(99, [])]


class TestViews:
    def test_a_ticket_is_proved_when_the_printer_said_so_of_every_copy(
        self, staff: Connection, ids: Ids
    ) -> None:
        confirmed, unconfirmed, half = tickets_of(staff, ids["bill"])
        expand(staff, [confirmed, unconfirmed, half], copies=2)
        settle(staff, [confirmed])
        settle(staff, [unconfirmed], outcome=None)
        staff.execute("UPDATE print_jobs SET state = 'HELD' WHERE ticket_id = %s AND copy_no = 2", [half])
        staff.execute("UPDATE printers SET state = 'down', state_reason = 'paper_out'")
        status = staff.execute(
            "SELECT ticket_id, status, is_proved, copies, copies_printed, is_held, reason"
            " FROM kitchen_ticket_status ORDER BY 1"
        ).fetchall()
        assert status == [
            (confirmed, "PRINTED", True, 2, 2, False, None),
            (unconfirmed, "PRINTED", False, 2, 2, False, None),
            (half, "NEW", False, 2, 0, True, "paper_out"),
        ]
        exceptions = staff.execute(
            "SELECT exception, ticket_id FROM kitchen_exceptions ORDER BY 2"
        ).fetchall()
        assert exceptions == [("unconfirmed", unconfirmed), ("held", half)]

    def test_a_failed_ticket_is_an_exception_until_a_reprint_is_proved(
        self, staff: Connection, ids: Ids
    ) -> None:
        ticket, *others = tickets_of(staff, ids["bill"])
        expand(staff, [ticket])
        settle(staff, [ticket], "FAILED", "UNCERTAIN")
        staff.execute("UPDATE kitchen_tickets SET failed_reason = 'paper_out' WHERE id = %s", [ticket])
        exceptions = staff.execute(
            "SELECT exception, ticket_id, reason FROM kitchen_exceptions ORDER BY 2"
        ).fetchall()
        assert exceptions == [
            ("failed", ticket, "paper_out"),
            *(("waiting", other, None) for other in others),
        ]
        reprint(staff, ticket)
        settle(staff, [ticket])
        proved = staff.execute("SELECT is_proved FROM kitchen_ticket_status WHERE ticket_id = %s", [ticket])
        assert proved.fetchone() == (True,)

    def test_stations_say_whether_they_have_a_route_and_no_address(self, staff: Connection) -> None:
        staff.execute(
            "INSERT INTO stations (station_code, label, is_open) VALUES ('BAR', 'Bar', true), ('PASS', NULL, false)"
        )
        staff.execute(
            "INSERT INTO station_printers (station_code, printer_ip, is_active)"
            " VALUES (' bar', '10.0.0.1', true), ('BAR', '10.0.0.2', false), ('GRILL', '10.0.0.3', false)"
        )
        cursor = staff.execute("SELECT * FROM kitchen_stations ORDER BY 1")
        assert [column.name for column in cursor.description or ()] == [
            "station_code",
            "label",
            "is_open",
            "has_route",
        ]
        assert cursor.fetchall() == [
            ("BAR", "Bar", True, True),
            ("GRILL", None, True, False),
            ("PASS", None, False, False),
        ]

    def test_unsent_items_are_those_that_somebody_forgot(self, staff: Connection) -> None:
        ids = open_bill(staff)
        unsent = "SELECT item_id, menu_name, quantity FROM kitchen_unsent_items WHERE bill_id = %s ORDER BY 1"
        assert len(staff.execute(unsent, [ids["bill"]]).fetchall()) == 6
        assert send(staff, ids["bill"]) == FIRST_SEND
        staff.execute("UPDATE pos_billitem SET quantity = 5 WHERE id = %(lager)s", ids)
        staff.execute("UPDATE pos_billitem SET quantity = -1 WHERE id = %(steak)s", ids)
        staff.execute("UPDATE pos_billitem SET status = 'VOID' WHERE id = %(salad)s", ids)
        assert staff.execute(unsent, [ids["bill"]]).fetchall() == [(ids["lager"], "Lager 0.5", 3)]
        staff.execute("UPDATE pos_bill SET created_at = now() - interval '3 days'")
        assert staff.execute(unsent, [ids["bill"]]).fetchall() == []
