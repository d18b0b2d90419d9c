"""``/health`` and ``/livez``: read-only, from memory, never a query in a request.

The port is the one printers use, so it will be hit by everything that looks for printers: whatever is not a
small GET or HEAD in time is closed without an answer.
"""

import asyncio
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import h11

from kitchen_printer.service.snapshot import Overall, Snapshot

REQUEST_SECONDS: Final = 2.0
"""From connect to the end of the answer, all together: slow clients cannot pile up."""

REQUEST_BYTES_MAX: Final = 8192
CONNECTIONS_MAX: Final = 16

Answer = tuple[HTTPStatus, dict[str, Any]]


class Health:
    """The HTTP side of the service."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot
        self._connections = 0
        self._server: asyncio.Server | None = None

    async def open(self, host: str, port: int) -> str:
        """Listen; return the address that was bound. Raises ``OSError`` when it is taken."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=REQUEST_BYTES_MAX)
        bound_host, bound_port, *_ = self._server.sockets[0].getsockname()
        return f"{bound_host}:{bound_port}"

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        try:
            if self._connections <= CONNECTIONS_MAX:
                async with asyncio.timeout(REQUEST_SECONDS):
                    await self._exchange(reader, writer)
        except (TimeoutError, OSError, h11.RemoteProtocolError):
            pass  # Not a well-behaved HTTP client: it gets nothing.
        finally:
            self._connections -= 1
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = h11.Connection(h11.SERVER, max_incomplete_event_size=REQUEST_BYTES_MAX)
        request = await self._request(http, reader)
        if request is None:
            return
        status, body = self._answer(request)
        content = b"" if request.method == b"HEAD" else json.dumps(body).encode() + b"\n"
        writer.write(_encoded(http, status, content))
        await writer.drain()
        writer.write_eof()
        await reader.read(1)  # Let the client close first, so that it surely reads the answer.

    async def _request(self, http: h11.Connection, reader: asyncio.StreamReader) -> h11.Request | None:
        while True:
            event = http.next_event()
            if isinstance(event, h11.Request):
                return event
            if event is not h11.NEED_DATA:
                return None
            http.receive_data(await reader.read(1024))

    def _answer(self, request: h11.Request) -> Answer:
        if request.method not in (b"GET", b"HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, {"error": "only GET and HEAD are answered"}
        match request.target.partition(b"?")[0]:
            case b"/livez":
                return HTTPStatus.OK, {"alive": True}
            case b"/health":
                snapshot = self._snapshot()
                works = snapshot.overall is not Overall.FAILING
                return HTTPStatus.OK if works else HTTPStatus.SERVICE_UNAVAILABLE, snapshot.as_json()
            case _:
                return HTTPStatus.NOT_FOUND, {"error": "there are /health and /livez"}


def _encoded(http: h11.Connection, status: HTTPStatus, content: bytes) -> bytes:
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(content))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    response = h11.Response(status_code=status, reason=status.phrase.encode(), headers=headers)
    return (http.send(response) or b"") + (http.send(h11.Data(data=content)) or b"")
