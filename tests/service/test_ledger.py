"""The ledger: outcomes and claims share commits, and nobody waits there for what is not theirs."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from kitchen_printer.config import read_settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import Lease
from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement, Written, write
from kitchen_printer.database.outcomes import Abandoned, unknown_attempts
from kitchen_printer.decisions.outcome import Confirmed, Evidence, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.ticket import Job
from kitchen_printer.service import ledger as ledger_module
from kitchen_printer.service.facts import DatabaseLost, PrinterDown, PrinterReady
from kitchen_printer.service.ledger import Ledger
from tests.database.lanes_and_jobs import Replica, add_lanes, add_ticket, opened, settled
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest, RunningService
from virtual_printer import VirtualPrinter

PRINTED = Confirmed(Evidence.TOKEN, is_cut=True)
FOR_EVER = 3_600.0


@asynccontextmanager
async def at_work(dsn: str, printers: int) -> AsyncGenerator[tuple[Ledger, Replica]]:
    """Yield a ledger that works, with the replica whose it is and its lanes; every lane has two tickets."""
    async with opened(dsn) as database:
        lanes = await add_lanes(database, printers)
        for bill in range(2 * printers):
            await add_ticket(database, bill, "BAR", [lanes[bill % printers]])
        replica = Replica(database)
        await replica.start()
        ledger = Ledger(database, replica.me, read_settings({"DATABASE_URL": dsn}), lambda _: None)
        working = asyncio.create_task(ledger.run())
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                yield ledger, replica
        finally:
            working.cancel()


def leases(replica: Replica) -> list[Lease]:
    return [Lease(printer_id, epoch) for printer_id, epoch in sorted(replica.epochs.items())]


@dataclass(frozen=True, slots=True)
class Slowly:
    """Outcomes are on their way to the disk for as long as the test wants."""

    is_on_its_way: asyncio.Event = field(default_factory=asyncio.Event)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Slowly:
    """Let writes of outcomes wait until they may go on."""
    slowly = Slowly()

    async def slow_write(
        database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        if settlements:
            slowly.is_on_its_way.set()
            await slowly.may_go_on.wait()
        return await write(database, me, settlements, requests)

    monkeypatch.setattr(ledger_module, "write", slow_write)
    return slowly


@pytest.fixture
def was_held(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set once a write has found something locked by somebody."""
    was_held = asyncio.Event()

    async def write_and_tell(
        database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        written = await write(database, me, settlements, requests)
        if written.held_attempts or written.held_printers:
            was_held.set()
        return written

    monkeypatch.setattr(ledger_module, "write", write_and_tell)
    return was_held


async def claimed_by(ledger: Ledger, lease: Lease) -> Job:
    """Claim the lane's next ticket; there is one."""
    claimed = await ledger.claim(lease, None)
    assert claimed is not None
    return claimed.job


async def test_an_outcome_waits_for_its_lane_to_ask_and_both_are_one_commit(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "FOLLOW_SECONDS", FOR_EVER)
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        first = await claimed_by(ledger, lease)
        recording = ledger.record(settled(first, PRINTED), lease.printer_id)
        assert await ledger.claim(lease, None) is not None
        assert await recording is not None
        async with replica.database.connection() as connection:
            cursor = await connection.execute(
                "SELECT event, xmin::text AS commit FROM print_events"
                " WHERE event IN ('claimed', 'confirmed') ORDER BY id"
            )
            events = [(row["event"], row["commit"]) async for row in cursor]
    assert [event for event, _ in events] == ["claimed", "confirmed", "claimed"]
    assert events[1][1] == events[2][1] != events[0][1]


async def test_a_lane_that_asks_for_nothing_more_holds_its_outcome_up_for_a_moment_only(
    database: str,
) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        claimed = await claimed_by(ledger, lease)
        assert await ledger.record(settled(claimed, PRINTED), lease.printer_id) is not None


async def test_whoever_else_asks_does_not_wait_for_a_lane_that_is_about_to(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "FOLLOW_SECONDS", FOR_EVER)
    async with at_work(database, 2) as (ledger, replica):
        about_to_ask, other = leases(replica)
        claimed = await claimed_by(ledger, about_to_ask)
        recording = ledger.record(settled(claimed, PRINTED), about_to_ask.printer_id)
        assert await ledger.claim(other, None) is not None
        assert await recording is not None


async def test_what_was_said_first_of_an_attempt_stands(database: str) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        claimed = await claimed_by(ledger, lease)
        said = settled(claimed, PRINTED)
        first = ledger.record(said, None)
        second = ledger.record(settled(claimed, Uncertain(Reason.INTERNAL_ERROR)), None)
        assert await first == await second == said
        async with replica.database.connection() as connection:
            cursor = await connection.execute("SELECT outcome FROM print_attempts")
            assert [row["outcome"] async for row in cursor] == ["CONFIRMED"]


async def test_what_was_said_first_stands_also_while_it_is_written_down(
    database: str, slowly: Slowly
) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        claimed = await claimed_by(ledger, lease)
        said = settled(claimed, PRINTED)
        first = ledger.record(said, None)
        await slowly.is_on_its_way.wait()
        second = ledger.record(settled(claimed, Uncertain(Reason.INTERNAL_ERROR)), None)
        slowly.may_go_on.set()
        assert await first == await second == said
        assert await _events(replica, "confirmed", "uncertain") == ["confirmed"]


async def test_an_attempt_that_the_database_lost_says_nothing_about_another_of_its_number(
    database: str,
) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        claimed = await claimed_by(ledger, lease)
        of_the_lost_one = ledger.record(replace(settled(claimed, PRINTED), token_printed="lost"), None)
        assert await of_the_lost_one is None
        assert list(ledger.expected) == [claimed.attempt_id]
        of_the_lost_one = ledger.record(replace(settled(claimed, PRINTED), token_printed="lost"), None)
        said = settled(claimed, PRINTED)
        assert (await ledger.record(said, None), await of_the_lost_one) == (said, None)
        assert list(ledger.expected) == []
        assert await _events(replica, "confirmed") == ["confirmed"]


async def _events(replica: Replica, *names: str) -> list[str]:
    async with replica.database.connection() as connection:
        cursor = await connection.execute(
            "SELECT event FROM print_events WHERE event = ANY(%s) ORDER BY id", [list(names)]
        )
        return [row["event"] async for row in cursor]


async def test_an_outcome_whose_ticket_a_person_holds_waits_alone(database: str) -> None:
    async with at_work(database, 3) as (ledger, replica):
        of_held, of_other, of_third = leases(replica)
        held, other = await claimed_by(ledger, of_held), await claimed_by(ledger, of_other)
        with psycopg.connect(database) as person:
            person.execute("SELECT FROM kitchen_tickets WHERE id = %s FOR SHARE", [held.ticket_id])
            waiting = ledger.record(settled(held, PRINTED), None)
            assert await ledger.record(settled(other, PRINTED), None) is not None
            assert await ledger.claim(of_third, None) is not None
            assert not waiting.done()
        assert await waiting is not None
        assert await _events(replica, "confirmed") == ["confirmed", "confirmed"]


@pytest.mark.parametrize("row", ["print_jobs WHERE id = %(job)s", "print_attempts WHERE id = %(attempt)s"])
async def test_an_outcome_whose_job_or_attempt_a_person_holds_holds_nobody_else_up(
    database: str, row: str
) -> None:
    async with at_work(database, 3) as (ledger, replica):
        of_held, of_other, of_third = leases(replica)
        held, other = await claimed_by(ledger, of_held), await claimed_by(ledger, of_other)
        with psycopg.connect(database) as person:
            person.execute(
                f"SELECT FROM {row} FOR UPDATE".encode(), {"job": held.id, "attempt": held.attempt_id}
            )
            waiting = ledger.record(settled(held, PRINTED), None)
            assert await ledger.record(settled(other, PRINTED), None) is not None
            assert await ledger.claim(of_third, None) is not None
            assert not waiting.done()
        assert await waiting is not None


async def test_a_lane_whose_own_outcome_a_person_holds_up_gets_its_next_ticket_once_it_is_on_record(
    database: str, was_held: asyncio.Event
) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        claimed = await claimed_by(ledger, lease)
        with psycopg.connect(database) as person:
            person.execute("SELECT FROM kitchen_tickets WHERE id = %s FOR SHARE", [claimed.ticket_id])
            recording = ledger.record(settled(claimed, PRINTED), lease.printer_id)
            asking = asyncio.create_task(ledger.claim(lease, None))
            await was_held.wait()
        assert await recording is not None
        assert await asking is not None


async def test_a_ticket_that_cannot_be_claimed_fails_the_claim_of_its_own_lane_alone(database: str) -> None:
    async with at_work(database, 2) as (ledger, replica):
        of_bad, of_other = leases(replica)
        async with replica.database.connection() as connection:
            await connection.execute(
                sql.SQL(
                    "ALTER TABLE print_attempts ADD CONSTRAINT stands_for_a_mistake_of_ours CHECK (printer_id <> {})"
                ).format(of_bad.printer_id)
            )
        bad, other = await asyncio.gather(
            ledger.claim(of_bad, None), ledger.claim(of_other, None), return_exceptions=True
        )
        assert isinstance(bad, RuntimeError)
        assert isinstance(other, Claimed)


async def test_a_printer_whose_row_a_person_holds_gets_nothing_and_holds_nobody_up(database: str) -> None:
    async with at_work(database, 2) as (ledger, replica):
        of_held, of_other = leases(replica)
        with psycopg.connect(database) as person:
            person.execute("SELECT FROM printers WHERE id = %s FOR UPDATE", [of_held.printer_id])
            nothing, something = await asyncio.gather(
                ledger.claim(of_held, None), ledger.claim(of_other, None)
            )
            assert nothing is None
            assert something is not None
        assert await ledger.claim(of_held, None) is not None


async def test_a_service_that_stops_waits_for_no_ticket_that_a_person_holds_and_begins_none(
    database: str, was_held: asyncio.Event
) -> None:
    async with at_work(database, 1) as (ledger, replica):
        (lease,) = leases(replica)
        with psycopg.connect(database) as person:
            person.execute(
                "SELECT FROM kitchen_tickets t JOIN print_jobs j ON j.ticket_id = t.id"
                " WHERE j.printer_id = %s FOR SHARE OF t",
                [lease.printer_id],
            )
            waiting = asyncio.create_task(ledger.claim(lease, None))
            await was_held.wait()
            ledger.stop_claiming()
        assert await waiting is None
        assert await ledger.claim(lease, None) is None


async def test_a_claim_whose_answer_is_on_its_way_at_the_end_is_its_lane_s_and_is_not_settled(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Slowly()

    async def answer_slowly(
        database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        written = await write(database, me, settlements, requests)
        answer.is_on_its_way.set()
        await answer.may_go_on.wait()
        return written

    monkeypatch.setattr(ledger_module, "write", answer_slowly)
    async with at_work(database, 1) as (ledger, replica):
        asking = asyncio.create_task(ledger.claim(leases(replica)[0], None))
        await answer.is_on_its_way.wait()
        ending = asyncio.create_task(ledger.finish())
        await unknown_attempts(
            replica.database, replica.me, ()
        )  # Long enough for it to have looked, if it did.
        answer.may_go_on.set()
        await ending
        assert await asking is not None
        async with replica.database.connection() as connection:
            cursor = await connection.execute("SELECT outcome FROM print_attempts")
            assert [row["outcome"] async for row in cursor] == [None]


async def test_attempts_that_nobody_knows_and_nobody_can_read_hold_no_lane_up(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(*_: object) -> list[Abandoned]:
        raise TypeError("an odometer of another make")

    monkeypatch.setattr(ledger_module, "unknown_attempts", unreadable)
    async with at_work(database, 1) as (ledger, replica):
        for _ in range(3):
            ledger.settle_unknown_attempts()
        assert await ledger.claim(leases(replica)[0], None) is not None


async def test_a_service_that_is_let_in_three_times_only_prints(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    login = str(conninfo_to_dict(kitchen.service_dsn)["user"])
    await kitchen.execute(f"ALTER ROLE {login} CONNECTION LIMIT 3")
    await kitchen.route("BAR", printer)
    await kitchen.start_service()
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Negroni"), "PRINTED")


async def test_a_lane_whose_ticket_a_person_holds_gets_it_when_it_is_free_and_the_others_print_meanwhile(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    printer.causes.refuse()
    service = await kitchen.start_service()
    held = await kitchen.submit("BAR", "Negroni", bill_id=1)
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM print_jobs")
    with psycopg.connect(kitchen.dsn) as person:
        person.execute("SELECT FROM kitchen_tickets WHERE id = %s FOR SHARE", [held])
        printer.causes.accept()
        await service.facts.wait_for(PrinterReady, lambda fact: fact.address == printer.address)
        await kitchen.wait_for_status(await kitchen.submit("KITCHEN", "Fish", bill_id=2), "PRINTED")
        assert await kitchen.status(held) == "NEW"
    await kitchen.wait_for_status(held, "PRINTED")


async def states_shown(service: RunningService) -> list[str]:
    """How the printers stand on the service's page."""
    _, health = await service.get("/health")
    return [each["state"] for each in health["printers"]]


async def test_a_printer_that_goes_down_while_a_person_holds_its_row_holds_no_other_station_up(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, second_printer: VirtualPrinter
) -> None:
    await kitchen.route("BAR", printer)
    await kitchen.route("KITCHEN", second_printer)
    service = await kitchen.start_service()
    for bill, station in enumerate(("BAR", "KITCHEN")):
        await kitchen.wait_for_status(await kitchen.submit(station, "Soup", bill_id=bill), "PRINTED")
    with psycopg.connect(kitchen.dsn) as person:
        person.execute("UPDATE printers SET columns = 42 WHERE address = %s", [printer.address])
        printer.causes.refuse()
        await kitchen.submit("BAR", "Negroni", bill_id=2)
        await service.facts.wait_for(PrinterDown)
        async with asyncio.timeout(WAIT_SECONDS):
            while "down" not in await states_shown(service):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await kitchen.wait_for_status(await kitchen.submit("KITCHEN", "Fish", bill_id=3), "PRINTED")
        assert not service.facts.of(DatabaseLost)
    await kitchen.wait_until("SELECT bool_or(state = 'down') AS yes FROM printers")


async def test_a_lane_that_is_cancelled_while_its_outcome_is_on_its_way_ends(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, slowly: Slowly
) -> None:
    await kitchen.route("BAR", printer)
    for bill in (1, 2):
        await kitchen.submit("BAR", "Negroni", bill_id=bill)
    await kitchen.start_service()
    await slowly.is_on_its_way.wait()
    (lane,) = [each for each in asyncio.all_tasks() if each.get_name() == f"lane {printer.address}"]
    lane.cancel()
    await asyncio.wait([lane], timeout=WAIT_SECONDS)
    assert lane.cancelled()
    slowly.may_go_on.set()
    await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM kitchen_tickets WHERE status = 'PRINTED'")
