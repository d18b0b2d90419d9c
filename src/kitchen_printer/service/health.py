"""The health port: HTTP, read-only, from memory, never a query in a request.

It is the port that printers use, so everything that looks for printers will find it. What a stranger can cost is
bounded here: connections at once, connections a second, bytes, and one deadline from connect to the end.
"""

import asyncio
import ipaddress
import socket
import struct
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, assert_never

import h11

from kitchen_printer.service.health_request import Asked, NotOurs, Refused, RequestReader

CONNECTION_SECONDS: Final = 2.0
"""From connect to the end of the answer, all together: slow clients cannot pile up."""

CONNECTIONS_MAX: Final = 16
CONNECTIONS_PER_ADDRESS_MAX: Final = 4
ACCEPT_EVERY_SECONDS: Final = 0.01
"""The kernel keeps the others waiting: a flood costs the service a hundred short connections a second, not more."""

BACKLOG: Final = 32
"""Connections that the kernel keeps waiting: after a flood they are gone through in a third of a second."""

ANSWER_BYTES_MAX: Final = 1024 * 1024
"""Three times what a thousand printers in trouble fill; sixteen clients at once cost no more than 16 MiB."""

_READ_BYTES: Final = 2048
_DISCARDED_READS_MAX: Final = 8

_RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Closed(StrEnum):
    """Why a connection ended without an answer."""

    NOT_OURS = "not_ours"  # print data, TLS, probes: it does not begin like a client of ours
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: HTTPStatus
    content_type: str
    body: bytes


class Health:
    """The HTTP side of the service."""

    def __init__(self, answer: Callable[[str], Answer], allowed_names: Collection[str]) -> None:
        """``answer`` is asked with a known path, and must neither wait nor fail."""
        self.answered: Counter[HTTPStatus] = Counter()
        self.closed: Counter[Closed] = Counter()
        self._answer = answer
        self._allowed_names = frozenset(each.lower().removesuffix(".") for each in allowed_names)
        self._open: Counter[str] = Counter()
        self._listeners: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> str:
        """Listen; return the address that was bound. Raises ``OSError`` when it is taken."""
        loop = asyncio.get_running_loop()
        for family, *_, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            listener = socket.create_server((str(address[0]), port), family=family, backlog=BACKLOG)
            listener.setblocking(False)  # its only parameter
            port = listener.getsockname()[1]
            self._listeners.append(listener)
            self._keep(self._accept(listener))
        return _as_text(self._listeners[0].getsockname())

    async def close(self) -> None:
        """Stop listening, and end what is going on."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in self._listeners:
            listener.close()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with suppress(OSError):  # No descriptor is left, or the client has gone already: later.
                client, peer = await loop.sock_accept(listener)
                self._admit(client, _who(str(peer[0])))
            await asyncio.sleep(ACCEPT_EVERY_SECONDS)

    def _admit(self, client: socket.socket, who: str) -> None:
        if self._open.total() >= CONNECTIONS_MAX or self._open[who] >= CONNECTIONS_PER_ADDRESS_MAX:
            self.closed[Closed.TOO_MANY] += 1
            _reset(client)
            return
        self._open[who] += 1
        self._keep(self._serve(client, who))

    async def _serve(self, client: socket.socket, who: str) -> None:
        try:
            async with asyncio.timeout(CONNECTION_SECONDS):
                await self._exchange(client)
        except TimeoutError:
            self.closed[Closed.TOO_SLOW] += 1
        except OSError:
            self.closed[Closed.LOST] += 1
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]
            _reset(client)

    async def _exchange(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = RequestReader(self._allowed_names)
        verdict = None
        while verdict is None:
            verdict = reader.feed(await loop.sock_recv(client, _READ_BYTES))
        match verdict:
            case NotOurs():
                self.closed[Closed.NOT_OURS] += 1
                return
            case Refused(status, why):
                answer, wants_body = Answer(status, "text/plain; charset=utf-8", f"{why}\n".encode()), True
            case Asked(path, wants_body):
                answer = self._answer(path)
            case _:
                assert_never(verdict)
        if len(answer.body) > ANSWER_BYTES_MAX:
            answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, answer.content_type, b"")
        self.answered[answer.status] += 1
        await loop.sock_sendall(client, _encoded(answer, wants_body=wants_body))
        await _let_it_close(client)


async def _let_it_close(client: socket.socket) -> None:
    """Let the client close first, so that it surely reads the answer; what it still sends is thrown away."""
    client.shutdown(socket.SHUT_WR)
    loop = asyncio.get_running_loop()
    for _ in range(_DISCARDED_READS_MAX):
        if not await loop.sock_recv(client, _READ_BYTES):
            return


def _reset(client: socket.socket) -> None:
    """Close at once and leave nothing behind, whatever is unsent or unread."""
    with suppress(OSError):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    client.close()


def _encoded(answer: Answer, *, wants_body: bool) -> bytes:
    http = h11.Connection(h11.SERVER)
    headers = [
        ("Content-Type", answer.content_type),
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
    ]
    phrase = answer.status.phrase.encode()
    head = http.send(h11.Response(status_code=answer.status, reason=phrase, headers=headers)) or b""
    return head + answer.body if wants_body else head


def _who(address: str) -> str:
    """One client: an IPv4 address, or the network that one IPv6 client can take its addresses from."""
    bare = address.partition("%")[0]
    if ":" not in bare:
        return bare
    return str(ipaddress.IPv6Network((bare, 64), strict=False).network_address)


def _as_text(address: tuple[str, int]) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"{host}:{address[1]}"
