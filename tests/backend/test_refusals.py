"""What a POS may not say, and what it is told: everything that is wrong at once, in words, and nothing is changed."""

from uuid import uuid4

import pytest
from django.test import Client

from kitchen_demo.menu import BAR
from kitchen_demo.orders import SIX_ITEMS, Item
from kitchen_restaurant.api.clients import CLIENT_RATE
from tests.backend.till import Till

NOTHING = {"bills": 0, "items": 0, "tickets": 0, "lines": 0}


def refused(till: Till, body: object, status: int = 422) -> dict[str, str]:
    """Send an order that must be refused; return what is wrong by where it is."""
    got, problem = till.post("/orders", body)
    assert got == status, problem
    assert till.count() == NOTHING
    return {detail["where"]: detail["problem"] for detail in problem["details"]}


def test_everything_that_is_wrong_is_named_at_once(till: Till) -> None:
    off = till.products["Negroni"]
    till.do("UPDATE core_product SET is_active = false WHERE id = %s", [off])
    good = till.products["Lager 0.5"]
    problems = refused(
        till,
        {
            "guests": 0,
            "printer_ip": "10.0.0.1",
            "tickets": [],
            "items": [
                {"product_id": 999_999, "station_code": "GRILL", "quantity": 0},
                {"product_id": off, "station_code": BAR, "quantity": 1.5, "printer": "bar"},
                {"product_id": str(good), "station_code": BAR, "note": "a\x1bb", "colour": "red"},
                {"station_code": BAR, "quantity": 1000, "hold": "yes"},
            ],
        },
    )
    no_printers = (
        "a POS does not choose printers: name each item's station, and the kitchen knows its printer"
    )
    assert problems == {
        "guests": "Input should be greater than or equal to 1",
        "printer_ip": no_printers,
        "tickets": "a POS does not group items: send them plain, each with its station, and tickets follow from that",
        "items.0.product_id": "there is no product 999999",
        "items.0.station_code": "there is no station 'GRILL'; the stations are: BAR, DESSERT, KITCHEN",
        "items.0.quantity": "Input should be greater than or equal to 1",
        "items.1.product_id": f"product {off} is not on sale",
        "items.1.quantity": "must be a whole number, written without quotes",
        "items.1.printer": no_printers,
        "items.2.product_id": "must be a whole number, written without quotes",
        "items.2.note": "holds a character that is not allowed here, such as a control character",
        "items.2.colour": "is no field of this request",
        "items.3.product_id": "is missing",
        "items.3.quantity": "Input should be less than or equal to 999",
        "items.3.hold": "Input should be a valid boolean",
    }


@pytest.mark.parametrize("count", [0, 301])
def test_an_order_has_one_to_three_hundred_items(till: Till, count: int) -> None:
    assert list(refused(till, {"items": till.lines([Item("Negroni", BAR)] * count)})) == ["items"]


def test_three_hundred_items_are_one_order(till: Till) -> None:
    answer = till.order([Item("Negroni", BAR)] * 300)
    assert till.count() == {"bills": 1, "items": 300, "tickets": 1, "lines": 300}
    assert len(answer["items"]) == 300


@pytest.mark.parametrize("body", ["{", "[]", "7", '"x"', "null", '{"items": 1}', "\x00", "NaN", ""])
def test_what_is_no_order_is_refused_in_json(till: Till, body: str) -> None:
    response = till.client.post(
        "/orders", body, content_type="application/json", headers={"idempotency-key": "k"}
    )
    assert response.status_code in (400, 422)
    assert response.json()["problem"]
    assert till.count() == NOTHING


@pytest.mark.parametrize("key", [None, "", "with blank", "x" * 201])
def test_a_change_without_a_usable_key_is_refused(till: Till, key: str | None) -> None:
    headers = {} if key is None else {"idempotency-key": key}
    body = {"items": till.lines(SIX_ITEMS)}
    response = till.client.post("/orders", body, content_type="application/json", headers=headers)
    assert response.status_code == 422
    assert response.json()["details"][0]["where"] == "Idempotency-Key"
    assert till.count() == NOTHING


@pytest.mark.parametrize("token", [None, "Bearer", "Bearer wrong", "Basic abc"])
def test_who_has_no_token_learns_nothing(till: Till, token: str | None) -> None:
    stranger = Client(headers={} if token is None else {"authorization": token})
    for response in (
        stranger.get("/orders/1"),
        stranger.post("/orders", {}, content_type="application/json"),
    ):
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_client_that_was_switched_off_is_out(till: Till) -> None:
    till.do("UPDATE pos_apiclient SET is_active = false")
    assert till.get("/orders/1")[0] == 401


def test_a_client_that_asks_too_often_is_told_when_to_ask_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CLIENT_RATE, "num_requests", 2)
    CLIENT_RATE.cache.clear()
    answers = [till.client.get("/orders/1") for _ in range(3)]
    CLIENT_RATE.cache.clear()
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 61


def test_a_database_that_is_away_is_said_and_the_same_key_can_be_sent_again(till: Till) -> None:
    body, key = {"items": till.lines(SIX_ITEMS)}, str(uuid4())
    till.do("ALTER TABLE pos_billitem RENAME TO gone")
    assert till.post("/orders", body, key)[0] == 503
    till.do("ALTER TABLE gone RENAME TO pos_billitem")
    status, answer = till.post("/orders", body, key)
    assert (status, len(answer["tickets"])) == (201, 3)


def test_health_says_whether_orders_can_be_taken(till: Till) -> None:
    stranger = Client()
    assert stranger.get("/health").json()["status"] == "ok"
    till.do("REVOKE EXECUTE ON FUNCTION kitchen_contract_version() FROM kitchen_backend")
    answer = stranger.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_an_unknown_address_is_answered_in_words(till: Till) -> None:
    assert till.client.get("/nowhere").status_code == 404
    assert till.client.get("/orders/0").status_code == 422
    assert till.client.get(f"/orders/{2**63}").status_code == 422
    assert till.client.delete("/orders").status_code == 405
