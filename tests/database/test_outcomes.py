"""Recording: once, by the right hand, and the ticket's status follows whatever the timing."""

import asyncio
from collections.abc import AsyncGenerator

import psycopg
import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.outcomes import abandoned_attempts, is_settled_by
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, record, settled

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def test_two_copies_that_settle_at_the_same_moment_make_the_ticket_printed(pool: Database) -> None:
    printers = await add_lanes(pool, 2)
    replica = Replica(pool)
    await replica.start()
    for n in range(40):
        await add_ticket(pool, n, "BAR", printers)
        first, second = await replica.claim()
        await asyncio.gather(
            record(pool, replica.me, [settled(first.job, PRINTED)]),
            record(pool, replica.me, [settled(second.job, PRINTED)]),
        )

    assert await statuses(pool) == ["PRINTED"] * 40


async def statuses(pool: Database) -> list[str]:
    """All tickets' statuses, oldest ticket first."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT status FROM kitchen_tickets ORDER BY id")
        return [row["status"] async for row in cursor]


async def test_a_ticket_is_printed_when_all_its_copies_are_and_failed_when_one_is(pool: Database) -> None:
    printers = await add_lanes(pool, 2)
    await add_ticket(pool, 1, "BAR", printers)
    replica = Replica(pool)
    await replica.start()
    assert await statuses(pool) == ["NEW"]
    first, second = await replica.claim()
    assert await statuses(pool) == ["PRINTING"]
    await record(pool, replica.me, [settled(first.job, PRINTED)])
    assert await statuses(pool) == ["PRINTING"]
    await record(pool, replica.me, [settled(second.job, Uncertain(Reason.NO_CONFIRMATION), attempts_max=1)])
    assert await statuses(pool) == ["FAILED"]


async def test_recording_twice_changes_nothing(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim()

    for _ in range(3):  # as after a commit whose answer was lost
        await record(pool, replica.me, [settled(claimed.job, PRINTED)])

    assert await events(pool) == ["claimed", "confirmed"]


async def events(pool: Database) -> list[str]:
    """All events of tickets, oldest first."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT event FROM print_events WHERE ticket_id IS NOT NULL ORDER BY id"
        )
        return [row["event"] async for row in cursor]


async def test_owner_and_rescuer_race_and_exactly_one_of_them_decides(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    for n in range(20):
        await add_ticket(pool, n, "BAR", [printer])
        owner, rescuer = Replica(pool), Replica(pool)
        await owner.start(lease_seconds=30)
        (claimed,) = await owner.claim(printer)
        await owner.start(lease_seconds=0)
        await rescuer.start()
        (found,) = await abandoned_attempts(pool, rescuer.me)
        assert found.attempt_id == claimed.job.attempt_id

        await asyncio.gather(
            record(pool, owner.me, [settled(claimed.job, PRINTED)]),
            record(
                pool, rescuer.me, [settled(claimed.job, Uncertain(Reason.SERVICE_STOPPED), attempts_max=1)]
            ),
        )
        await rescuer.start(lease_seconds=0)

    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT a.outcome, j.state, (SELECT count(*) FROM print_events e WHERE e.attempt_id = a.id"
            " AND e.event LIKE 'late%') AS late FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id"
        )
        rows = await cursor.fetchall()
    assert len(rows) == 20
    for row in rows:
        assert (row["outcome"], row["state"]) in {("CONFIRMED", "PRINTED"), ("UNCERTAIN", "FAILED")}
        assert row["late"] == 1


async def test_only_its_owner_may_say_that_nothing_was_sent(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    owner, rescuer = Replica(pool), Replica(pool)
    await owner.start()
    (claimed,) = await owner.claim()
    await owner.start(lease_seconds=0)
    await rescuer.start()

    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        await record(pool, rescuer.me, [settled(claimed.job, NotSent(Reason.CONNECTION_LOST))])

    assert refused.value.diag.constraint_name == "not_sent_by_its_owner"


async def test_a_stranger_settles_nothing(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    owner, stranger = Replica(pool), Replica(pool)
    await owner.start()
    (claimed,) = await owner.claim()

    await record(pool, stranger.me, [settled(claimed.job, PRINTED)])

    assert await statuses(pool) == ["PRINTING"]


async def test_who_lost_the_lane_while_asking_the_printer_does_not_have_the_last_word(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    first, second = Replica(pool), Replica(pool)
    await first.start()
    (claimed,) = await first.claim()
    async with pool.connection() as connection:
        await connection.execute("UPDATE kitchen_replicas SET until = now()")
    await second.start()

    piece = settled(claimed.job, Uncertain(Reason.PARTIAL))
    assert not await is_settled_by(pool, second.me, claimed.job.attempt_id)
    await record(pool, second.me, [piece])
    await record(pool, first.me, [piece])
    assert await is_settled_by(pool, second.me, claimed.job.attempt_id)
    assert not await is_settled_by(pool, first.me, claimed.job.attempt_id)
