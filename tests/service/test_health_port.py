"""The health port keeps its rules against everybody who finds it: real sockets, no service behind it."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from http import HTTPStatus
from time import monotonic
from typing import TypeVar

import pytest

from kitchen_printer.service import health as health_module
from kitchen_printer.service.health import (
    ANSWER_BYTES_MAX,
    CONNECTION_SECONDS,
    CONNECTIONS_PER_ADDRESS_MAX,
    Answer,
    Closed,
    Health,
)
from tests.service.health_client import (
    connect,
    exchange,
    get,
    read_to_the_end,
    seconds_until_closed,
    status_of,
)

T = TypeVar("T")

SLACK_SECONDS = 3.0


@pytest.fixture
async def health() -> AsyncGenerator[Health, None]:
    """A health port that has something short to say."""
    port = Health(lambda path: Answer(HTTPStatus.OK, "text/plain", path.encode()), ["Kitchen.Example"])
    yield port
    await port.close()


async def away(work: Callable[[], T]) -> T:
    """Do what blocks beside the loop that serves."""
    return await asyncio.to_thread(work)


@pytest.mark.parametrize("path", ["/health", "/livez", "/readyz", "/metrics", "/metrics?name=x"])
async def test_each_known_path_is_answered_and_the_connection_ends(health: Health, path: str) -> None:
    address = await health.open("127.0.0.1", 0)
    answer = await away(lambda: exchange(address, get(path)))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert (status_of(answer), body) == (200, path.partition("?")[0].encode())
    headers = head.lower()
    for expected in (b"cache-control: no-store", b"x-content-type-options: nosniff", b"connection: close"):
        assert expected in headers
    assert b"access-control" not in headers
    assert b"server:" not in headers


async def test_a_head_request_gets_the_head_alone(health: Health) -> None:
    address = await health.open("127.0.0.1", 0)
    answer = await away(lambda: exchange(address, get("/livez").replace(b"GET", b"HEAD")))
    assert status_of(answer) == 200
    assert answer.endswith(b"\r\n\r\n")


async def test_a_second_request_on_the_same_connection_is_not_answered(health: Health) -> None:
    address = await health.open("127.0.0.1", 0)
    answer = await away(lambda: exchange(address, get("/livez") * 3))
    assert answer.count(b"HTTP/1.1") == 1
    assert health.answered[HTTPStatus.OK] == 1


STRANGERS = {
    "a ticket": b"\x1b@\x1ba\x01Table 7\n2 x Negroni\n\x1dV\x00",
    "a status question": b"\x10\x04\x01",
    "a page job": b"\x1b%-12345X@PJL INFO STATUS\r\n",
    "TLS": bytes.fromhex("16030100f8010000f40303") + b"\x00" * 200,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "another method": b"POST /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "another path": b"GET /health/../etc HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "the root": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a proxy probe": b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "small letters": b"get /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "zeros": b"\x00" * 100_000,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("sent", STRANGERS.values(), ids=STRANGERS)
async def test_whoever_does_not_begin_like_a_client_of_ours_is_cut_off_unanswered_and_counted(
    health: Health, sent: bytes
) -> None:
    address = await health.open("127.0.0.1", 0)
    began = monotonic()
    assert await away(lambda: exchange(address, sent)) == b""
    assert monotonic() - began < CONNECTION_SECONDS
    assert health.closed[Closed.NOT_OURS] == 1


REFUSED = {
    "a body": (get("/health", "127.0.0.1", "Content-Length: 5") + b"hello", 400),
    "an empty chunked body": (get("/health", "127.0.0.1", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
    "CL and TE": (get("/health", "127.0.0.1", "Content-Length: 0", "Transfer-Encoding: chunked"), 400),
    "two lengths": (get("/health", "127.0.0.1", "Content-Length: 0", "Content-Length: 7"), 400),
    "a hidden TE": (get("/health", "127.0.0.1", "Transfer-Encoding : chunked"), 400),
    "a strange TE": (get("/health", "127.0.0.1", "Transfer-Encoding: xchunked"), 400),
    "a bare line feed in a name": (get("/health", "127.0.0.1", "X: a\x00b"), 400),
    "no Host": (b"GET /health HTTP/1.1\r\n\r\n", 400),
    "two Hosts": (get("/health", "127.0.0.1", "Host: evil.example"), 400),
    "a rebound name": (get("/health", "evil.example"), 421),
    "a name that ends like ours": (get("/health", "evil-localhost"), 421),
    "a name in front of an address": (get("/health", "127.0.0.1.evil.example:9100"), 421),
    "64 KB of headers": (get("/health", "127.0.0.1", "X: " + "a" * 65536), 431),
    "endless headers": (get("/health", "127.0.0.1", *["X: y"] * 5000), 431),
}


@pytest.mark.parametrize(("sent", "status"), REFUSED.values(), ids=REFUSED)
async def test_what_begins_well_and_is_not_allowed_is_refused_and_closed(
    health: Health, sent: bytes, status: int
) -> None:
    address = await health.open("127.0.0.1", 0)
    answer = await away(lambda: exchange(address, sent))
    assert status_of(answer) in (status, 0), answer  # 0: cut off while it still sent
    assert health.answered == {HTTPStatus(status): 1}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:9100",
        "[::1]",
        "[::1]:9100",
        "localhost:9100",
        "KITCHEN.example.",
        "kitchen.example:80",
    ],
)
async def test_addresses_localhost_and_configured_names_are_ours(health: Health, host: str) -> None:
    address = await health.open("127.0.0.1", 0)
    assert status_of(await away(lambda: exchange(address, get("/livez", host)))) == 200


async def test_a_health_checker_of_the_old_kind_needs_no_host(health: Health) -> None:
    address = await health.open("127.0.0.1", 0)
    assert status_of(await away(lambda: exchange(address, b"GET /livez HTTP/1.0\r\n\r\n"))) == 200


async def test_one_deadline_ends_a_connection_however_its_bytes_trickle(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "CONNECTION_SECONDS", 0.3)
    address = await health.open("127.0.0.1", 0)

    def trickle() -> float:
        began = monotonic()
        with connect(address) as client:
            client.settimeout(0.05)
            for at in range(1000):
                try:
                    client.send(get("/health")[at % 20 : at % 20 + 1])
                    if not client.recv(1):
                        break
                except TimeoutError:
                    continue
                except OSError:
                    break
        return monotonic() - began

    assert 0.2 < await away(trickle) < 0.3 + SLACK_SECONDS


async def test_a_silent_connection_ends_at_the_deadline(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_module, "CONNECTION_SECONDS", 0.3)
    address = await health.open("127.0.0.1", 0)

    def wait() -> float:
        with connect(address) as client:
            return seconds_until_closed(client)

    assert 0.2 < await away(wait) < 0.3 + SLACK_SECONDS
    assert health.closed[Closed.TOO_SLOW] == 1


async def test_a_slow_reader_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "CONNECTION_SECONDS", 0.3)
    big = Health(lambda _: Answer(HTTPStatus.OK, "text/plain", b"x" * ANSWER_BYTES_MAX), [])
    address = await big.open("127.0.0.1", 0)

    def ask_and_not_read() -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        host, _, port = address.rpartition(":")
        client.connect((host, int(port)))
        client.sendall(get("/metrics"))
        return client

    clients = [await away(ask_and_not_read) for _ in range(CONNECTIONS_PER_ADDRESS_MAX)]
    async with asyncio.timeout(SLACK_SECONDS):
        while big.closed[Closed.TOO_SLOW] < len(clients):  # noqa: ASYNC110  # a count, not an event
            await asyncio.sleep(0.01)
    for client in clients:
        client.close()
    await big.close()


async def test_an_answer_that_is_too_long_is_not_sent(health: Health) -> None:
    too_long = Health(lambda _: Answer(HTTPStatus.OK, "text/plain", b"x" * (ANSWER_BYTES_MAX + 1)), [])
    address = await too_long.open("127.0.0.1", 0)
    answer = await away(lambda: exchange(address, get("/metrics")))
    assert (status_of(answer), len(answer) < 1000) == (500, True)
    await too_long.close()


async def test_one_address_holds_only_its_share_and_is_let_in_again_afterwards(health: Health) -> None:
    address = await health.open("127.0.0.1", 0)
    held = [await away(lambda: connect(address)) for _ in range(CONNECTIONS_PER_ADDRESS_MAX)]
    for client in held:
        client.sendall(b"GET /he")
    assert await away(lambda: exchange(address, get("/livez"))) == b""
    assert health.closed[Closed.TOO_MANY] == 1

    for client in held:
        client.close()
    status = 0
    async with asyncio.timeout(SLACK_SECONDS):
        while status != 200:
            status = status_of(await away(lambda: exchange(address, get("/livez"))))


async def test_all_together_hold_only_so_many(health: Health) -> None:
    address = await health.open("127.0.0.1", 0)
    port = int(address.rpartition(":")[2])
    held: list[socket.socket] = []
    for number in range(4 * CONNECTIONS_PER_ADDRESS_MAX):
        client = socket.socket()
        client.bind((f"127.0.1.{number // CONNECTIONS_PER_ADDRESS_MAX + 1}", 0))
        client.connect(("127.0.0.1", port))
        held.append(client)
    last = socket.socket()
    last.bind(("127.0.2.1", 0))
    last.connect(("127.0.0.1", port))
    assert await away(lambda: read_to_the_end(last)) == b""
    assert health.closed[Closed.TOO_MANY] == 1
    for client in [*held, last]:
        client.close()


async def test_it_listens_on_ipv6_too(health: Health) -> None:
    try:
        address = await health.open("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert address.startswith("[::1]:")
    assert status_of(await away(lambda: exchange(address, get("/livez", address)))) == 200
