"""The HTTP interface: what a POS can ask. Its description is served at /openapi.json, readable at /docs."""

from typing import Annotated, Any, Final

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja.params.functions import Path

from kitchen_backend.contract import CONTRACT_VERSION_MIN, contract_version
from kitchen_backend.kitchen import request_reprint
from kitchen_backend.models import Station
from kitchen_restaurant.api import orders
from kitchen_restaurant.api.answers import (
    HealthAnswer,
    MenuAnswer,
    OrderAnswer,
    Problem,
    ReprintAnswer,
    TicketAnswer,
)
from kitchen_restaurant.api.clients import CLIENT_RATE, Token, client_of
from kitchen_restaurant.api.once import Key, once
from kitchen_restaurant.api.problems import word_problems
from kitchen_restaurant.api.said import ID_MAX, Fire, MoreItems, Move, NewOrder, Reprint, Void
from kitchen_restaurant.core.models import Product

api = NinjaAPI(
    title="Orders",
    version="1",
    description="A POS sends orders here; which printer a station's tickets come out of is not its business.",
    auth=Token(),
    throttle=[CLIENT_RATE],
)
word_problems(api)

PathId = Annotated[int, Path(ge=1, le=ID_MAX)]
REFUSALS: Final[dict[int, Any]] = {401: Problem, 404: Problem, 422: Problem, 429: Problem, 503: Problem}
CHANGES: Final[dict[int, Any]] = {**REFUSALS, 400: Problem, 409: Problem}


@api.post("/orders", response={201: OrderAnswer, **CHANGES})
def place_order(request: HttpRequest, said: NewOrder, key: Key) -> HttpResponse:
    """Take a new order: it is saved, and each station gets one ticket."""
    return once(request, key, said, 201, lambda: orders.place(said))


@api.post("/orders/{order_id}/items", response={201: OrderAnswer, **CHANGES})
def add_items(request: HttpRequest, order_id: PathId, said: MoreItems, key: Key) -> HttpResponse:
    """Add another round; the stations get tickets for what is new."""
    return once(request, key, said, 201, lambda: orders.add(order_id, said.items))


@api.post("/orders/{order_id}/items/{item_id}/void", response={200: OrderAnswer, **CHANGES})
def void_item(
    request: HttpRequest, order_id: PathId, item_id: PathId, key: Key, said: Void | None = None
) -> HttpResponse:
    """Take an item off, or so many of it; its station is told."""
    wanted = said or Void()
    return once(request, key, wanted, 200, lambda: orders.void(order_id, item_id, wanted))


@api.post("/orders/{order_id}/move", response={200: OrderAnswer, **CHANGES})
def move_order(request: HttpRequest, order_id: PathId, said: Move, key: Key) -> HttpResponse:
    """Put the order at another table; the stations that have something of it are told."""
    return once(request, key, said, 200, lambda: orders.move(order_id, said, client_of(request).name))


@api.post("/orders/{order_id}/fire", response={200: OrderAnswer, **CHANGES})
def fire_order(request: HttpRequest, order_id: PathId, key: Key, said: Fire | None = None) -> HttpResponse:
    """Have made what was held back: all of it, one course, or some items."""
    wanted = said or Fire()
    return once(request, key, wanted, 200, lambda: orders.fire(order_id, wanted))


@api.get("/orders/{order_id}", response={200: OrderAnswer, **REFUSALS})
def show_order(request: HttpRequest, order_id: PathId) -> OrderAnswer:
    """Show an order as it is."""
    return orders.show(order_id)


@api.get("/orders/{order_id}/tickets", response={200: list[TicketAnswer], **REFUSALS})
def show_tickets(request: HttpRequest, order_id: PathId) -> list[TicketAnswer]:
    """Show the tickets of an order: which are on paper, and what a waiter can do about those that are not."""
    return orders.show_tickets(order_id)


@api.post("/tickets/{ticket_id}/reprint", response={200: ReprintAnswer, **CHANGES})
def reprint_ticket(
    request: HttpRequest, ticket_id: PathId, key: Key, said: Reprint | None = None
) -> HttpResponse:
    """Print a ticket again, marked REPRINT."""
    wanted = said or Reprint()

    def work() -> ReprintAnswer:
        asker = wanted.requested_by or client_of(request).name
        job = request_reprint(ticket_id, requested_by=asker, reason=wanted.reason or "", copy=wanted.copy_no)
        return ReprintAnswer(ticket_id=ticket_id, job_id=job)

    return once(request, key, wanted, 200, work)


@api.get("/menu", response={200: MenuAnswer, 401: Problem, 429: Problem, 503: Problem})
def show_menu(request: HttpRequest) -> MenuAnswer:
    """Show what can be ordered, and the stations."""
    return MenuAnswer(
        products=[
            MenuAnswer.ProductAnswer(id=product.pk, name=product.name)
            for product in Product.objects.filter(is_active=True)
        ],
        stations=[
            MenuAnswer.StationAnswer(station_code=each.station_code, label=each.label, is_open=each.is_open)
            for each in Station.objects.all()
        ],
    )


@api.get("/health", auth=None, throttle=[], response={200: HealthAnswer, 503: HealthAnswer})
def show_health(request: HttpRequest) -> Status[HealthAnswer]:
    """Say whether orders can be taken."""
    try:
        version = contract_version(connection)
    except Error:
        problem = "The database does not answer."
        return Status(503, HealthAnswer(status="down", contract_version=None, problem=problem))
    if version is None or version < CONTRACT_VERSION_MIN:
        problem = (
            "The kitchen's contract is missing or too old, or this login has no grant:"
            " run `kitchen-backend check --database default`."
        )
        return Status(503, HealthAnswer(status="down", contract_version=version, problem=problem))
    return Status(200, HealthAnswer(status="ok", contract_version=version))
