"""A lease that has ended is not had again by a heartbeat alone: another service may have taken the lanes meanwhile."""

import asyncio
from collections.abc import Callable
from time import monotonic
from uuid import uuid4

import pytest

from kitchen_printer.config import read_settings
from kitchen_printer.database.leases import Holdings
from kitchen_printer.service import leases as leases_module
from kitchen_printer.service.facts import PrinterDown, PrinterReady, TicketClaimed
from kitchen_printer.service.leases import Leases
from tests.database.lanes_and_jobs import opened
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest, RunningService
from virtual_printer import VirtualPrinter


class Clock:
    """A monotonic clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let leases read this clock."""
    clock = Clock()
    monkeypatch.setattr(leases_module, "monotonic", clock)
    return clock


async def test_after_its_lease_a_service_acts_again_only_when_it_has_looked_which_lanes_are_left(
    database: str, clock: Clock
) -> None:
    looked: list[bool] = []
    settings = read_settings({"DATABASE_URL": database, "KITCHEN_LEASE_SECONDS": "6"})

    def held(_: Holdings) -> list[int]:
        looked.append(leases.may_act())
        return []

    async with opened(database) as pool:
        leases = Leases(pool, uuid4(), settings, "test", held)
        await leases.renew()
        clock.seconds += 2
        await leases.renew()
        clock.seconds += 4
        assert leases.may_act()  # It was ours all the time: each heartbeat lets it last.
        clock.seconds += 20  # Frozen for longer than the lease.
        running = asyncio.create_task(leases.run())
        async with asyncio.timeout(WAIT_SECONDS):
            while not leases.may_act():  # noqa: ASYNC110  # another task of this process
                await asyncio.sleep(0)
        running.cancel()
    assert looked == [False]


class RunsAhead:
    """The machine's monotonic clock, and two minutes more from when the test says so."""

    def __init__(self) -> None:
        self.is_ahead: Callable[[], bool] = lambda: False

    def __call__(self) -> float:
        return monotonic() + (120.0 if self.is_ahead() else 0.0)


@pytest.fixture
def own_clock(monkeypatch: pytest.MonkeyPatch) -> RunsAhead:
    """Let leases end by our own clock while they go on in the database: nobody else takes the lanes."""
    clock = RunsAhead()
    monkeypatch.setattr(leases_module, "monotonic", clock)
    return clock


async def stopped_over_the_first_of_three_tickets(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> tuple[RunningService, list[int]]:
    """A service with a long lease whose printer has no paper, and three tickets in its lane."""
    await kitchen.route("BAR", printer)
    printer.causes.paper_out_at_line(3)
    service = await kitchen.start_service(KITCHEN_LEASE_SECONDS="60")
    tickets = [await kitchen.submit("BAR", "Soup", bill_id=1)]
    await service.facts.wait_for(PrinterDown)
    tickets += [await kitchen.submit("BAR", "Soup", bill_id=bill) for bill in (2, 3)]
    await kitchen.wait_until("SELECT count(*) = 3 AS yes FROM print_jobs WHERE kind = 'TICKET'")
    return service, tickets


async def lane_at_rest(printer: VirtualPrinter) -> None:
    """Return when nobody works in the printer's lane."""
    name = f"lane {printer.address}"
    async with asyncio.timeout(WAIT_SECONDS):
        while name in {each.get_name() for each in asyncio.all_tasks()}:  # noqa: ASYNC110  # another task of this process
            await asyncio.sleep(0.01)


async def test_a_lane_whose_lease_is_over_by_our_own_clock_claims_nothing_until_it_is_ours_again(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, own_clock: RunsAhead
) -> None:
    _, (first, *others) = await stopped_over_the_first_of_three_tickets(kitchen, printer)
    own_clock.is_ahead = lambda: True
    printer.causes.refill()
    await kitchen.wait_for_status(first, "PRINTED")
    await lane_at_rest(printer)
    assert [await kitchen.attempts(each) for each in others] == [[], []]

    own_clock.is_ahead = lambda: False
    for each in others:
        await kitchen.wait_for_status(each, "PRINTED")
        assert await kitchen.attempts(each) == [(1, False, "CONFIRMED", "token", None)]


async def test_a_lane_whose_lease_ends_between_claim_and_first_byte_does_not_ask_its_printer_again_at_once(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, own_clock: RunsAhead
) -> None:
    service, (_, second, third) = await stopped_over_the_first_of_three_tickets(kitchen, printer)
    down_before = len(service.facts.of(PrinterDown))

    def is_claimed() -> bool:
        return any(each.job.ticket_id == second for each in service.facts.of(TicketClaimed))

    own_clock.is_ahead = is_claimed
    printer.causes.refill()
    claimed = await service.facts.wait_for(TicketClaimed, lambda fact: fact.job.ticket_id == second)
    await lane_at_rest(printer)
    seen = service.facts.seen
    assert not [each for each in seen[seen.index(claimed) :] if isinstance(each, PrinterReady)]
    assert len(service.facts.of(PrinterDown)) == down_before
    assert await kitchen.attempts(second) == [(1, False, "NOT_SENT", None, "lease_lost")]

    own_clock.is_ahead = lambda: False
    await kitchen.wait_for_status(third, "PRINTED")
    assert (await kitchen.attempts(second))[1:] == [(2, False, "CONFIRMED", "token", None)]
