"""The reusable app: functions inside the caller's transaction, read-only models, checks, the command."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, Final

import psycopg
import pytest
from django.core.checks import CheckMessage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError

from kitchen_backend import kitchen
from kitchen_backend.checks import check_kitchen
from kitchen_backend.contract import CONTRACT_VERSION_MIN, ContractMissing
from kitchen_backend.errors import NotFound, NotReady, Refused
from kitchen_backend.models import ReadOnly, Station, Ticket, TicketItem, TicketStatus
from kitchen_backend.transactions import in_one_transaction
from kitchen_demo.logins import Login
from kitchen_demo.menu import BAR, STATIONS
from kitchen_demo.orders import SIX_ITEMS
from kitchen_printer.database.migrate import known_migrations
from kitchen_restaurant.core.models import Product
from kitchen_restaurant.pos.models import Bill, BillItem
from tests.backend.conftest import django_on
from tests.backend.till import Till
from tests.kitchen_demo.embedded_program import wait_until

LOCK: Final = "SELECT FROM pos_bill WHERE id = %s FOR UPDATE"
WAITERS: Final = (
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    " AND query ~ '^SELECT FROM pos_bill'"
)


@pytest.fixture
def bill(restaurant: str) -> Bill:
    """A bill with one Negroni that the kitchen does not know of."""
    assert restaurant
    bill = Bill.objects.create(bill_number="1", table_name="12")
    product = Product.objects.get(name="Negroni")
    BillItem.objects.create(bill=bill, product=product, printer_target=BAR, quantity=3)
    return bill


class TestSending:
    def test_works_inside_the_transaction_that_saved_the_bill(self, bill: Bill) -> None:
        with transaction.atomic():
            bill.note = "birthday"
            bill.save()
            (ticket,) = kitchen.send_to_kitchen(bill)
        assert (ticket.station_code, ticket.note, str(ticket)) == (BAR, "birthday", "BAR")
        assert kitchen.send_to_kitchen(bill.pk) == []

    def test_is_undone_with_the_transaction_that_it_was_part_of(self, bill: Bill) -> None:
        with transaction.atomic():
            assert kitchen.send_to_kitchen(bill)
            transaction.set_rollback(True)
        assert not Ticket.objects.exists()

    def test_a_refusal_leaves_the_callers_transaction_as_it_was(self, bill: Bill) -> None:
        with transaction.atomic():
            BillItem.objects.update(printer_target=" ")
            with pytest.raises(Refused, match="has no station"):
                kitchen.send_to_kitchen(bill)
            BillItem.objects.update(printer_target="bar ")
            assert len(kitchen.send_to_kitchen(bill)) == 1

    def test_an_isolation_that_would_tell_things_twice_is_refused(self, bill: Bill) -> None:
        with transaction.atomic():
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with pytest.raises(NotReady, match="READ COMMITTED"):
                kitchen.send_to_kitchen(bill)

    def test_a_missing_grant_is_said_with_its_remedy(self, till: Till, bill: Bill) -> None:
        till.do("REVOKE SELECT ON pos_bill FROM kitchen_owner")
        with pytest.raises(NotReady, match=r"lacks its grants on pos_bill.*kitchen-printer migrate"):
            kitchen.send_to_kitchen(bill)

    def test_what_is_not_there_is_not_found(self, bill: Bill) -> None:
        for ask in (
            lambda: kitchen.send_to_kitchen(bill.pk + 1),
            lambda: kitchen.void_item(999),
            lambda: kitchen.request_reprint(999, requested_by="Ana"),
            lambda: kitchen.tell_move(999, from_table="1", requested_by="Ana"),
            lambda: kitchen.lock_bill(999),
        ):
            with transaction.atomic(), pytest.raises(NotFound):
                ask()

    def test_a_lock_that_would_hold_nothing_is_refused(self, bill: Bill) -> None:
        with pytest.raises(TransactionManagementError, match="call it in one"):
            kitchen.lock_bill(bill)

    def test_an_item_is_voided_in_part_and_whole(self, bill: Bill) -> None:
        kitchen.send_to_kitchen(bill)
        item = BillItem.objects.get()
        assert [str(line) for line in _lines(kitchen.void_item(item, 1))] == ["VOID 1 Negroni"]
        assert [str(line) for line in _lines(kitchen.void_item(item))] == ["VOID 2 Negroni"]
        with pytest.raises(Refused, match="is void already"):
            kitchen.void_item(item)

    def test_a_message_goes_to_a_station_that_there_is(self, bill: Bill) -> None:
        ticket = Ticket.objects.get(pk=kitchen.send_message(BAR, "86 limes", requested_by="Ana"))
        assert (ticket.kind, ticket.message, ticket.bill_id) == ("MESSAGE", "86 limes", None)
        with pytest.raises(Refused, match="there is no station"):
            kitchen.send_message("GRILL", "86 limes", requested_by="Ana")


class TestTransactions:
    @pytest.fixture
    def two_bills(self, till: Till, bill: Bill, restaurant_login: Login) -> Iterator[tuple[int, int]]:
        other = Bill.objects.create(bill_number="2")
        # Who is told to look for deadlocks first is the one that PostgreSQL ends: us, never the other.
        till.do(f"ALTER ROLE {restaurant_login.name} SET deadlock_timeout = '20ms'")
        connection.close()
        yield bill.pk, other.pk
        till.do(f"ALTER ROLE {restaurant_login.name} RESET deadlock_timeout")

    def test_a_deadlock_is_ended_and_the_work_done_again(
        self, till: Till, two_bills: tuple[int, int]
    ) -> None:
        with _crossing(till, two_bills) as work:
            assert len(in_one_transaction(work)) == 1
            assert work.tries == 2

    def test_what_is_part_of_a_callers_transaction_is_the_callers_to_repeat(
        self, till: Till, two_bills: tuple[int, int]
    ) -> None:
        with _crossing(till, two_bills) as work:
            with pytest.raises(OperationalError, match="deadlock detected"), transaction.atomic():
                in_one_transaction(work)
            assert work.tries == 1
        assert not Ticket.objects.exists()


class TestModels:
    def test_show_tickets_and_refuse_to_be_written(self, bill: Bill) -> None:
        (ticket,) = kitchen.send_to_kitchen(bill)
        status = TicketStatus.objects.select_related("ticket").get(ticket=ticket)
        assert (status.status, status.is_proved, status.ticket.bill_number) == ("NEW", False, "1")
        assert [station.station_code for station in Station.objects.all()] == sorted(STATIONS)
        for write in (ticket.save, ticket.delete, status.save, TicketItem.objects.get().delete):
            with pytest.raises(ReadOnly, match="send_to_kitchen"):
                write()

    def test_are_those_of_the_migrations(self, restaurant: str) -> None:
        assert restaurant
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)


class TestChecks:
    def found(self) -> dict[str | None, CheckMessage]:
        return {message.id: message for message in check_kitchen(databases=["default"])}

    def test_say_nothing_when_all_is_well(self, restaurant: str) -> None:
        assert restaurant
        assert self.found() == {}
        assert check_kitchen(databases=None) == []

    def test_name_the_grants_that_the_owner_of_the_tables_must_give(self, till: Till) -> None:
        till.do("REVOKE SELECT ON core_product FROM kitchen_owner")
        till.do("REVOKE UPDATE (status) ON pos_billitem FROM kitchen_owner")
        (missing,) = self.found().values()
        assert "GRANT SELECT ON core_product TO kitchen_owner" in str(missing.hint)
        assert "GRANT UPDATE (status) ON pos_billitem TO kitchen_owner" in str(missing.hint)

    def test_name_stations_without_a_way_to_paper_and_no_addresses(self, till: Till) -> None:
        till.do("INSERT INTO stations (station_code) VALUES ('GRILL'), ('CLOSED')")
        till.do("UPDATE stations SET is_open = false WHERE station_code = 'CLOSED'")
        (missing,) = self.found().values()
        assert missing.msg == "Tickets for station GRILL have no way to paper."
        assert "127.0.0.1" not in str(missing)

    def test_name_a_login_that_may_do_too_little_or_too_much(
        self, till: Till, restaurant_login: Login
    ) -> None:
        till.do(f"REVOKE kitchen_backend FROM {restaurant_login.name}")
        (too_little,) = self.found().values()
        assert too_little.hint == f"An administrator runs: GRANT kitchen_backend TO {restaurant_login.name}"
        till.do(f"GRANT kitchen_backend TO {restaurant_login.name}")
        with django_on(till.dsn):
            assert list(self.found()) == ["kitchen_backend.W004"]

    def test_name_the_command_that_brings_the_contract(self, empty_database: str) -> None:
        with django_on(empty_database):
            (missing,) = self.found().values()
            assert missing.id == "kitchen_backend.E001"
            assert "run `kitchen-printer migrate`" in missing.msg
            with pytest.raises(ContractMissing, match="no contract of the kitchen"):
                call_command("migrate", "kitchen_backend", verbosity=0, skip_checks=True)

    def test_the_version_that_is_needed_is_the_one_that_has_what_is_called(self) -> None:
        (needed,) = [each for each in known_migrations() if each.name.endswith("_for_backends")]
        assert needed.version == CONTRACT_VERSION_MIN


class TestCommand:
    def said(self, *arguments: Any) -> str:
        out = StringIO()
        call_command("kitchen", *arguments, stdout=out)
        return out.getvalue().strip()

    def test_sends_reprints_writes_and_says_what_is_not_on_paper(self, till: Till, bill: Bill) -> None:
        assert self.said("status") == "Tickets not on paper: 0"
        assert self.said("send", bill.pk) == "Told BAR."
        assert self.said("send", bill.pk) == "The kitchen knows all of this bill already."
        (ticket,) = Ticket.objects.all()
        till.do("UPDATE kitchen_tickets SET status = 'FAILED', failed_reason = 'cover_open'")
        first, line = self.said("status").splitlines()
        assert first == "Tickets not on paper: 1"
        assert line.startswith(f"#{ticket.pk}, since ")
        assert line.endswith(
            "BAR does not have it. The printer's cover is open. Tell BAR by voice now, then ask for a reprint."
        )
        assert self.said("reprint", ticket.pk, "--by", "Ana") == "The ticket itself is still on its way."
        assert self.said("message", BAR, "86 limes", "--by", "Ana") == f"Ticket {ticket.pk + 1}."
        with pytest.raises(CommandError, match="there is no bill 999"):
            self.said("send", 999)


def test_an_order_of_the_interface_is_a_bill_of_the_project(till: Till) -> None:
    till.order(SIX_ITEMS, number="7")
    assert Bill.objects.get().bill_number == "7"


def _lines(tickets: list[Ticket]) -> list[TicketItem]:
    return list(TicketItem.objects.filter(ticket__in=[ticket.pk for ticket in tickets]))


class _Work:
    """Locks our bill, then theirs; the first time somebody else waits for ours while he has theirs."""

    def __init__(self, till: Till, bills: tuple[int, int], crossing: threading.Thread) -> None:
        self.tries = 0
        self._till, self._crossing = till, crossing
        self._ours, self._theirs = bills

    def __call__(self) -> list[Ticket]:
        self.tries += 1
        kitchen.lock_bill(self._ours)
        if self.tries == 1:
            self._crossing.start()
            wait_until(lambda: bool(self._till.look(WAITERS)), "the other's wait")
        kitchen.lock_bill(self._theirs)
        return kitchen.send_to_kitchen(self._ours)


@contextmanager
def _crossing(till: Till, bills: tuple[int, int]) -> Generator[_Work, None, None]:
    ours, theirs = bills
    with psycopg.connect(till.dsn) as other:
        other.execute("SET deadlock_timeout = '30s'")
        other.execute(LOCK, [theirs])

        def cross() -> None:
            other.execute(LOCK, [ours])
            other.rollback()

        crossing = threading.Thread(target=cross)
        yield _Work(till, bills, crossing)
        crossing.join()
