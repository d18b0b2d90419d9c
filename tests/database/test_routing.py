"""Routing on record: who moved where and why, whose word counts about a printer, what people may ask for."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

import psycopg
import pytest

from kitchen_printer.database.alarms import AlarmBook
from kitchen_printer.database.assignments import Move, Moved, move_jobs
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import send_heartbeat
from kitchen_printer.database.recovery import read_backlog
from kitchen_printer.database.routing import PrinterState, note_states, read_configuration
from kitchen_printer.database.surroundings import Surroundings, look_around
from kitchen_printer.decisions.outcome import Confirmed, Evidence, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.routing import Absence, Choice, Target
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, record, settled

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)
SINCE = datetime(2026, 11, 27, 19, 42, tzinfo=UTC)
PAPER_OUT = Absence(reason=Reason.PAPER_OUT, since=SINCE)
BAR = Target("BAR", 1)


@pytest.fixture
async def pool(database: str) -> AsyncGenerator[Database, None]:
    """The service's pool, as superuser."""
    async with opened(database) as database_of_service:
        yield database_of_service


async def look(pool: Database, replica: Replica) -> Surroundings:
    return await look_around(pool, replica.me, [], ["BAR"], any_station=False)


async def rows(pool: Database, query: str, *values: object) -> list[tuple[object, ...]]:
    async with pool.connection() as connection:
        return [tuple(row.values()) async for row in await connection.execute(query.encode(), values)]


def away(primary: int, backup: int, absence: Absence = PAPER_OUT) -> Move:
    choice = Choice(printer_id=backup, diverted_from=primary, absence=absence)
    return Move(from_printer_id=primary, target=BAR, choice=choice)


def home(backup: int, primary: int) -> Move:
    return Move(from_printer_id=backup, target=BAR, choice=Choice(printer_id=primary))


async def test_moving_jobs_says_from_where_to_where_and_why_and_takes_no_other_ones(pool: Database) -> None:
    primary, backup = await add_lanes(pool, 2)
    waiting = [await add_ticket(pool, n, "BAR", [primary]) for n in range(3)]
    await add_ticket(pool, 7, "KITCHEN", [primary])
    replica = Replica(pool)
    await replica.start()
    await replica.claim(primary)  # The first is being printed: it stays.

    moved = await move_jobs(pool, replica.me, [away(primary, backup)])
    assert moved == [Moved(from_printer_id=primary, to_printer_id=backup, reason="paper_out", jobs=2)]
    assert await move_jobs(pool, replica.me, [away(primary, backup)]) == []
    assert await rows(
        pool,
        "SELECT ticket_id, diverted_from, diverted_for, diverted_since FROM print_jobs WHERE printer_id = %s"
        " ORDER BY id",
        backup,
    ) == [(ticket, primary, "paper_out", SINCE) for ticket in waiting[1:]]

    back = await move_jobs(pool, replica.me, [home(backup, primary)])
    assert [(each.reason, each.jobs) for each in back] == [("came_home", 2)]
    assert await rows(pool, "SELECT count(*) FROM print_jobs WHERE diverted_from IS NOT NULL") == [(0,)]
    told = await rows(
        pool, "SELECT ticket_id, detail ->> 'reason' FROM print_events WHERE event = 'redirected' ORDER BY id"
    )
    assert told == [(ticket, reason) for reason in ("paper_out", "came_home") for ticket in waiting[1:]]


@pytest.mark.parametrize(
    ("outcome", "is_warned"),
    [(Uncertain(Reason.CONNECTION_LOST), True), (Uncertain(Reason.PAPER_OUT, is_revoked=True), False)],
    ids=["it never said that it forgot the ticket", "it did"],
)
async def test_what_may_still_come_out_of_the_printer_that_is_left_is_on_record(
    pool: Database, outcome: Outcome, is_warned: bool
) -> None:
    primary, backup = await add_lanes(pool, 2)
    await add_ticket(pool, 1, "BAR", [primary])
    replica = Replica(pool)
    await replica.start()
    (claimed,) = await replica.claim(primary)
    await record(pool, replica.me, [settled(claimed.job, outcome)])

    await move_jobs(pool, replica.me, [away(primary, backup)])

    warned = await rows(
        pool, "SELECT attempt_id, printer_id FROM print_events WHERE event = 'may_still_print'"
    )
    assert warned == ([(claimed.job.attempt_id, primary)] if is_warned else [])
    (again,) = await replica.claim(backup)
    assert again.job.marked
    assert again.backup is not None
    assert (again.backup.reason, again.backup.since) == (Reason.PAPER_OUT, SINCE)


async def test_a_later_ticket_of_a_bill_waits_for_the_earlier_one_on_whichever_printer_that_is(
    pool: Database,
) -> None:
    primary, backup, default = await add_lanes(pool, 3)
    order = await add_ticket(pool, 1, "BAR", [primary])
    void = await add_ticket(pool, 1, "BAR", [backup])
    replica = Replica(pool)
    await replica.start()
    assert await replica.claim(backup) == []

    # Also when the earlier one was taken by the default station, before this one had a printer of its own.
    taken_by_default = (
        "UPDATE print_jobs SET station_code = 'KITCHEN', printer_id = %s WHERE ticket_id = %s RETURNING 1"
    )
    await rows(pool, taken_by_default, default, order)
    assert await replica.claim(backup) == []
    (claimed,) = await replica.claim(default)
    assert await replica.claim(backup) == []
    await record(pool, replica.me, [settled(claimed.job, PRINTED)])
    assert [each.job.ticket_id for each in await replica.claim(backup)] == [void]


def found(
    printer_id: int, replica: Replica, reason: Reason | None, passed_over_for: Reason | None
) -> PrinterState:
    return PrinterState(
        printer_id=printer_id,
        epoch=replica.epochs[printer_id],
        reason=reason,
        seconds=12,
        passed_over_for=passed_over_for,
    )


async def test_only_the_present_owner_s_word_counts_about_a_printer(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    old, new = Replica(pool), Replica(pool)
    await old.start()
    await note_states(pool, old.me, [found(printer, old, Reason.PAPER_OUT, Reason.PAPER_OUT)])
    absence = (await look(pool, new)).absences[printer]
    assert (absence.reason, absence.answers) == (Reason.PAPER_OUT, False)

    # The owner is not heard of any more: nobody knows, and there is a lane to take.
    await send_heartbeat(pool, old.me, 0, "test")
    seen = await look(pool, new)
    assert (seen.absences, seen.has_free_lanes) == ({}, True)
    await new.start()
    seen = await look(pool, new)
    assert (seen.absences, seen.has_free_lanes) == ({}, False)

    # It wakes up and is not listened to; the new owner finds the printer as it is.
    await send_heartbeat(pool, old.me, 30, "test")
    await note_states(pool, old.me, [found(printer, old, Reason.COVER_OPEN, Reason.COVER_OPEN)])
    assert (await look(pool, new)).absences == {}
    await note_states(pool, new.me, [found(printer, new, Reason.PAPER_OUT, None)])
    assert (await look(pool, new)).absences == {}
    await note_states(pool, new.me, [found(printer, new, Reason.PAPER_OUT, Reason.PAPER_OUT)])
    await note_states(pool, new.me, [found(printer, new, None, Reason.PAPER_OUT)])
    assert (await look(pool, new)).absences[printer].answers
    await note_states(pool, new.me, [found(printer, new, None, None)])

    assert [event for (event,) in await rows(pool, "SELECT event FROM print_events ORDER BY id")] == [
        *("printer_down", "printer_passed_over"),
        *("printer_passed_over", "printer_ready", "printer_came_home"),
    ]


async def test_since_when_a_printer_is_down_outlives_its_cause_and_its_owner(pool: Database) -> None:
    (printer,) = await add_lanes(pool, 1)
    first, second = Replica(pool), Replica(pool)
    await first.start()
    await note_states(pool, first.me, [found(printer, first, Reason.PAPER_OUT, None)])
    ((since,),) = await rows(pool, "SELECT state_since FROM printers")
    assert await rows(pool, "SELECT now() - state_since > interval '12 s' FROM printers") == [(True,)]
    await send_heartbeat(pool, first.me, 0, "test")
    await second.start()
    await note_states(pool, second.me, [found(printer, second, Reason.COVER_OPEN, Reason.COVER_OPEN)])

    state = await rows(pool, "SELECT state_reason, state_since, passed_over_since FROM printers")
    assert state == [("cover_open", since, since)]


async def test_states_of_many_printers_are_noted_in_one_statement(pool: Database) -> None:
    printers = await add_lanes(pool, 200)
    replica = Replica(pool)
    await replica.start()
    await note_states(pool, replica.me, [found(each, replica, Reason.UNREACHABLE, None) for each in printers])
    assert await rows(pool, "SELECT state, count(*) FROM printers GROUP BY 1") == [("down", 200)]


def test_operators_are_told_what_is_wrong_with_what_they_ask(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO printers (address) VALUES ('10.0.0.1:9100'), ('10.0.0.2:9101')")
        for statement, complaint in (
            ("SELECT kitchen_park('10.0.0.9', 'Ana')", "there is no printer 10.0.0.9"),
            ("SELECT kitchen_park('10.0.0.1', ' ')", "it must be known who asks"),
            (
                "SELECT kitchen_redirect('10.0.0.1', '10.0.0.1:9100', 'Ana')",
                "a printer cannot be redirected to itself",
            ),
            (
                "SELECT kitchen_redirect('10.0.0.1', '10.0.0.2:9101', 'Ana', 'PATIO')",
                "station PATIO has no printer",
            ),
            ("SELECT kitchen_retry(4711, 'Ana')", "there is no ticket 4711"),
            ("SELECT kitchen_retry_station('BAR', NULL, 'Ana')", "say which station"),
            ("SELECT kitchen_reprint_on(4711, '10.0.0.1', 'Ana')", "there is no ticket 4711"),
        ):
            with pytest.raises(psycopg.Error, match=complaint):
                connection.execute(statement.encode())
        assert connection.execute("SELECT count(*) FROM print_events").fetchone() == (0,)
        # Twice is once.
        asked = [connection.execute("SELECT kitchen_park(' 10.0.0.1 ', 'Ana')").fetchone() for _ in range(2)]
        assert asked == [(True,), (False,)]


async def test_a_retry_after_doubt_is_marked_and_one_that_a_reprint_took_care_of_is_left(
    pool: Database,
) -> None:
    (printer,) = await add_lanes(pool, 1)
    doubtful = await add_ticket(pool, 1, "BAR", [printer])
    reprinted = await add_ticket(pool, 2, "BAR", [printer])
    replica = Replica(pool)
    await replica.start()
    for _ in range(2):
        (claimed,) = await replica.claim(printer)
        await record(
            pool, replica.me, [settled(claimed.job, Uncertain(Reason.CONNECTION_LOST), attempts_max=1)]
        )
    await rows(pool, "SELECT kitchen_request_reprint(%s, 'Ana', 'hungry')", reprinted)
    (claimed,) = await replica.claim(printer)
    await record(pool, replica.me, [settled(claimed.job, PRINTED)])

    assert await rows(pool, "SELECT kitchen_retry_station(' bar', now() - interval '1 h', 'Ana')") == [(1,)]
    (again,) = await replica.claim(printer)
    assert (again.job.ticket_id, again.job.marked, again.job.spent) == (doubtful, True, 0)
    assert await rows(pool, "SELECT status FROM kitchen_tickets ORDER BY id") == [("PRINTING",), ("PRINTED",)]


async def test_a_time_without_end_in_one_row_costs_the_others_nothing(pool: Database) -> None:
    spared, other = await add_lanes(pool, 2)
    async with pool.connection() as connection:
        await connection.execute(
            "UPDATE printers SET parked = true, parked_at = 'infinity' WHERE id = %s", [spared]
        )
        await connection.execute(
            "INSERT INTO kitchen_redirects (printer_id, to_printer_id, redirected_by, created_at)"
            " VALUES (%s, %s, 'Eve', '-infinity')",
            [spared, other],
        )

    ticket = await add_ticket(pool, 1, "BAR", [other])
    await rows(pool, "UPDATE kitchen_tickets SET not_before = 'infinity' WHERE id = %s RETURNING 1", ticket)

    configuration = await read_configuration(pool)
    backlog = await read_backlog(pool, other, 300)
    assert backlog is not None
    assert backlog.oldest == ()
    assert [(each.parked, each.parked_at) for each in configuration.printers] == [(True, None), (False, None)]
    assert [each.since for each in configuration.redirects] == [datetime(2000, 1, 1, tzinfo=UTC)]
    async with pool.transaction() as connection:
        assert len((await AlarmBook(connection).sight()).printers) == 2


async def test_who_is_passed_over_is_down_since_then_or_longer_however_often_it_answered_meanwhile(
    pool: Database,
) -> None:
    (printer,) = await add_lanes(pool, 1)
    replica = Replica(pool)
    await replica.start()
    out_of_paper = Reason.PAPER_OUT

    async def sees(reason: Reason | None, passed_over_for: Reason | None) -> tuple[bool, bool, object, float]:
        await note_states(pool, replica.me, [found(printer, replica, reason, passed_over_for)])
        async with pool.transaction() as connection:
            seen = await AlarmBook(connection).sight()
        (sight,) = seen.printers
        return sight.is_down, sight.answers, sight.reason, round((seen.now - sight.since).total_seconds(), -1)

    async def time_passes() -> None:
        await rows(
            pool,
            "UPDATE printers SET state_since = state_since - interval '1 min',"
            " passed_over_since = passed_over_since - interval '1 min' RETURNING 1",
        )

    assert await sees(out_of_paper, None) == (True, False, out_of_paper, 10)
    await time_passes()
    assert await sees(out_of_paper, out_of_paper) == (True, False, out_of_paper, 70)
    await time_passes()
    assert await sees(None, out_of_paper) == (True, True, out_of_paper, 130)
    assert await sees(Reason.REFUSED, out_of_paper) == (True, False, Reason.REFUSED, 130)
    assert await sees(None, out_of_paper) == (True, True, out_of_paper, 130)
    assert await sees(None, None) == (False, True, None, 10)
    await time_passes()
    # That it has answered for long is nothing it is passed over for.
    assert await sees(None, Reason.DOES_NOT_CONFIRM) == (True, True, Reason.DOES_NOT_CONFIRM, 0)


async def test_a_migration_at_work_silences_no_alarm(pool: Database, database: str) -> None:
    with psycopg.connect(database) as migrating:
        migrating.execute("SELECT pg_advisory_lock(%s)", [0x6B70_0002])
        async with pool.transaction() as connection:
            assert await AlarmBook(connection).is_ours()


async def test_who_may_be_taken_for_dead_by_others_moves_no_ticket(pool: Database) -> None:
    primary, backup = await add_lanes(pool, 2)
    await add_ticket(pool, 1, "BAR", [primary])
    replica = Replica(pool)
    await replica.start()
    await rows(pool, "UPDATE kitchen_replicas SET until = now() - interval '1 hour' RETURNING 1")
    assert await move_jobs(pool, replica.me, [away(primary, backup)]) == []
    await replica.start()
    assert len(await move_jobs(pool, replica.me, [away(primary, backup)])) == 1
