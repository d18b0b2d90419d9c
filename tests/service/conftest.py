"""Fixtures for tests of the running service."""

from collections.abc import AsyncGenerator, Iterator

import psycopg
import pytest

from kitchen_demo.logins import create_login, drop_login
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


@pytest.fixture
def service_dsn(database: str) -> Iterator[str]:
    """How the service logs in: with the role ``kitchen_service`` and nothing else."""
    with psycopg.connect(database) as connection:
        login = create_login(connection, "kitchen_service")
    yield login.dsn(database)
    with psycopg.connect(database) as connection:
        drop_login(connection, login)


@pytest.fixture
async def printer() -> AsyncGenerator[VirtualPrinter, None]:
    """One healthy printer that prints at once."""
    async with VirtualPrinter() as virtual_printer:
        yield virtual_printer


@pytest.fixture
async def second_printer() -> AsyncGenerator[VirtualPrinter, None]:
    """Another one."""
    async with VirtualPrinter() as virtual_printer:
        yield virtual_printer


@pytest.fixture
async def kitchen(database: str, service_dsn: str) -> AsyncGenerator[KitchenUnderTest, None]:
    """A restaurant whose service can be started and stopped at will."""
    async with KitchenUnderTest(database, service_dsn) as under_test:
        yield under_test
