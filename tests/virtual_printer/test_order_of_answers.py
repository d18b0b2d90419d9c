"""However answers are delayed or cut up, their bytes come in the order in which they were given."""

import asyncio

from virtual_printer import VirtualPrinter
from virtual_printer.faults import Fault

FENCES = [f"{number:04d}".encode() for number in range(60)]


async def test_answers_that_come_byte_by_byte_are_never_mixed_with_each_other() -> None:
    async with VirtualPrinter() as printer:
        printer.causes.add(Fault(name="split", params={"seconds": 0.0005}))
        host, port = printer.address.rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"".join(b"\x1d(H\x06\x0000" + token for token in FENCES))
        expected = b"".join(b"\x37\x22" + token + b"\x00" for token in FENCES)
        try:
            async with asyncio.timeout(10):
                assert await reader.readexactly(len(expected)) == expected
        finally:
            writer.close()
            await writer.wait_closed()
