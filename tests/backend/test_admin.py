"""The pages for people: they show tickets and bills, print again, and let nobody type a ticket."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from kitchen_demo.orders import SIX_ITEMS
from tests.backend.conftest import django_on
from tests.backend.till import Till


@pytest.fixture
def manager(till: Till) -> Client:
    """A manager who has signed in, on a database where table 12 has ordered."""
    with django_on(till.dsn):
        user = User.objects.create_superuser("manager", password="secret-enough")
    client = Client()
    client.force_login(user)
    till.order(SIX_ITEMS, number="1001", table="12")
    return client


def test_pages_show_bills_and_how_their_tickets_stand(till: Till, manager: Client) -> None:
    till.do(
        "UPDATE kitchen_tickets SET status = 'FAILED', failed_reason = 'paper_out' WHERE printer_target = 'BAR'"
    )
    (bill,) = till.look("SELECT id FROM pos_bill")
    (ticket,) = till.look("SELECT id FROM kitchen_tickets WHERE printer_target = 'BAR'")
    bill_page = manager.get(f"/admin/pos/bill/{bill['id']}/change/").content.decode()
    assert f"/admin/kitchen_backend/ticket/{ticket['id']}/change/" in bill_page
    list_page = manager.get("/admin/kitchen_backend/ticket/").content.decode()
    assert "BAR does not have it. The printer is out of paper." in list_page
    page = manager.get(f"/admin/kitchen_backend/ticket/{ticket['id']}/change/").content.decode()
    assert "Tell BAR by voice now, then ask for a reprint." in page
    assert "Negroni" in page
    for path in ("pos/bill/", "core/product/", "pos/apiclient/", "kitchen_backend/station/"):
        assert manager.get(f"/admin/{path}").status_code == 200, path


def test_pages_let_nobody_type_or_delete_a_ticket_or_a_bill(till: Till, manager: Client) -> None:
    (bill,) = till.look("SELECT id FROM pos_bill")
    for path in (
        "kitchen_backend/ticket/add/",
        "kitchen_backend/ticket/1/delete/",
        "pos/bill/add/",
        f"pos/bill/{bill['id']}/delete/",
    ):
        assert manager.get(f"/admin/{path}").status_code == 403, path


def test_a_ticket_is_printed_again_and_a_bill_sent_again_from_their_lists(
    till: Till, manager: Client
) -> None:
    till.do(
        "UPDATE kitchen_tickets SET expanded_at = now();"
        "INSERT INTO print_jobs (ticket_id, state, settled_at, station_code)"
        " SELECT id, 'PRINTED', now(), printer_target FROM kitchen_tickets"
    )
    tickets = [row["id"] for row in till.look("SELECT id FROM kitchen_tickets ORDER BY id")]
    answer = manager.post(
        "/admin/kitchen_backend/ticket/",
        {"action": "print_again", "_selected_action": tickets[:2]},
        follow=True,
    )
    assert "prints again" in answer.content.decode()
    reprints = till.look("SELECT ticket_id, requested_by FROM print_jobs WHERE kind = 'REPRINT' ORDER BY 1")
    assert reprints == [{"ticket_id": ticket, "requested_by": "manager"} for ticket in tickets[:2]]
    (bill,) = till.look("SELECT id FROM pos_bill")
    answer = manager.post(
        "/admin/pos/bill/", {"action": "send_again", "_selected_action": [bill["id"]]}, follow=True
    )
    assert "Bill 1001: 0 new tickets." in answer.content.decode()
