"""The backend as its users run it, but for a header that says when the process kills itself."""

import os
import signal
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from django.db import connection

from kitchen_restaurant.wsgi import application as backend

KILL_HEADER = "X-Kill"


class Death(StrEnum):
    """Where to die, beside before the statement of that number."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Serve one request, as far as it gets."""
    when = environ.get("HTTP_X_KILL")
    if when is None:
        return backend(environ, start_response)
    count = 0

    def count_down(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal count
        count += 1
        if str(count) == when:
            _die()
        return execute(*arguments)

    commit = connection.commit
    connection.commit = lambda: _commit(commit, when)  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(count_down):
            return backend(environ, start_response)
    finally:
        del connection.commit


def _commit(commit: Callable[[], None], when: str) -> None:
    if when == Death.BEFORE_COMMIT:
        _die()
    commit()
    if when == Death.AFTER_COMMIT:
        _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
