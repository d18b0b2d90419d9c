"""A till that sends orders over HTTP the way a good POS does: one key per tap, and the same key when it tries again."""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

ANSWER_SECONDS_MAX: Final = 30.0
PATIENCE_SECONDS: Final = 3.0
"""For how long a tap is tried again; a waiter in a hurry."""

PAUSE_SECONDS: Final = 0.2
"""Before the second try; before each further one twice as long, up to the longest."""

PAUSE_SECONDS_MAX: Final = 1.6

_TRY_AGAIN: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class OrderRefused(Exception):
    """The backend refused, or could not be reached; the message says what was wrong."""


def new_key() -> str:
    """Return a key for one tap."""
    return str(uuid4())


class Till:
    """Speaks to the backend at ``host:port``. Many threads may use one."""

    def __init__(self, address: str, token: str, patience: float = PATIENCE_SECONDS) -> None:
        self._address = address
        self._patience = patience
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def menu(self) -> dict[str, int]:
        """Return the products on sale by name."""
        return {product["name"]: product["id"] for product in self._ask("GET", "/menu")["products"]}

    def post(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Send a change until it is answered. Raises :class:`OrderRefused`."""
        return self._ask("POST", path, body, {"Idempotency-Key": key})

    def post_and_lose_the_answer(self, path: str, body: Mapping[str, Any], key: str) -> None:
        """Send a change and hang up at once: whether it was done, nobody here knows."""
        connection = self._connect()
        try:
            self._send(connection, "POST", path, body, {"Idempotency-Key": key})
        except OSError:
            pass  # lost on the way there: no less lost
        finally:
            connection.close()

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        problem = ""
        for _ in self._tries():
            connection = self._connect()
            try:
                self._send(connection, method, path, body, headers or {})
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = f"no answer: {error!r}"
                continue
            finally:
                connection.close()
            if response.status < HTTPStatus.BAD_REQUEST:
                return dict(answer)
            problem = f"{response.status}: {answer}"
            if response.status not in _TRY_AGAIN:
                break
        raise OrderRefused(f"{method} {path} {problem}")

    def _tries(self) -> Iterator[None]:
        """Yield at once, then after ever longer pauses until patience is over."""
        pause, deadline = PAUSE_SECONDS, time.monotonic() + self._patience
        yield
        while time.monotonic() + pause <= deadline:
            time.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)
            yield

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS_MAX)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> None:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {**self._headers, **headers})
