"""Test papers of a printer that nobody serves come out though the database hiccups or the program was frozen, and none
is begun once the time is over."""

import asyncio
from contextlib import suppress

from kitchen_printer.config import read_settings
from kitchen_printer.service.facts import Fact, PrinterProbed, Subscriber
from kitchen_printer.service.one_lane import print_test_papers
from tests.service.broken_off import SO_FAR, break_off
from tests.service.kitchen_under_test import QUICK, WAIT_SECONDS, KitchenUnderTest
from tests.service.test_leases import RunsAhead, own_clock
from virtual_printer import VirtualPrinter

__all__ = ["own_clock"]


async def asked_for_a_test(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, announce: Subscriber = lambda _: None
) -> asyncio.Task[bool]:
    """A test paper is asked for, and its printer's lane worked as ``kitchen-printer test-print`` works it."""

    async def is_done() -> bool:
        row = await kitchen.one("SELECT count(*) = 0 AS yes FROM print_jobs WHERE settled_at IS NULL")
        return bool(row["yes"])

    await kitchen.execute("SELECT kitchen_request_test_print(%s, 'Eve')", [printer.address])
    settings = read_settings({"DATABASE_URL": kitchen.service_dsn, **QUICK})
    return asyncio.create_task(print_test_papers(settings, printer.address, announce, is_done))


async def ended(testing: asyncio.Task[bool]) -> bool:
    async with asyncio.timeout(WAIT_SECONDS):
        return await testing


async def outcomes(kitchen: KitchenUnderTest) -> set[tuple[str | None, str | None]]:
    return {
        (each["outcome"], each["reason"])
        for each in await kitchen.rows("SELECT outcome, reason FROM print_attempts")
    }


async def waiting_for_its_printer(kitchen: KitchenUnderTest, printer: VirtualPrinter) -> asyncio.Task[bool]:
    """A test that has taken its lane, and whose printer refuses to connect."""
    await kitchen.pin(printer, "A+")
    printer.causes.refuse()
    testing = await asked_for_a_test(kitchen, printer)
    await kitchen.wait_until("SELECT count(*) = 1 AS yes FROM lanes WHERE owner IS NOT NULL")
    return testing


async def test_a_lost_heartbeat_does_not_end_a_test(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    await kitchen.pin(printer, "A+")
    await break_off(kitchen, "INSERT ON kitchen_replicas", turn=2)
    printer.causes.refuse()
    testing = await asked_for_a_test(kitchen, printer)
    await kitchen.wait_until(f"SELECT {SO_FAR} >= 4 AS yes")
    printer.causes.accept()

    assert await ended(testing)
    assert await outcomes(kitchen) == {("CONFIRMED", None)}


async def test_a_test_that_was_frozen_for_longer_than_its_lease_takes_the_lane_anew(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, own_clock: RunsAhead
) -> None:
    testing = await waiting_for_its_printer(kitchen, printer)
    own_clock.is_ahead = lambda: True
    printer.causes.accept()

    assert await ended(testing)
    assert await outcomes(kitchen) == {("CONFIRMED", None)}
    assert (await kitchen.one("SELECT epoch > 1 AND owner IS NULL AS yes FROM lanes"))["yes"]


async def test_a_test_whose_lane_was_taken_by_a_service_while_it_was_frozen_leaves_it_to_that(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, own_clock: RunsAhead
) -> None:
    testing = await waiting_for_its_printer(kitchen, printer)
    await kitchen.start_service()
    await kitchen.wait_until("SELECT count(*) = 2 AS yes FROM kitchen_replicas")
    await kitchen.execute(
        "UPDATE lanes l SET owner = r.owner, epoch = epoch + 1 FROM kitchen_replicas r WHERE r.owner <> l.owner"
    )
    own_clock.is_ahead = lambda: True

    assert not await ended(testing)
    printer.causes.accept()
    await kitchen.wait_until("SELECT count(*) = 0 AS yes FROM print_jobs WHERE settled_at IS NULL")
    assert await outcomes(kitchen) == {("CONFIRMED", None)}


async def test_no_paper_is_begun_when_the_time_is_over_while_the_printer_is_being_reached(
    kitchen: KitchenUnderTest, printer: VirtualPrinter
) -> None:
    def is_over_once_the_printer_was_probed(fact: Fact) -> None:
        if isinstance(fact, PrinterProbed):
            testing.cancel()

    testing = await asked_for_a_test(kitchen, printer, is_over_once_the_printer_was_probed)
    with suppress(asyncio.CancelledError):
        await ended(testing)
    assert testing.cancelled()
    assert await outcomes(kitchen) == set()
    assert printer.paper.text == ""
