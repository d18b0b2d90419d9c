"""A database that is full, lets nobody in, is shared by a pooler, or forgets: what becomes of the promise."""

import asyncio
import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from proving.chaos.load import Fate
from proving.invariants import Invariant
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kitchen_demo.postgres_programs import find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres, Stop, embedded_postgres
from kitchen_printer.service.facts import DatabaseBack, DatabaseLost
from tests.cli.transaction_pooler import transaction_pooler
from tests.proving.evening import broken, evening, fill

DISK = "110m"
ORDERS_MAX = 400
POOLED_SECONDS = 2.0
"""Behind such a pooler the service may or may not work; what it does must be right."""


@contextmanager
def server_on_a_small_disk(folder: Path) -> Generator[EmbeddedPostgres, None, None]:
    """A server whose data lie on a file system of their own."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "kitchen-tests", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        with embedded_postgres(find_programs_folder(os.environ), data_root=folder, durable=True) as server:
            yield server
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def own_server() -> Iterator[EmbeddedPostgres]:
    """A server that a test may spoil; it keeps what it commits."""
    with embedded_postgres(find_programs_folder(os.environ), durable=True) as server:
        yield server


async def test_on_a_full_disk_nothing_is_printed_that_cannot_be_recorded(tmp_path: Path) -> None:
    with server_on_a_small_disk(tmp_path) as server:
        async with evening(server) as house:
            service = house.start()
            await house.till.order(stations=["BAR"])
            await house.papers(1)
            filler = fill(tmp_path)
            refused = 0
            while not refused and len(house.record.submissions) < ORDERS_MAX:
                order = await house.till.order(stations=["BAR"] * 20)
                refused += order.fate is not Fate.ACKNOWLEDGED
            filler.unlink()
            assert refused, "the disk was never full"
            assert await house.comes_to_rest()
            await service.stop()
            assert broken(await house.found()) == set()


async def test_a_database_that_lets_nobody_in_is_waited_for(own_server: EmbeddedPostgres) -> None:
    async with evening(own_server) as house:
        service = house.start()
        await house.till.order()
        await house.papers(1)
        house.execute(f"ALTER ROLE {house.login} CONNECTION LIMIT 0")
        house.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'kitchen%'"
        )
        await service.facts.wait_for(DatabaseLost)
        await house.till.order()
        house.execute(f"ALTER ROLE {house.login} CONNECTION LIMIT 2")
        await service.facts.wait_for(DatabaseBack)
        assert await house.comes_to_rest()
        await service.stop()
        assert broken(await house.found()) == set()


async def test_behind_a_pooler_that_shares_sessions_no_promise_is_broken(
    own_server: EmbeddedPostgres,
) -> None:
    async with evening(own_server) as house:
        place = Path(str(conninfo_to_dict(house.dsn)["host"])) / ".s.PGSQL.5432"
        await house.till.order()
        pooler = transaction_pooler(place)
        # It has an event loop of its own, which may not begin inside ours.
        port = await asyncio.to_thread(pooler.__enter__)
        try:
            service = house.start(make_conninfo(house.service_dsn, host="127.0.0.1", port=port))
            await house.till.order()
            await house.comes_to_rest(POOLED_SECONDS)
            await service.stop()
        finally:
            await asyncio.to_thread(pooler.__exit__, None, None, None)
        service = house.start()
        assert await house.comes_to_rest()
        await service.stop()
        assert broken(await house.found()) == set()


async def test_a_database_that_forgets_what_it_confirmed_is_found_out(own_server: EmbeddedPostgres) -> None:
    """Not a fault of ours: what a person did who set ``synchronous_commit`` to off. The checker must bite."""
    async with evening(own_server) as house:
        house.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        house.execute("ALTER SYSTEM SET synchronous_commit = off")
        house.execute("SELECT pg_reload_conf()")
        house.execute("CHECKPOINT")
        service = house.start()
        await house.till.order()
        await house.papers(1)
        house.server.stop(Stop.IMMEDIATE)
        house.server.start()
        assert await house.comes_to_rest()
        await service.stop()
        assert {Invariant.NO_GHOSTS, Invariant.BOUNDED_FATE} <= broken(await house.found())
