"""The backend dies in the middle of POST /orders: either there is no order or a whole one, and a repeat completes it.

A real gunicorn with a worker that kills itself by SIGKILL before its n-th statement, for every n there is; then before
COMMIT, and after it with the answer unsent. gunicorn starts the next worker.
"""

import http.client
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from kitchen_demo.child_process import free_port
from kitchen_demo.logins import Login
from kitchen_demo.orders import SIX_ITEMS
from tests.backend.mortal_backend import KILL_HEADER, Death
from tests.backend.till import Till
from tests.kitchen_demo.embedded_program import wait_until

pytestmark = pytest.mark.timeout(180)  # as many processes die as a request has statements

CHECKOUT = Path(__file__).resolve().parents[2]
STATEMENTS_MIN = 8  # of a POST: fewer would mean that the deaths do not strike where they should
STATEMENTS_MAX = 60


@pytest.fixture
def address(till: Till, restaurant_login: Login, tmp_path: Path) -> Iterator[str]:
    """Where the mortal backend listens."""
    bind = f"127.0.0.1:{free_port()}"
    options = ["--no-control-socket", f"--bind={bind}", "--threads=2", "--worker-class=gthread", "--preload"]
    with (tmp_path / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options, "tests.backend.mortal_backend:application"],
            cwd=CHECKOUT,
            env={**os.environ, "DATABASE_URL": restaurant_login.dsn(till.dsn)},
            stdout=log,
            stderr=log,
        )
    with process:
        try:
            wait_until(lambda: answers(bind), "the start of the backend")
            yield bind
        finally:
            process.terminate()


def answers(bind: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://{bind}/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def post(
    bind: str, till: Till, body: object, key: str, death: str | None = None
) -> tuple[int, object] | None:
    """Send an order; None when the backend died over it."""
    connection = http.client.HTTPConnection(bind, timeout=20)
    headers = {
        "Authorization": f"Bearer {till.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        **({KILL_HEADER: death} if death else {}),
    }
    try:
        connection.request("POST", "/orders", json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def post_until_answered(bind: str, till: Till, body: object, key: str) -> tuple[int, object]:
    """Repeat as a till does until the next worker answers."""
    answer: list[tuple[int, object]] = []

    def is_answered() -> bool:
        got = post(bind, till, body, key)
        answer.extend([got] if got is not None else [])
        return bool(answer)

    wait_until(is_answered, "an answer to the repeat")
    return answer[0]


def test_a_power_cut_at_any_statement_leaves_no_order_or_a_whole_one(till: Till, address: str) -> None:
    whole = {"bills": 1, "items": 6, "tickets": 3, "lines": 6}
    nothing = dict.fromkeys(whole, 0)
    body = {"table": "12", "items": till.lines(SIX_ITEMS)}
    survived: list[str] = []
    deaths = [*(str(number) for number in range(1, STATEMENTS_MAX)), *Death]
    struck = 0
    before = till.count()
    for death in deaths:
        if survived and death.isdigit():
            continue  # the request has no more statements than that
        key = str(uuid4())
        died = post(address, till, body, key, death) is None
        left = {name: count - before[name] for name, count in till.count().items()}
        struck += died
        if not died:
            survived.append(death)
        assert left in ((whole,) if not died or death == Death.AFTER_COMMIT else (nothing,)), (death, left)
        status, _ = post_until_answered(address, till, body, key)
        assert status == 201
        after = till.count()
        assert {name: after[name] - before[name] for name in whole} == whole, death
        before = after
    assert struck >= STATEMENTS_MIN
    assert len(survived) == 1, "only the statement that there is not was survived"
    (row,) = till.look("SELECT count(*) AS unsent FROM kitchen_unsent_items")
    assert row == {"unsent": 0}
