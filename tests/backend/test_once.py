"""A request that arrives twice is done once: double taps, lost answers, keys used twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.db import connection

from kitchen_demo.menu import BAR
from kitchen_demo.orders import SECOND_ROUND, SIX_ITEMS, Item
from tests.backend.till import Till

REPEATS = 20


def test_twenty_repeats_at_once_are_one_order_with_one_set_of_tickets(till: Till) -> None:
    body, key = {"number": "1001", "items": till.lines(SIX_ITEMS)}, str(uuid4())

    def post(_: int) -> tuple[int, bytes, str | None]:
        try:
            response = till.client.post(
                "/orders", body, content_type="application/json", headers={"idempotency-key": key}
            )
            return response.status_code, response.content, response.headers.get("Idempotent-Replayed")
        finally:
            connection.close()

    with ThreadPoolExecutor(REPEATS) as threads:
        answers = list(threads.map(post, range(REPEATS)))
    assert len({(status, content) for status, content, _ in answers}) == 1
    assert answers[0][0] == 201
    assert sorted(replayed or "first" for _, _, replayed in answers) == ["first"] + ["true"] * (REPEATS - 1)
    assert till.count() == {"bills": 1, "items": 6, "tickets": 3, "lines": 6}


def test_a_key_with_another_request_is_a_conflict_and_changes_nothing(till: Till) -> None:
    key = str(uuid4())
    order = till.post("/orders", {"items": till.lines(SIX_ITEMS)}, key)[1]["id"]
    before = till.count()
    assert till.post("/orders", {"items": till.lines(SECOND_ROUND)}, key)[0] == 409
    assert till.post(f"/orders/{order}/items", {"items": till.lines(SIX_ITEMS)}, key)[0] == 409
    assert till.count() == before


def test_the_order_of_fields_and_what_goes_without_saying_make_no_other_request(till: Till) -> None:
    key, item = str(uuid4()), till.lines([Item("Negroni", BAR)])[0]
    first = till.post("/orders", {"table": "1", "items": [item]}, key)
    plain = {"station_code": item["station_code"], "product_id": item["product_id"]}
    assert till.post("/orders", {"items": [plain], "table": "1"}, key) == first


def test_what_was_refused_can_be_put_right_under_the_same_key(till: Till) -> None:
    key = str(uuid4())
    assert till.post("/orders", {"items": []}, key)[0] == 422
    assert till.post("/orders/1/fire", {}, key)[0] == 404
    assert till.post("/orders", {"items": till.lines(SIX_ITEMS)}, key)[0] == 201


def test_two_clients_may_use_the_same_key(till: Till) -> None:
    from kitchen_restaurant.pos.models import ApiClient

    other = ApiClient(name="terrace")
    token = other.renew_token()
    till.do(
        "INSERT INTO pos_apiclient (name, token_sha256, is_active, created_at) VALUES ('terrace', %s, true, now())",
        [other.token_sha256],
    )
    body = {"items": till.lines(SIX_ITEMS)}
    assert (
        till.post("/orders", body, "same")[0] == Till(till.dsn, token).post("/orders", body, "same")[0] == 201
    )
    assert till.count()["bills"] == 2


def test_every_kind_of_change_is_done_once(till: Till) -> None:
    held = {**till.lines([Item("Lager 0.5", BAR, 2)])[0], "hold": True}
    answer = till.order([Item("Negroni", BAR, 3)], table="1")
    order, item = answer["id"], answer["items"][0]["id"]
    requests: list[tuple[str, Any]] = [
        (f"/orders/{order}/items", {"items": [held]}),
        (f"/orders/{order}/items/{item}/void", {"quantity": 1}),
        (f"/orders/{order}/move", {"table": "2"}),
        (f"/orders/{order}/fire", {}),
        (f"/tickets/{answer['tickets'][0]['id']}/reprint", {}),
    ]
    for path, body in requests:
        key = str(uuid4())
        first = till.post(path, body, key)
        after_first = till.count()
        assert first[0] in (200, 201), first
        assert till.post(path, body, key) == first
        assert till.count() == after_first


def test_tills_that_work_on_one_table_at_once_take_turns(till: Till) -> None:
    answer = till.order([Item("Lager 0.5", BAR, 40), *SIX_ITEMS], table="1")
    order, item = answer["id"], answer["items"][0]["id"]
    requests: list[tuple[str, Any]] = [
        (f"/orders/{order}/items", {"items": till.lines(SECOND_ROUND)}),
        (f"/orders/{order}/items/{item}/void", {"quantity": 1}),
        (f"/orders/{order}/move", {"table": "2"}),
    ] * 8

    def post(request: tuple[str, Any]) -> int:
        try:
            return till.post(*request)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(post, requests))
    assert set(statuses) == {200, 201}
    (row,) = till.look(
        "SELECT (SELECT quantity FROM pos_billitem WHERE id = %s) AS lagers,"
        " (SELECT sum(CASE action WHEN 'ADD' THEN qty WHEN 'VOID' THEN -qty END) FROM kitchen_ticket_items"
        "   WHERE order_item_id = %s) AS told, (SELECT count(*) FROM kitchen_unsent_items) AS unsent",
        [item, item],
    )
    assert row == {"lagers": 32, "told": 32, "unsent": 0}
