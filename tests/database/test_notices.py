"""Notices in the queue: once per key, before tickets, settled and given up like any job."""

import asyncio
from collections.abc import AsyncGenerator

import psycopg
import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.notices import add_notice
from kitchen_printer.database.outcomes import abandoned_attempts, add_waiting_time, give_up
from kitchen_printer.decisions.notice import AllClear, read_notice
from kitchen_printer.decisions.outcome import Confirmed, Evidence, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.ticket import JobKind
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, record, settled

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)
CLEAR = AllClear(headline="BAR printer: prints again")


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def add(pool: Database, printer: int, key: str) -> int | None:
    async with pool.connection() as connection:
        return await add_notice(connection, printer, CLEAR, key, requested_by="test")


async def state_of(pool: Database, job: int | None) -> str:
    async with pool.connection() as connection:
        row = await (await connection.execute("SELECT state FROM print_jobs WHERE id = %s", [job])).fetchone()
    assert row is not None
    return str(row["state"])


async def test_two_replicas_that_say_the_same_at_the_same_moment_make_one_notice(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)

    made = await asyncio.gather(*[add(pool, printer, "alarm printer 1, 1") for _ in range(4)])

    assert sorted(each is not None for each in made) == [False, False, False, True]
    assert await add(pool, printer, "alarm printer 1, 2") is not None


async def test_a_notice_goes_before_the_tickets_that_wait_and_costs_them_one_turn(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    ticket = await add_ticket(pool, 1, "BAR", [printer])
    notice = await add(pool, printer, "key")
    replica = Replica(pool)
    await replica.start()

    (first,) = await replica.claim()
    assert (first.job.kind, first.job.id, first.job.ticket_id, first.is_last) == (
        JobKind.NOTICE,
        notice,
        None,
        False,
    )
    assert read_notice(first.content) == CLEAR
    await record(pool, replica.me, [settled(first.job, PRINTED)])
    assert await state_of(pool, notice) == "PRINTED"

    (second,) = await replica.claim()
    assert (second.job.ticket_id, second.is_last) == (ticket, True)


async def test_a_doubtful_notice_is_repeated_with_a_mark_and_ends_after_its_attempts(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    notice = await add(pool, printer, "key")
    replica = Replica(pool)
    await replica.start()

    marks: list[bool] = []
    for _ in range(3):
        (claimed,) = await replica.claim()
        marks.append(claimed.job.marked)
        await record(pool, replica.me, [settled(claimed.job, Uncertain(Reason.NO_CONFIRMATION))])

    assert marks == [False, True, True]
    assert await state_of(pool, notice) == "FAILED"
    assert await replica.claim() == []


async def test_the_database_refuses_a_second_unmarked_paper_of_a_notice(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add(pool, printer, "key")
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim()
    await record(pool, replica.me, [settled(claimed.job, Uncertain(Reason.NO_CONFIRMATION))])

    with pytest.raises(psycopg.errors.UniqueViolation, match="one_unmarked"):
        async with pool.connection() as connection:
            await connection.execute(
                "INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,"
                " token_printed, token_cut) VALUES (%s, 'NOTICE', 2, %s, 1, gen_random_uuid(), false, 'abcd', 'abce')",
                [claimed.job.id, printer],
            )


async def test_an_abandoned_notice_is_handed_to_the_next_owner(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    notice = await add(pool, printer, "key")
    old, new = Replica(pool), Replica(pool)
    await old.start()
    (claimed,) = await old.claim()
    async with pool.connection() as connection:
        await connection.execute("UPDATE kitchen_replicas SET until = now() WHERE owner = %s", [old.me])
    await new.start()

    (left_open,) = await abandoned_attempts(pool, new.me)

    assert (left_open.attempt_id, left_open.job_id, left_open.ticket_id) == (
        claimed.job.attempt_id,
        notice,
        None,
    )
    await record(pool, new.me, [settled(claimed.job, Uncertain(Reason.SERVICE_STOPPED))])
    assert await state_of(pool, notice) == "WAITING"


async def test_a_notice_that_waited_too_long_is_given_up_and_not_counted_as_a_ticket(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    notice = await add(pool, printer, "key")
    async with pool.connection() as connection:
        await connection.execute("UPDATE print_jobs SET created_at = now() - interval '1 hour'")
    assert await add_waiting_time(pool, printer, 60) == 60

    assert await give_up(pool, printer, 60, Reason.PAPER_OUT) == 1
    assert await state_of(pool, notice) == "FAILED"
