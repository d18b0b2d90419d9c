"""Serves one printer that nobody serves, for as long as its test papers take: no ticket is printed here."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC
from uuid import UUID, uuid4

from kitchen_printer.config import Settings
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import take_lane
from kitchen_printer.database.outcomes import abandoned_attempts
from kitchen_printer.database.routing import read_configuration
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.attempt import Tried
from kitchen_printer.service.ending import end_tasks, hand_back
from kitchen_printer.service.facts import Subscriber
from kitchen_printer.service.keep_running import keep_running
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane, device_of
from kitchen_printer.service.leases import Leases
from kitchen_printer.service.ledger import Ledger
from kitchen_printer.service.looks import Looks, zone_of
from kitchen_printer.service.paper_tests import conclude_paper_test
from kitchen_printer.service.print_ticket import Unable, print_next_ticket
from kitchen_printer.service.settle_abandoned import settle_abandoned_attempts

NO_SERVICE = "test-print"
"""Stands where a service names its version: other test prints must not wait for this one to print theirs."""

END_SECONDS = 5.0
"""How long an attempt may take to end on record when the time is over."""

REST_SECONDS = 0.5
"""How soon a printer that cannot print now is asked again."""


async def print_test_papers(
    settings: Settings, address: str, announce: Subscriber, is_done: Callable[[], Awaitable[bool]]
) -> bool:
    """Take the printer's lane and print what is queued for it until ``is_done``; False if somebody serves it.

    A lease that ended, because we were frozen, is never acted upon again: the lane is handed back and taken anew.
    Raises :class:`DatabaseLostError`. The caller sets the deadline; cancelled, it hands the lane back.
    """
    while True:
        async with _parts(settings, announce) as (kitchen, ledger, me):
            lane = await _taken_lane(address, kitchen, me)
            if lane is None:
                return False
            while kitchen.may_act():
                if await is_done():
                    return True
                await _whole_turn(lane, kitchen, ledger)


async def _taken_lane(address: str, kitchen: Kitchen, me: UUID) -> Lane | None:
    """Take the printer's lane and settle what its earlier owners left open; None if somebody serves it."""
    announce = kitchen.announce
    configuration = await read_configuration(kitchen.database)
    printer = next((each for each in configuration.printers if each.address == address), None)
    lease = await take_lane(kitchen.database, me, printer.id) if printer else None
    if printer is None or lease is None:
        return None
    zone = zone_of(configuration.time_zone, announce)
    kitchen.looks = Looks(kitchen.settings, zone, configuration.stations, announce)
    lane = Lane(printer=printer, lease=lease, device=device_of(printer), announce=announce)
    lane.abandoned = [
        each for each in await abandoned_attempts(kitchen.database, me) if each.printer_id == printer.id
    ]
    await settle_abandoned_attempts(lane, kitchen)
    return lane


async def _whole_turn(lane: Lane, kitchen: Kitchen, ledger: Ledger) -> None:
    """Take one turn. Cancelled, begin nothing more, hang up, and let the attempt end on record."""
    turn = asyncio.create_task(_one_turn(lane, kitchen))
    try:
        await asyncio.shield(turn)
    except asyncio.CancelledError:
        ledger.stop_claiming()  # While the printer is being reached there is no line to hang up on.
        lane.hang_up(Reason.SERVICE_STOPPED)
        await asyncio.wait([turn], timeout=END_SECONDS)
        turn.cancel()
        raise


async def _one_turn(lane: Lane, kitchen: Kitchen) -> None:
    """Print one notice. They come before tickets, and a list of what waits would promise tickets."""
    lane.is_new, lane.returns_until = False, 0.0
    turn = await print_next_ticket(lane, kitchen)
    await conclude_paper_test(lane, kitchen)
    match turn:
        case Unable(reason):
            lane.went_down(reason)
            await asyncio.sleep(REST_SECONDS)
        case Tried():
            lane.came_back()
        case _:
            await asyncio.sleep(REST_SECONDS)


@asynccontextmanager
async def _parts(
    settings: Settings, announce: Subscriber
) -> AsyncGenerator[tuple[Kitchen, Ledger, UUID], None]:
    """The parts of a service that one lane needs, and a heartbeat that keeps others away from it."""
    me = uuid4()
    database = Database(settings.dsn, "kitchen-printer test-print")
    ledger = Ledger(database, me, settings, announce, notices_only=True)
    leases = Leases(database, me, settings, NO_SERVICE, held=None)
    await database.open()
    tasks: list[asyncio.Task[None]] = []
    try:
        await database.check_schema()
        await leases.renew()
        tasks = [
            asyncio.create_task(keep_running("leases", leases.run, announce)),
            asyncio.create_task(keep_running("ledger", ledger.run, announce)),
        ]
        yield (
            Kitchen(
                settings=settings,
                database=database,
                announce=announce,
                claim=ledger.claim,
                record=ledger.record,
                settle=ledger.settle,
                has_the_last_word=ledger.has_the_last_word,
                may_act=leases.may_act,
                is_our_health_port=lambda _: False,
                looks=Looks(settings, UTC, (), announce),
            ),
            ledger,
            me,
        )
    finally:
        await end_tasks(tasks)
        await hand_back(leases)
        await database.close()
