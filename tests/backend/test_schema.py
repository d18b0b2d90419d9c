"""The HTTP interface keeps to its own description, whatever is sent: no 5xx, no answer that the description lacks."""

import os
import re
from collections import Counter
from typing import Any, Final

import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks as schemathesis_checks

from kitchen_demo.menu import STATIONS
from kitchen_demo.orders import SIX_ITEMS
from tests.backend.till import Till

EXAMPLES: Final = int(os.environ.get("KITCHEN_SCHEMA_EXAMPLES", "12"))
"""For each operation; a long run asks for more by this variable."""

NOT_ASKED: Final = {
    # The description cannot say which products, stations and orders there are.
    "positive_data_acceptance",
    # A form that JSON may have twice, such as 1.0 for 1, is refused here and accepted by its reading.
    "negative_data_rejection",
    # Our token is not one that it made up; that every other one is refused is the second test.
    "ignored_auth",
}


def test_no_request_makes_an_answer_that_the_description_lacks(till: Till) -> None:
    from kitchen_restaurant.wsgi import application

    order = till.order(SIX_ITEMS, table="12")
    here = {
        "order_id": order["id"],
        "item_id": order["items"][0]["id"],
        "ticket_id": order["tickets"][0]["id"],
    }
    schema: Any = schemathesis.openapi.from_wsgi("/openapi.json", application)
    known: Any = schemathesis_checks.CHECKS.get_all()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    checks = [check for check in known if check.__name__ not in NOT_ASKED]
    statuses: Counter[int] = Counter()
    operations: list[Any] = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        )
        @given(case=operation.as_strategy(), is_at_home=st.booleans())
        def ask(case: Any, is_at_home: bool) -> None:
            if is_at_home:
                _lead_home(case, here, order["items"][0]["product_id"])
            response = case.call(headers={"Authorization": f"Bearer {till.token}"})
            statuses[response.status_code] += 1
            case.validate_response(response, checks=checks)

        ask()
    assert len(operations) == 10
    assert {200, 201, 404, 422} <= set(statuses), statuses
    assert max(statuses) < 500


def test_the_description_can_be_read_without_the_internet(till: Till) -> None:
    page = till.client.get("/docs").content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert source.startswith("/"), source
        answer = till.client.get(source)
        answer.close()
        assert answer.status_code == 200, source


def test_every_operation_but_health_wants_a_token(till: Till) -> None:
    stranger = Client()
    for path, operations in till.get("/openapi.json")[1]["paths"].items():
        for method in operations:
            answer = stranger.generic(
                method.upper(), path.replace("{order_id}", "1").replace("{item_id}", "1")
            )
            assert (answer.status_code == 401) == (path != "/health"), path


def _lead_home(case: Any, here: dict[str, int], product_id: int) -> None:
    """Point a request to what exists; else nearly all would only ever hear that it does not."""
    for name in dict(case.path_parameters or {}):
        case.path_parameters[name] = here[name]
    for item in _items_of(case.body):
        item.update(product_id=product_id, station_code=STATIONS[0])


def _items_of(body: Any) -> list[dict[str, Any]]:
    """Return the items of an order, if this is one."""
    try:
        return [item for item in body["items"] if isinstance(item, dict)]
    except (TypeError, KeyError):
        return []
