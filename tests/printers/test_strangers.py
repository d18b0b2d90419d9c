"""Servers that are no printers: none of them ever gets a ticket, whatever they say."""

import random
from http import HTTPStatus

import pytest

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.health import Answer, Health
from tests.printers.delivering import BODY, deliver, stranger

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])


@LEVELS
@pytest.mark.parametrize(
    "page",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>400</html>",
        b"HTTP/1.0 408 Request Timeout\r\n\r\n",
        b"<html><body>not found</body></html>",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x32",  # TLS: fatal alert, decode error
    ],
)
async def test_a_web_server_is_no_printer(level: Level, page: bytes) -> None:
    async with stranger(lambda _: page) as server:
        outcome = await deliver(server.address, level)
        assert isinstance(outcome, NotSent)
        assert outcome.reason is Reason.NOT_A_PRINTER
        assert BODY not in server.heard


async def test_a_server_that_waits_for_a_whole_request_is_silent() -> None:
    async with stranger(lambda _: b"") as server:
        assert await deliver(server.address) == NotSent(Reason.SILENT)
        assert server.heard == b"\x10\x04\x01"


async def test_a_server_that_repeats_what_it_hears_is_no_printer() -> None:
    async with stranger(lambda data: data) as server:
        assert await deliver(server.address) == NotSent(Reason.SILENT)


@LEVELS
async def test_a_server_that_talks_at_random_never_gets_a_ticket(level: Level) -> None:
    chance = random.Random(4711)
    for _ in range(50):
        async with stranger(
            lambda _: chance.randbytes(chance.randint(1, 300)), chance.randbytes(3)
        ) as server:
            assert isinstance(await deliver(server.address, level), NotSent)
            assert BODY not in server.heard


@LEVELS
async def test_a_server_that_never_stops_saying_that_it_is_healthy_is_no_printer(level: Level) -> None:
    async with stranger(lambda _: b"\x12" * 4096) as server:
        assert await deliver(server.address, level) == NotSent(Reason.NOT_A_PRINTER)


async def test_a_server_that_hangs_up_when_it_is_asked_refuses() -> None:
    """So do the health ports of this program, ours and those of other machines, and printers that others hold."""
    async with stranger(lambda _: None) as server:
        assert await deliver(server.address) == NotSent(Reason.REFUSED)
    health = Health(lambda path: Answer(HTTPStatus.OK, "text/plain", path.encode()), ())
    address = await health.open("127.0.0.1", 0)
    try:
        assert await deliver(address) == NotSent(Reason.REFUSED)
    finally:
        await health.close()


async def test_a_server_that_hangs_up_in_the_middle_is_a_lost_line() -> None:
    answers = iter([b"\x16", None])
    async with stranger(lambda _: next(answers)) as server:
        assert await deliver(server.address) == NotSent(Reason.CONNECTION_LOST)


async def test_a_mail_server_is_no_printer() -> None:
    """ "220" reads as two real-time answers, one of them "paper end"; more of it reads as what it is."""
    async with stranger(lambda _: b"", greeting=b"220 mail.example ESMTP\r\n") as server:
        assert await deliver(server.address) == NotSent(Reason.NOT_A_PRINTER)
        assert BODY not in server.heard
