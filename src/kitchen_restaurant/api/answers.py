"""What a POS is answered."""

from collections.abc import Iterable
from datetime import datetime

from ninja import Field, Schema

from kitchen_backend.models import Ticket, TicketStatus
from kitchen_backend.words import Standing, tell
from kitchen_restaurant.pos.models import Bill, BillItem


class ItemAnswer(Schema):
    """An item of an order. Its status is NEW, SENT when the kitchen was told, or VOID."""

    id: int
    product_id: int
    station_code: str
    quantity: int
    status: str
    note: str | None
    modifiers: list[str]
    seat: str | None
    course: str | None
    hold: bool


class NewTicket(Schema):
    """A ticket that was made just now: what its station must make. How far it is says GET /orders/{id}/tickets."""

    id: int
    station_code: str
    kind: str
    round_no: int | None


class OrderAnswer(Schema):
    """An order with all its items, and the tickets that this request made."""

    id: int
    number: str
    status: str
    table: str | None
    items: list[ItemAnswer]
    tickets: list[NewTicket]


class TicketAnswer(Schema):
    """A ticket, how it stands, and what a waiter can do about it."""

    id: int
    station_code: str
    station_seq: int | None
    kind: str
    round_no: int | None
    status: str
    standing: Standing
    reason: str | None
    sentence: str
    advice: str
    created_at: datetime
    printed_at: datetime | None
    lines: list[str]


class ReprintAnswer(Schema):
    """The print job; none while the ticket itself is still on its way, and then nothing extra is printed."""

    ticket_id: int
    job_id: int | None


class MenuAnswer(Schema):
    """What can be ordered, and where it can be made."""

    class ProductAnswer(Schema):
        """A product on sale."""

        id: int
        name: str

    class StationAnswer(Schema):
        """A station; a closed one takes orders too, and another one makes them."""

        station_code: str
        label: str | None
        is_open: bool

    products: list[ProductAnswer]
    stations: list[StationAnswer]


class HealthAnswer(Schema):
    """Whether orders can be taken."""

    status: str
    contract_version: int | None
    problem: str | None = None


class Problem(Schema):
    """Why a request was refused. Nothing was changed."""

    class Detail(Schema):
        """One thing that is wrong, and where in the request it is."""

        where: str
        problem: str

    problem: str
    details: list[Detail] = Field(default_factory=list[Detail])


def order_answer(bill: Bill, items: Iterable[BillItem], tickets: Iterable[Ticket]) -> OrderAnswer:
    """Return an order as the POS sees it."""
    return OrderAnswer(
        id=bill.pk,
        number=bill.bill_number,
        status=bill.status,
        table=bill.table_name,
        items=[_item(item) for item in items],
        tickets=[
            NewTicket(id=each.pk, station_code=each.station_code, kind=each.kind, round_no=each.round_no)
            for each in tickets
        ],
    )


def ticket_answer(status: TicketStatus, lines: list[str]) -> TicketAnswer:
    """Return a ticket as the POS sees it."""
    ticket = status.ticket
    told = tell(
        station=status.station_code,
        status=status.status,
        is_proved=status.is_proved,
        is_held=status.is_held,
        reason=status.reason,
    )
    return TicketAnswer(
        id=ticket.pk,
        station_code=status.station_code,
        station_seq=ticket.station_seq,
        kind=ticket.kind,
        round_no=ticket.round_no,
        status=status.status,
        standing=told.standing,
        reason=status.reason,
        sentence=told.sentence,
        advice=told.advice,
        created_at=status.created_at,
        printed_at=status.printed_at,
        lines=lines,
    )


def _item(item: BillItem) -> ItemAnswer:
    return ItemAnswer(
        id=item.pk,
        product_id=item.product_id,
        station_code=item.printer_target,
        quantity=item.quantity,
        status=item.status,
        note=item.note,
        modifiers=item.modifiers or [],
        seat=item.seat,
        course=item.course,
        hold=item.hold,
    )
