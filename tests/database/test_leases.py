"""Who serves which printer, whatever happens to the database's clock."""

from collections.abc import AsyncGenerator

import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import leave, take_lane
from tests.database.lanes_and_jobs import Replica, add_lanes, opened


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def set_the_clock_back_an_hour(pool: Database) -> None:
    """What the database has stamped so far comes from an hour ahead."""
    async with pool.connection() as connection:
        await connection.execute("UPDATE kitchen_replicas SET until = until + interval '1 hour'")


@pytest.mark.parametrize("left", [True, False], ids=["left in order", "died"])
async def test_a_replica_from_before_the_clock_was_set_back_keeps_no_printer_from_a_living_one(
    pool: Database,
    left: bool,
) -> None:
    printers = await add_lanes(pool, 4)
    gone, living = Replica(pool), Replica(pool)
    await gone.start()
    if left:
        await leave(pool, gone.me)
    await set_the_clock_back_an_hour(pool)

    await living.start()
    assert sorted(living.epochs) == printers


async def test_the_lane_of_a_replica_from_before_the_clock_was_set_back_can_be_taken_by_name(
    pool: Database,
) -> None:
    (printer,) = await add_lanes(pool, 1)
    gone, living = Replica(pool), Replica(pool)
    await gone.start()
    await set_the_clock_back_an_hour(pool)
    assert await take_lane(pool, living.me, printer) is not None
