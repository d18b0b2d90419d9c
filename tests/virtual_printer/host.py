"""A host on a real socket, as a till would be."""

import asyncio
from typing import Self

from virtual_printer import VirtualPrinter

PATIENCE_S = 5.0


class Host:
    """A plain TCP client with a deadline on every wait."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, printer: VirtualPrinter) -> Self:
        host, port = printer.address.rsplit(":", 1)
        async with asyncio.timeout(PATIENCE_S):
            return cls(*await asyncio.open_connection(host, int(port)))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE_S):
            await self.writer.drain()

    async def expect(self, answer: bytes) -> None:
        """The next bytes from the printer are exactly these."""
        async with asyncio.timeout(PATIENCE_S):
            assert (await self.reader.readexactly(len(answer))).hex(" ") == answer.hex(" ")

    async def ask(self, data: bytes, answer: bytes) -> None:
        await self.send(data)
        await self.expect(answer)

    async def everything_until_closed(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read()

    async def close(self) -> None:
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            return
