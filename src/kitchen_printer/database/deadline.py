"""A deadline of our own for each use of a connection.

A server that stops answering without closing its connections would hold the driver for ever: no statement
timeout runs on a frozen server. So a timer cuts the connection from our side; the driver then sees the end of the
stream and raises as if the server had gone.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any, Final

from psycopg import AsyncConnection

DEADLINE_SECONDS: Final = 5.0
"""How long one use of a connection may take, all its statements together."""


def cut(connection: AsyncConnection[Any]) -> None:
    """Cut the connection's line, whatever it is doing: the driver notices at once and raises."""
    if connection.closed:
        return
    # The line may be down already, which is what is wanted.
    with suppress(OSError), socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


@contextmanager
def deadline(
    connection: AsyncConnection[Any],
    seconds: float = DEADLINE_SECONDS,
    passed: Callable[[], None] = lambda: None,
) -> Generator[None, None, None]:
    """Cut the connection, and say that the deadline has passed, unless the block ends in time."""

    def strike() -> None:
        passed()
        cut(connection)

    timer = asyncio.get_running_loop().call_later(seconds, strike)
    try:
        yield
    finally:
        timer.cancel()
