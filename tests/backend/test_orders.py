"""Orders over HTTP: what a POS says becomes rows, tickets and answers, in one step or not at all."""

from typing import Any

import pytest

from kitchen_demo.menu import BAR, DESSERT, KITCHEN
from kitchen_demo.orders import SECOND_ROUND, SIX_ITEMS, Item
from tests.backend.till import Till


def lines_of(till: Till, order: int) -> list[tuple[str, list[str]]]:
    status, tickets = till.get(f"/orders/{order}/tickets")
    assert status == 200
    return [(ticket["station_code"], ticket["lines"]) for ticket in tickets]


def test_the_six_item_order_makes_three_tickets_of_two_lines_each(till: Till) -> None:
    answer = till.order(SIX_ITEMS, number="1001", table="12", server="Ana", guests=2)
    assert [ticket["station_code"] for ticket in answer["tickets"]] == [BAR, DESSERT, KITCHEN]
    assert lines_of(till, answer["id"]) == [
        (BAR, ["ADD 2 Lager 0.5", "ADD 1 Negroni"]),
        (DESSERT, ["ADD 1 Crème Brûlée", "ADD 1 Tiramisu"]),
        (KITCHEN, ["ADD 1 Steak Frites", "ADD 2 Margherita"]),
    ]
    assert {item["status"] for item in answer["items"]} == {"SENT"}
    assert till.count() == {"bills": 1, "items": 6, "tickets": 3, "lines": 6}


def test_a_second_round_tells_only_what_is_new(till: Till) -> None:
    order = till.order(SIX_ITEMS)["id"]
    status, answer = till.post(f"/orders/{order}/items", {"items": till.lines(SECOND_ROUND)})
    assert status == 201
    assert {ticket["station_code"]: ticket["round_no"] for ticket in answer["tickets"]} == {
        BAR: 2,
        KITCHEN: 2,
    }
    assert lines_of(till, order)[3:] == [(BAR, ["ADD 2 Lager 0.5"]), (KITCHEN, ["ADD 1 Caesar Salad"])]


def test_an_order_without_a_number_is_numbered_by_its_id(till: Till) -> None:
    answer = till.order(SIX_ITEMS)
    assert answer["number"] == str(answer["id"])


def test_voids_take_some_of_an_item_then_all_and_then_nothing_more(till: Till) -> None:
    answer = till.order([Item("Lager 0.5", BAR, 3)])
    order, item = answer["id"], answer["items"][0]["id"]
    path = f"/orders/{order}/items/{item}/void"
    assert till.post(path, {"quantity": 1})[1]["items"][0]["quantity"] == 2
    status, problem = till.post(path, {"quantity": 5})
    assert (status, problem["problem"]) == (
        409,
        f"Of item {item} there are 2: 5 of it cannot be voided.",
    )
    assert till.post(path)[1]["items"][0]["status"] == "VOID"
    assert till.post(path)[0] == 409
    assert lines_of(till, order) == [
        (BAR, ["ADD 3 Lager 0.5"]),
        (BAR, ["VOID 1 Lager 0.5"]),
        (BAR, ["VOID 2 Lager 0.5"]),
    ]


def test_an_item_of_another_order_is_not_voided(till: Till) -> None:
    one, other = till.order(SIX_ITEMS), till.order(SIX_ITEMS)
    assert till.post(f"/orders/{one['id']}/items/{other['items'][0]['id']}/void")[0] == 404


def test_the_stations_that_have_something_are_told_of_a_move(till: Till) -> None:
    order = till.order([Item("Negroni", BAR)], table="12")["id"]
    status, answer = till.post(f"/orders/{order}/move", {"table": "14", "requested_by": "Ana"})
    assert (status, answer["table"]) == (200, "14")
    assert [(ticket["kind"], ticket["station_code"]) for ticket in answer["tickets"]] == [("MESSAGE", BAR)]
    (message,) = till.look("SELECT message, server_name FROM kitchen_tickets WHERE kind = 'MESSAGE'")
    assert message == {"message": "TABLE 12 IS NOW TABLE 14", "server_name": "Ana"}


def test_held_courses_reach_the_kitchen_when_they_are_fired(till: Till) -> None:
    starter = {**till.lines([Item("Tomato Soup", KITCHEN)])[0], "course": "1"}
    main = {**till.lines([Item("Steak Frites", KITCHEN)])[0], "course": "2", "hold": True}
    sweet = {**till.lines([Item("Tiramisu", DESSERT)])[0], "course": "3", "hold": True}
    answer = till.post("/orders", {"items": [starter, main, sweet]})[1]
    order, held = answer["id"], [item["id"] for item in answer["items"] if item["hold"]]
    fire = f"/orders/{order}/fire"
    assert lines_of(till, order) == [(KITCHEN, ["ADD 1 Tomato Soup"])]
    assert till.post(fire, {"course": "2"})[0] == 200
    assert lines_of(till, order)[1:] == [(KITCHEN, ["ADD 1 Steak Frites"])]
    status, problem = till.post(fire, {"items": held})
    assert (status, problem["problem"]) == (
        409,
        f"These items of order {order} are not held back: {held[0]}.",
    )
    assert till.post(fire)[0] == 200
    assert lines_of(till, order)[2:] == [(DESSERT, ["ADD 1 Tiramisu"])]
    assert till.post(fire)[1]["problem"] == f"Nothing of order {order} is held back."


def test_nothing_of_an_order_that_is_closed_changes_any_more(till: Till) -> None:
    order = till.order(SIX_ITEMS)["id"]
    till.do("UPDATE pos_bill SET status = 'PAID'")
    status, problem = till.post(f"/orders/{order}/items", {"items": till.lines(SECOND_ROUND)})
    assert (status, problem["problem"]) == (409, f"Order {order} is PAID: nothing of it changes any more.")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/orders/999/items", {"items": [{"product_id": 1, "station_code": BAR}]}),
        ("/orders/999/items/1/void", {}),
        ("/orders/999/move", {"table": "1"}),
        ("/orders/999/fire", {}),
        ("/tickets/999/reprint", {}),
    ],
)
def test_what_does_not_exist_is_not_found(till: Till, path: str, body: dict[str, Any]) -> None:
    assert till.post(path, body)[0] == 404
    assert till.get("/orders/999")[0] == till.get("/orders/999/tickets")[0] == 404


def test_a_ticket_is_printed_again_when_a_person_asks(till: Till) -> None:
    ticket = till.order([Item("Negroni", BAR)])["tickets"][0]["id"]
    assert till.post(f"/tickets/{ticket}/reprint")[1] == {"ticket_id": ticket, "job_id": None}
    till.do(
        "UPDATE kitchen_tickets SET expanded_at = now();"
        "INSERT INTO print_jobs (ticket_id, state, settled_at, station_code)"
        " SELECT id, 'PRINTED', now(), 'BAR' FROM kitchen_tickets"
    )
    status, answer = till.post(f"/tickets/{ticket}/reprint", {"requested_by": "Ana", "reason": "lost"})
    assert status == 200
    (job,) = till.look("SELECT requested_by, reason FROM print_jobs WHERE id = %s", [answer["job_id"]])
    assert job == {"requested_by": "Ana", "reason": "lost"}


def test_a_waiter_reads_what_keeps_a_ticket_and_what_to_do(till: Till) -> None:
    order = till.order([Item("Negroni", BAR)])["id"]
    path = f"/orders/{order}/tickets"
    assert till.get(path)[1][0]["sentence"] == "On its way to BAR."
    till.do(
        "INSERT INTO printers (address, state, state_reason) VALUES ('10.0.0.1:9100', 'down', 'paper_out');"
        "INSERT INTO print_jobs (ticket_id, printer_id) SELECT t.id, p.id FROM kitchen_tickets t, printers p"
    )
    (ticket,) = till.get(path)[1]
    assert ticket["standing"] == "waiting"
    assert ticket["sentence"] == "BAR does not have it yet. The printer is out of paper."
    assert ticket["advice"].startswith("Tell BAR: Put in a new roll and close the cover.")
    till.do("UPDATE kitchen_tickets SET status = 'FAILED', failed_reason = 'paper_out'")
    (ticket,) = till.get(path)[1]
    assert (ticket["standing"], ticket["advice"]) == (
        "failed",
        "Tell BAR by voice now, then ask for a reprint.",
    )
    assert "10.0.0.1" not in str(till.get(path))
