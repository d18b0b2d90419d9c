"""A database that took another's place: nothing is claimed before it is judged, and nothing is taken for another."""

from collections.abc import AsyncGenerator

import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.history import HISTORY, HistorySight, adopt_history, read_history
from kitchen_printer.decisions.history import Change
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent
from kitchen_printer.decisions.reason import Reason
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, record, settled

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def sight(pool: Database) -> HistorySight:
    async with pool.connection() as connection:
        row = await (await connection.execute(f"SELECT {HISTORY} AS history")).fetchone()
    assert row is not None
    return read_history(row["history"])


async def execute(pool: Database, statement: str) -> None:
    async with pool.connection() as connection:
        await connection.execute(statement.encode())


async def a_standby_takes_over(pool: Database) -> None:
    """Let what is here be from the timeline before."""
    await execute(pool, "UPDATE kitchen_history SET timeline = 0")
    await execute(pool, "UPDATE kitchen_tickets SET timeline = 0")


async def test_a_fresh_database_tells_the_history_on_its_record(pool: Database) -> None:
    seen = await sight(pool)
    assert seen.found == seen.on_record.history
    assert seen.last_change is None


@pytest.mark.parametrize("what", ["system = 1", "timeline = 0", "tables = 1"])
async def test_nothing_is_claimed_from_a_history_that_nobody_has_judged(pool: Database, what: str) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    await execute(pool, f"UPDATE kitchen_history SET {what}")  # noqa: S608  # constants
    assert await replica.claim() == []

    assert await adopt_history(pool, await sight(pool), Change.RESTORED, 300) == 1
    (claimed,) = await replica.claim()
    assert claimed.job.marked


async def test_a_replica_that_comes_second_leaves_the_judgement_to_the_first(pool: Database) -> None:
    await a_standby_takes_over(pool)
    seen = await sight(pool)
    assert await adopt_history(pool, seen, Change.DOUBTFUL, 300) == 0
    assert await adopt_history(pool, seen, Change.DOUBTFUL, 300) is None


async def test_a_complete_history_leaves_nothing_in_doubt(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    await a_standby_takes_over(pool)
    assert await adopt_history(pool, await sight(pool), Change.COMPLETE, 300) == 0
    (claimed,) = await replica.claim()
    assert not claimed.job.marked


async def test_what_was_submitted_after_a_standby_took_over_is_in_no_doubt(pool: Database) -> None:
    first, second = await add_lanes(pool, 2)
    await add_ticket(pool, 1, "BAR", [first])
    await a_standby_takes_over(pool)
    await add_ticket(pool, 2, "BAR", [second])
    assert await adopt_history(pool, await sight(pool), Change.DOUBTFUL, 300) == 1
    replica = Replica(pool)
    await replica.start()
    assert [each.job.marked for each in await replica.claim(first, second)] == [True, False]


async def test_doubt_takes_in_what_is_open_and_what_failed_lately_and_leaves_what_is_on_paper(
    pool: Database,
) -> None:
    (printer,) = await add_lanes(pool, 1)
    tickets = [await add_ticket(pool, n, "BAR", [printer]) for n in range(1, 6)]
    open_for_hours, failed_lately, failed_long_ago, printed, held = tickets
    for ticket, change in (
        (open_for_hours, "created_at = now() - interval '5 hours'"),
        (failed_lately, "state = 'FAILED', settled_at = now()"),
        (failed_long_ago, "state = 'FAILED', settled_at = now()"),
        (printed, "state = 'PRINTED', settled_at = now()"),
        (held, "state = 'HELD'"),
    ):
        await execute(pool, f"UPDATE print_jobs SET {change} WHERE ticket_id = {ticket}")  # noqa: S608  # constants
    await execute(pool, "SELECT kitchen_derive_status(array_agg(id)) FROM kitchen_tickets")
    await execute(
        pool,
        f"UPDATE kitchen_tickets SET created_at = now() - interval '1 hour' WHERE id = {failed_long_ago}",  # noqa: S608
    )
    await a_standby_takes_over(pool)
    await adopt_history(pool, await sight(pool), Change.DOUBTFUL, 300)
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "SELECT ticket_id FROM print_jobs WHERE maybe_on_paper ORDER BY ticket_id"
        )
        assert [row["ticket_id"] async for row in cursor] == [open_for_hours, failed_lately, held]


async def test_an_outcome_is_never_written_to_another_attempt_that_got_the_same_number(
    pool: Database,
) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim()
    # What a standby that lacks the attempt would give its number to.
    await execute(pool, "ALTER TABLE print_attempts DISABLE TRIGGER ALL")
    await execute(pool, "UPDATE print_attempts SET token_printed = 'othr', token_cut = 'OTHR'")
    await execute(pool, "ALTER TABLE print_attempts ENABLE TRIGGER ALL")

    assert await record(pool, replica.me, [settled(claimed.job, PRINTED)]) == {claimed.job.attempt_id}
    async with pool.connection() as connection:
        row = await (
            await connection.execute(
                "SELECT outcome, state FROM print_attempts JOIN print_jobs j ON j.id = job_id"
            )
        ).fetchone()
    assert row == {"outcome": None, "state": "PRINTING"}


async def test_doubt_is_not_taken_back_by_an_attempt_that_sent_nothing(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim()
    await a_standby_takes_over(pool)
    await adopt_history(pool, await sight(pool), Change.DOUBTFUL, 300)
    assert (
        await record(pool, replica.me, [settled(claimed.job, NotSent(Reason.CONNECTION_LOST))]) == frozenset()
    )
    (again,) = await replica.claim()
    assert again.job.marked
