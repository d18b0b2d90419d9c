"""Claiming: one owner, one open attempt, the right order, and marks that the database itself insists on."""

import asyncio
from collections.abc import AsyncGenerator
from typing import LiteralString

import psycopg
import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import leave, send_heartbeat
from kitchen_printer.database.ledger import Claimed, Settlement, write
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, record, settled

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def test_a_lane_gets_its_oldest_ticket_and_nothing_more_while_that_is_open(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    first = await add_ticket(pool, 1, "BAR", [printer])
    await add_ticket(pool, 2, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()

    (claimed,) = await replica.claim()
    assert (claimed.job.ticket_id, claimed.job.attempt_no, claimed.is_last) == (first, 1, False)
    assert await replica.claim() == []


async def test_all_ready_lanes_are_served_by_one_statement(pool: Database) -> None:
    printers = await add_lanes(pool, 5)
    tickets = [await add_ticket(pool, n, "BAR", [printer]) for n, printer in enumerate(printers)]
    replica = Replica(pool)
    await replica.start()

    assert sorted(each.job.ticket_id or 0 for each in await replica.claim()) == tickets


async def test_a_stale_epoch_and_an_ended_heartbeat_claim_nothing(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    old, new = Replica(pool), Replica(pool)
    await old.start()
    await send_heartbeat(pool, old.me, 0, "test")
    assert await old.claim(printer) == []
    await new.start()
    await send_heartbeat(pool, old.me, 30, "test")
    assert await old.claim(printer) == []
    assert len(await new.claim(printer)) == 1


async def test_a_lane_of_a_living_replica_is_not_taken_and_one_handed_back_is(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    first, second = Replica(pool), Replica(pool)
    await first.start()
    await second.start()
    assert (set(first.epochs), set(second.epochs)) == ({printer}, set())

    await leave(pool, first.me)
    await second.start()
    assert second.epochs == {printer: first.epochs[printer] + 1}


async def test_each_replica_takes_at_most_its_share_of_the_lanes(pool: Database) -> None:
    await add_lanes(pool, 5)
    first, second = Replica(pool), Replica(pool)
    await second.start()
    await leave(pool, second.me)
    for each in (first, second):  # Both live before either takes any.
        await send_heartbeat(pool, each.me, 30, "test")
    await asyncio.gather(first.start(), second.start())

    assert not first.epochs.keys() & second.epochs.keys()
    assert sorted((len(first.epochs), len(second.epochs))) == [2, 3]


async def test_a_later_round_waits_for_the_earlier_one_also_on_another_printer(pool: Database) -> None:
    first_printer, second_printer = await add_lanes(pool, 2)
    order = await add_ticket(pool, 1, "BAR", [first_printer])
    void = await add_ticket(pool, 1, "BAR", [second_printer])
    other_bill = await add_ticket(pool, 2, "BAR", [second_printer])
    replica = Replica(pool)
    await replica.start()

    (other,) = await replica.claim(second_printer)
    (first,) = await replica.claim(first_printer)
    assert (other.job.ticket_id, first.job.ticket_id) == (other_bill, order)
    await record(pool, replica.me, [settled(other.job, PRINTED), settled(first.job, PRINTED)])
    (second,) = await replica.claim(second_printer)
    assert second.job.ticket_id == void


async def test_only_a_repeat_after_doubt_is_marked(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()

    (first,) = await replica.claim()
    await record(pool, replica.me, [settled(first.job, NotSent(Reason.CONNECTION_LOST))])
    (second,) = await replica.claim()
    await record(pool, replica.me, [settled(second.job, Uncertain(Reason.CONNECTION_LOST))])
    (third,) = await replica.claim()

    assert [each.job.marked for each in (first, second, third)] == [False, False, True]
    assert [each.job.attempt_no for each in (first, second, third)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("earlier_outcome", "marked", "constraint"),
    [
        ("open", False, "one_unmarked"),
        ("open", True, "one_open"),
        ("UNCERTAIN", False, "one_unmarked"),
        ("CONFIRMED", False, "one_unmarked"),
    ],
)
async def test_the_database_refuses_a_second_unmarked_paper(
    pool: Database, database: str, earlier_outcome: str, marked: bool, constraint: str
) -> None:
    printer, elsewhere = await add_lanes(pool, 2)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim(printer)
    outcomes: dict[str, Outcome] = {"UNCERTAIN": Uncertain(Reason.NO_CONFIRMATION), "CONFIRMED": PRINTED}
    if outcome := outcomes.get(earlier_outcome):
        await record(pool, replica.me, [settled(claimed.job, outcome)])

    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.UniqueViolation) as refused:
        connection.execute(
            "INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,"
            " token_printed, token_cut) VALUES (%s, 'TICKET', 2, %s, 1, %s, %s, 'wxyz', 'WXYZ')",
            [claimed.job.id, elsewhere, replica.me, marked],
        )
    assert refused.value.diag.constraint_name == constraint


async def test_the_database_refuses_two_open_attempts_on_one_printer(pool: Database, database: str) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    await add_ticket(pool, 2, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    await replica.claim()

    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.UniqueViolation) as refused:
        connection.execute(
            "INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,"
            " token_printed, token_cut)"
            " SELECT id, kind, 1, printer_id, 1, %s, false, 'wxyz', 'WXYZ' FROM print_jobs WHERE state = 'WAITING'",
            [replica.me],
        )
    assert refused.value.diag.constraint_name == "one_per_printer"


async def test_eight_claimers_of_shared_stations_never_break_the_order_inside_a_bill(pool: Database) -> None:
    printers = await add_lanes(pool, 8)
    for n in range(40 * 5):
        await add_ticket(pool, n % 40, "BAR", [printers[n % 8]])
    replica = Replica(pool)
    await replica.start()
    claimed_in_order: list[tuple[int, int]] = []

    async def work(printer: int) -> None:
        while len(claimed_in_order) < 200:
            for each in await replica.claim(printer):
                ticket = each.job.ticket_id or 0
                claimed_in_order.append((await bill_of(ticket), ticket))
                await record(pool, replica.me, [settled(each.job, PRINTED)])

    async def bill_of(ticket_id: int) -> int:
        async with pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT bill_id FROM kitchen_tickets WHERE id = %s", [ticket_id]
            )
            row = await cursor.fetchone()
            return int(row["bill_id"]) if row else -1

    await asyncio.gather(*(work(printer) for printer in printers))

    assert len({ticket for _, ticket in claimed_in_order}) == 200
    for bill in range(40):
        tickets = [ticket for each, ticket in claimed_in_order if each == bill]
        assert tickets == sorted(tickets)


async def test_a_lane_whose_ticket_somebody_holds_is_told_so_and_the_others_get_theirs(
    pool: Database, database: str
) -> None:
    held, free = await add_lanes(pool, 2)
    ticket = await add_ticket(pool, 1, "BAR", [held])
    await add_ticket(pool, 2, "BAR", [free])
    replica = Replica(pool)
    await replica.start()
    with psycopg.connect(database) as person:
        person.execute("SELECT FROM kitchen_tickets WHERE id = %s FOR UPDATE", [ticket])
        written = await write(pool, replica.me, [], [replica.request(held), replica.request(free)])
        assert written.held_printers == {held}
        assert [each.job.printer_id for each in written.claimed] == [free]
        # Whoever gives tickets up takes them first and their jobs then: no job of theirs may be held meanwhile.
        assert (
            len(person.execute("SELECT FROM print_jobs WHERE ticket_id = 1 FOR UPDATE NOWAIT").fetchall())
            == 1
        )
    assert [each.job.ticket_id for each in await replica.claim(held)] == [ticket]


async def test_a_lane_whose_job_somebody_holds_is_told_so(pool: Database, database: str) -> None:
    (printer,) = await add_lanes(pool, 1)
    await add_ticket(pool, 1, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    with psycopg.connect(database) as person:
        person.execute("SELECT FROM print_jobs FOR UPDATE")
        assert (await write(pool, replica.me, [], [replica.request(printer)])).held_printers == {printer}
    assert len(await replica.claim()) == 1


async def test_an_outcome_and_the_next_claim_of_its_lane_are_one_commit(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    tickets = [await add_ticket(pool, bill, "BAR", [printer]) for bill in (1, 2)]
    replica = Replica(pool)
    await replica.start()
    (first,) = await replica.claim()
    written = await write(
        pool,
        replica.me,
        [settled(first.job, PRINTED)],
        [replica.request(printer)],
    )
    assert [each.job.ticket_id for each in written.claimed] == tickets[1:]
    assert written.claimed[0].is_last
    async with pool.connection() as connection:
        rows = await (
            await connection.execute("SELECT xmin::text, outcome FROM print_attempts ORDER BY id")
        ).fetchall()
    assert [row["outcome"] for row in rows] == ["CONFIRMED", None]
    assert rows[0]["xmin"] == rows[1]["xmin"]


async def test_two_replicas_that_settle_what_the_other_claims_next_do_not_wait_for_each_other(
    pool: Database,
) -> None:
    """Tickets with a copy on a printer of each: who waited for one while holding another might wait for ever."""
    one, other = await add_lanes(pool, 2)
    first, second = Replica(pool), Replica(pool)
    await first.start()
    await send_heartbeat(pool, second.me, 30, "test")
    async with pool.connection() as connection:
        await connection.execute("UPDATE lanes SET owner = %s WHERE printer_id = %s", [second.me, other])
    second.epochs = {other: first.epochs.pop(other)}
    for bill in range(40):
        # The second's first job is of the later ticket, so that each claims next what the other settles now.
        await add_ticket(pool, 2 * bill, "BAR", [one, other])
        await add_ticket(pool, 2 * bill + 1, "GRILL", [one, other])
        async with pool.connection() as connection:
            await connection.execute(
                "UPDATE print_jobs SET not_before = 'infinity' WHERE state = 'WAITING' AND printer_id = %s"
                " AND station_code = 'BAR'",
                [other],
            )
        (mine,), (theirs,) = await first.claim(), await second.claim()
        assert mine.job.ticket_id != theirs.job.ticket_id
        async with pool.connection() as connection:
            await connection.execute("UPDATE print_jobs SET not_before = '-infinity' WHERE state = 'WAITING'")
        async with asyncio.timeout(5):
            await asyncio.gather(
                *(_go_on(pool, each, job) for each, job in ((first, mine), (second, theirs)))
            )
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT DISTINCT status FROM kitchen_tickets")
        assert [row["status"] async for row in cursor] == ["PRINTED"]


async def _go_on(pool: Database, replica: Replica, claimed: Claimed) -> None:
    """Settle, and work off what the lane has, as a service does: who finds its ticket held asks again."""
    (printer,) = replica.epochs
    outcome: list[Settlement] = [settled(claimed.job, PRINTED)]
    while True:
        written = await write(pool, replica.me, outcome, [replica.request(printer)])
        if not written.claimed and not written.held_printers and not written.held_attempts:
            return
        outcome = [each for each in outcome if each.key in written.held_attempts]
        outcome += [settled(each.job, PRINTED) for each in written.claimed]


_TICKETS = """
INSERT INTO kitchen_tickets (id, bill_id, printer_target, expanded_at)
SELECT n, n, 'BAR', now() FROM generate_series(%(first)s, %(last)s) n;
INSERT INTO print_jobs (id, ticket_id, bill_id, station_code, printer_id, state, settled_at)
SELECT n, n, n, 'BAR', 1 + n %% 3, %(state)s, CASE WHEN %(state)s = 'PRINTED' THEN now() END
  FROM generate_series(%(first)s, %(last)s) n;
"""
_ATTEMPTS = """
INSERT INTO print_attempts (id, job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed,
                            token_cut, outcome, evidence, settled_by, finished_at)
SELECT n, n, 'TICKET', 1, 1 + n % 3, 1, gen_random_uuid(), false, 'A' || lpad(to_hex(n), 3, '0'),
       'B' || lpad(to_hex(n), 3, '0'), 'CONFIRMED', 'token', gen_random_uuid(), now()
  FROM generate_series(1001, 3000) n
"""
_ROWS_READ: LiteralString = """
SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables
 WHERE relname IN ('kitchen_tickets', 'print_jobs', 'print_attempts')
HAVING NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'test' AND datname = current_database())
"""


async def test_a_ticket_reads_its_own_rows_alone_though_statistics_know_of_no_rush(database: str) -> None:
    """Plans are made at the first ticket of an evening; what they read must not grow with the evening."""
    tickets, rows_each_max = 60, 50
    with psycopg.connect(database, autocommit=True) as connection, psycopg.ClientCursor(connection) as till:
        # What only checks references would read as well.
        till.execute("SET session_replication_role = replica")
        async with opened(database) as pool:
            printers = await add_lanes(pool, 3)
            till.execute(_TICKETS, {"first": 1001, "last": 3000, "state": "PRINTED"})
            till.execute(_ATTEMPTS)
            till.execute("ANALYZE")
            for n, printer in enumerate(printers):
                await add_ticket(pool, n, "BAR", [printer])
            replica = Replica(pool)
            await replica.start()
            printed = await _print_all_heads(replica)
            till.execute(_TICKETS, {"first": 3001, "last": 5000, "state": "WAITING"})
            while printed < tickets:
                printed += await _print_all_heads(replica)
        read = await _some_row(connection, _ROWS_READ)
    assert 0 < read <= printed * rows_each_max


async def _print_all_heads(replica: Replica) -> int:
    claimed = await replica.claim()
    await record(replica.database, replica.me, [settled(each.job, PRINTED) for each in claimed])
    return len(claimed)


async def _some_row(connection: psycopg.Connection, question: LiteralString) -> int:
    """Ask until there is a row; return what it says."""
    async with asyncio.timeout(10):
        while True:
            if row := connection.execute(question).fetchone():
                return int(row[0])
            await asyncio.sleep(0.02)


async def test_the_claim_finds_its_heads_through_the_index_made_for_it(pool: Database, database: str) -> None:
    (printer, *_) = await add_lanes(pool, 3)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO kitchen_tickets (bill_id, printer_target, expanded_at)"
            " SELECT n, 'BAR', now() FROM generate_series(1, 5000) n"
        )
        connection.execute(
            "INSERT INTO print_jobs (ticket_id, bill_id, station_code, printer_id, state, settled_at)"
            " SELECT id, bill_id, 'BAR', %s, 'PRINTED', now() FROM kitchen_tickets",
            [printer],
        )
        connection.execute("ANALYZE print_jobs")
        plan = "\n".join(
            row[0]
            for row in connection.execute(
                "EXPLAIN SELECT q.id FROM print_jobs q WHERE q.printer_id = 1 AND q.state = 'WAITING'"
                " AND q.not_before <= now() AND NOT EXISTS (SELECT FROM print_jobs o WHERE o.settled_at IS NULL"
                " AND o.state <> 'HELD' AND (o.bill_id, o.station_code, o.copy_no)"
                " = (q.bill_id, q.station_code, q.copy_no) AND (o.ticket_id, o.reprint_no)"
                " < (q.ticket_id, q.reprint_no)) ORDER BY q.ticket_id, q.id LIMIT 1"
            )
        )
    assert "jobs_waiting" in plan
    assert "jobs_unsettled" in plan
