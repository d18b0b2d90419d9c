"""The control port: HTTP on a local port for tests and people in other languages. One request per connection."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import h11

from virtual_printer.printer import VirtualPrinter
from virtual_printer.routes import Response, json_response, respond

REQUEST_SECONDS_MAX: Final = 10.0  # from connect to the last byte of the response
BODY_BYTES_MAX: Final = 64 * 1024
READ_BYTES: Final = 4096


class TooLarge(Exception):
    """The request's body exceeds `BODY_BYTES_MAX`."""


class Control:
    """Serves the printers by the names of the mapping; `async with` opens and closes the port."""

    def __init__(
        self, printers: Mapping[str, VirtualPrinter], *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._printers = printers
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    async def __aenter__(self) -> "Control":
        self._server = await asyncio.start_server(self._serve, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        try:
            async with asyncio.timeout(REQUEST_SECONDS_MAX):
                response = await self._response(connection, reader)
                writer.write(_as_bytes(connection, response))
                await writer.drain()
        except (TimeoutError, ConnectionError):
            return  # the client went away or never finished its request: nobody is left to tell
        finally:
            writer.close()

    async def _response(self, connection: h11.Connection, reader: asyncio.StreamReader) -> Response:
        try:
            request, body = await _request(connection, reader)
        except h11.RemoteProtocolError as error:
            return json_response({"error": f"this is not HTTP: {error}"}, HTTPStatus.BAD_REQUEST)
        except TooLarge:
            too_large = {"error": f"a body has at most {BODY_BYTES_MAX} bytes"}
            return json_response(too_large, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return respond(request.method.decode("ascii"), request.target.decode("ascii"), body, self._printers)


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request, bytes]:
    request: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(READ_BYTES))
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > BODY_BYTES_MAX:
                raise TooLarge
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            return request, body
        else:
            raise ConnectionError("the client closed the connection before its request was whole")


def _as_bytes(connection: h11.Connection, response: Response) -> bytes:
    headers = [
        ("content-type", response.content_type),
        ("content-length", str(len(response.body))),
        ("connection", "close"),
    ]
    events: tuple[h11.Event, ...] = (
        h11.Response(status_code=response.status, headers=headers, reason=response.status.phrase),
        h11.Data(data=response.body),
        h11.EndOfMessage(),
    )
    return b"".join(connection.send(event) or b"" for event in events)
