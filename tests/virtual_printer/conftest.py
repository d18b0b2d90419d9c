"""A healthy printer and a host connected to it."""

from collections.abc import AsyncIterator

import pytest

from tests.virtual_printer.host import Host
from virtual_printer import VirtualPrinter


@pytest.fixture
async def printer() -> AsyncIterator[VirtualPrinter]:
    async with VirtualPrinter() as running:
        yield running


@pytest.fixture
async def host(printer: VirtualPrinter) -> AsyncIterator[Host]:
    connected = await Host.connect(printer)
    yield connected
    await connected.close()
