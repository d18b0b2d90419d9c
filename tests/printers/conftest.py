"""A healthy printer on a port of its own."""

from collections.abc import AsyncIterator

import pytest

from virtual_printer import VirtualPrinter


@pytest.fixture
async def printer() -> AsyncIterator[VirtualPrinter]:
    async with VirtualPrinter() as running:
        yield running
