"""What the interface does with orders: each a few rows, then the kitchen is told, all in the caller's transaction.

The bill is always locked before its items are touched, so that two tills at one table take turns and never deadlock.
"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet

from kitchen_backend.kitchen import send_to_kitchen, tell_move, void_item
from kitchen_backend.models import Ticket, TicketItem, TicketStatus
from kitchen_restaurant.api.answers import OrderAnswer, TicketAnswer, order_answer, ticket_answer
from kitchen_restaurant.api.problems import Conflict, NoSuch
from kitchen_restaurant.api.said import Fire, Move, NewItem, NewOrder, Void
from kitchen_restaurant.pos.models import Bill, BillItem

OPEN = "OPEN"


def place(said: NewOrder) -> OrderAnswer:
    """Save a new order and tell the kitchen of it."""
    bill = Bill.objects.create(
        bill_number=said.number or "",
        table_name=said.table,
        order_type=said.order_type,
        server_name=said.server,
        guests=said.guests,
        note=said.note,
    )
    if not bill.bill_number:
        bill.bill_number = str(bill.pk)
        bill.save(update_fields=["bill_number"])
    _save_items(bill, said.items)
    return _sent(bill)


def add(order_id: int, items: Sequence[NewItem]) -> OrderAnswer:
    """Save another round and tell the kitchen of it."""
    bill = _locked(order_id)
    _save_items(bill, items)
    return _sent(bill)


def void(order_id: int, item_id: int, said: Void) -> OrderAnswer:
    """Take an item off, or some of it, and tell the kitchen."""
    bill = _locked(order_id)
    if not _items(bill).filter(pk=item_id).exists():
        raise NoSuch(f"Order {order_id} has no item {item_id}.")
    return _answer(bill, void_item(item_id, said.quantity))


def move(order_id: int, said: Move, asker: str) -> OrderAnswer:
    """Put the order at another table, and tell the stations that have something of it."""
    bill = _locked(order_id)
    before, bill.table_name = bill.table_name, said.table
    bill.save(update_fields=["table_name"])
    if before is None:
        return _sent(bill)
    return _answer(bill, tell_move(bill, from_table=before, requested_by=said.requested_by or asker))


def fire(order_id: int, said: Fire) -> OrderAnswer:
    """Have made what was held back."""
    bill = _locked(order_id)
    held = _items(bill).filter(hold=True)
    if said.course is not None:
        held = held.filter(course=said.course)
    if said.items is not None:
        held = held.filter(pk__in=said.items)
        missing = sorted(set(said.items) - set(held.values_list("pk", flat=True)))
        if missing:
            raise Conflict(f"These items of order {order_id} are not held back: {_listed(missing)}.")
    if held.update(hold=False) == 0:
        raise Conflict(f"Nothing of order {order_id} is held back{_of_course(said.course)}.")
    return _sent(bill)


def show(order_id: int) -> OrderAnswer:
    """Return an order as it is."""
    return _answer(_found(order_id), [])


def show_tickets(order_id: int) -> list[TicketAnswer]:
    """Return the tickets of an order, oldest first, and how each stands."""
    bill = _found(order_id)
    statuses = TicketStatus.objects.filter(bill_id=bill.pk).select_related("ticket").order_by("ticket_id")
    lines: dict[int, list[str]] = {}
    for line in TicketItem.objects.filter(ticket__bill_id=bill.pk):
        lines.setdefault(line.ticket_id, []).append(str(line))
    return [ticket_answer(status, lines.get(status.pk, [])) for status in statuses]


def _save_items(bill: Bill, items: Sequence[NewItem]) -> None:
    try:
        BillItem.objects.bulk_create(BillItem(bill=bill, **_columns(item)) for item in items)
    except IntegrityError as error:  # a product that was deleted since it was looked at
        raise Conflict("A product of this order is gone: read the menu again.") from error


def _columns(item: NewItem) -> dict[str, Any]:
    return {
        "product_id": item.product_id,
        "printer_target": item.station_code,
        "quantity": item.quantity,
        "note": item.note,
        "modifiers": item.modifiers or None,
        "seat": item.seat,
        "course": item.course,
        "hold": item.hold,
    }


def _sent(bill: Bill) -> OrderAnswer:
    return _answer(bill, send_to_kitchen(bill))


def _answer(bill: Bill, tickets: Sequence[Ticket]) -> OrderAnswer:
    return order_answer(bill, _items(bill), tickets)


def _items(bill: Bill) -> QuerySet[BillItem]:
    return BillItem.objects.filter(bill_id=bill.pk).order_by("id")


def _locked(order_id: int) -> Bill:
    bill = Bill.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if bill is None:
        raise NoSuch(f"There is no order {order_id}.")
    if bill.status != OPEN:
        raise Conflict(f"Order {order_id} is {bill.status}: nothing of it changes any more.")
    return bill


def _found(order_id: int) -> Bill:
    bill = Bill.objects.filter(pk=order_id).first()
    if bill is None:
        raise NoSuch(f"There is no order {order_id}.")
    return bill


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _of_course(course: str | None) -> str:
    return f" of course {course}" if course else ""
