"""A small pooler in transaction mode before a real PostgreSQL: what its clients share is what theirs would."""

import asyncio
import struct
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

AUTHENTICATION_OK = b"R" + struct.pack("!ii", 8, 0)
READY_IDLE = b"Z" + struct.pack("!i", 5) + b"I"
NO_ENCRYPTION = (80877103, 80877104)

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class TransactionPooler:
    """Lends a server connection for one transaction at a time, the one that was free last."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._free: list[Ends] = []
        self._greeting = b""
        self._opened: list[asyncio.StreamWriter] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it leaves."""
        try:
            startup = await _startup(reader, writer)
            if not self._greeting:
                self._free.append(await self._open(startup))
            writer.write(self._greeting)
            while True:
                first = await _message(reader)
                if first[:1] == b"X":
                    break
                server = self._free.pop() if self._free else await self._open(startup)
                await _transaction(first, (reader, writer), server)
                self._free.append(server)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _open(self, startup: bytes) -> Ends:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        writer.write(startup)
        greeting = b""
        while not greeting.endswith(READY_IDLE):
            greeting += await _message(reader)
        assert greeting.startswith(AUTHENTICATION_OK), (
            "the server wants a password, which this pooler cannot give"
        )
        self._greeting = greeting
        self._opened.append(writer)
        return reader, writer

    async def close(self) -> None:
        """Leave the server."""
        for writer in self._opened:
            writer.close()
            await writer.wait_closed()


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!ii", head)
        if code not in NO_ENCRYPTION:
            return head + await reader.readexactly(length - 8)
        writer.write(b"N")


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


async def _transaction(first: bytes, client: Ends, server: Ends) -> None:
    """Pass messages until the server says that no transaction is open."""
    message = first
    while True:
        server[1].write(message)
        if message[:1] in b"QS":  # After these the server says whether it is ready.
            answer = b""
            while answer[:1] != b"Z":
                answer = await _message(server[0])
                client[1].write(answer)
            if answer == READY_IDLE:
                return
        message = await _message(client[0])


@contextmanager
def transaction_pooler(socket: Path) -> Generator[int, None, None]:
    """Run a pooler in a thread of its own; give the port on 127.0.0.1 that it listens on."""
    loop = asyncio.new_event_loop()
    pooler = TransactionPooler(socket)
    server = loop.run_until_complete(asyncio.start_server(pooler.serve, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(pooler.close())
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
