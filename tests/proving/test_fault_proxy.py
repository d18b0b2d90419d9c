"""The line between service and printer does what it is told to, and only ever loses the end of what was sent."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest
from proving.chaos.fault_proxy import Amount, FaultProxy, LineFault, Streams

SECONDS = 5.0
SENT = bytes(range(256)) * 8


class Far:
    """The far side: keeps what comes, and answers each piece."""

    def __init__(self) -> None:
        self.came = b""
        self.over = asyncio.Event()
        self.connections = 0
        self.has_nobody = asyncio.Event()
        self.has_nobody.set()
        self._open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open += 1
        self.has_nobody.clear()
        with suppress(OSError):
            while data := await reader.read(4096):
                self.came += data
                writer.write(b"ok")
        self.over.set()
        await gone(writer)
        self._open -= 1
        if not self._open:
            self.has_nobody.set()


@asynccontextmanager
async def line() -> AsyncGenerator[tuple[FaultProxy, Far, Streams], None]:
    """A proxy, its far side, and a connection of ours through it."""
    far = Far()
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy = FaultProxy(lambda: asyncio.open_connection("127.0.0.1", port))
    host, _, ours = (await proxy.listen("127.0.0.1")).rpartition(":")
    client = await asyncio.open_connection(host, int(ours))
    try:
        yield proxy, far, client
    finally:
        await gone(client[1])
        await proxy.close()
        server.close()
        async with asyncio.timeout(SECONDS):
            await far.has_nobody.wait()


async def said_all(client: Streams) -> bytes:
    """Send everything, close our half, return what came back until the end."""
    reader, writer = client
    async with asyncio.timeout(SECONDS):
        writer.write(SENT)
        writer.write_eof()
        try:
            return await reader.read()
        except ConnectionResetError:
            return b"reset"


async def test_a_well_line_passes_everything_on_in_both_directions() -> None:
    async with line() as (_, far, client):
        assert (await said_all(client)).startswith(b"ok")
        await asyncio.wait_for(far.over.wait(), SECONDS)
        assert far.came == SENT


@pytest.mark.parametrize(
    "fault", [LineFault.LATENCY, LineFault.SLICER, LineFault.SLOW_CLOSE, LineFault.BANDWIDTH]
)
async def test_a_slow_line_loses_nothing(fault: LineFault) -> None:
    async with line() as (proxy, far, client):
        proxy.begin(fault, Amount(seconds=0.02, size=100_000 if fault is LineFault.BANDWIDTH else 100))
        await said_all(client)
        await asyncio.wait_for(far.over.wait(), SECONDS)
        assert far.came == SENT
        assert proxy.struck[fault] > 0


@pytest.mark.parametrize(
    ("fault", "size"), [(LineFault.LIMIT_DATA, 100), (LineFault.TIMEOUT, 0), (LineFault.RESET_PEER, 0)]
)
async def test_a_broken_line_lets_a_beginning_through_and_no_more(fault: LineFault, size: int) -> None:
    async with line() as (proxy, far, client):
        proxy.begin(fault, Amount(seconds=0.02, size=size))
        answer = await said_all(client)
        await asyncio.wait_for(far.over.wait(), SECONDS)
        assert far.came == SENT[:size]
        assert (answer == b"reset") == (fault is LineFault.RESET_PEER)


@pytest.mark.parametrize("fault", [LineFault.ACCEPT_AND_IGNORE, LineFault.DROP_AFTER_CONNECT])
async def test_a_line_to_nobody_reaches_nobody(fault: LineFault) -> None:
    async with line() as (proxy, far, client):
        client[1].write(b"before")
        await asyncio.wait_for(client[0].read(2), SECONDS)
        proxy.begin(fault, Amount())
        reader, writer = await asyncio.open_connection(*proxy_address(proxy))
        writer.write(SENT)
        writer.write_eof()
        async with asyncio.timeout(SECONDS):
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
        assert far.connections == 1
        assert proxy.struck[fault] > 0
        await gone(writer)


async def gone(writer: asyncio.StreamWriter) -> None:
    """Break a connection of ours off."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def proxy_address(proxy: FaultProxy) -> tuple[str, int]:
    """Where it listens."""
    host, _, port = proxy.address.rpartition(":")
    return host, int(port)
