"""The service is killed with SIGKILL at each fact it tells about a ticket, and started again.

Each world is a database of its own with four printers, two that count their cuts (A+) and two that do not (A), and
two tickets for each. The suite kills at one occurrence of every fact, and restarts at once or after the lease
in turns; with PROOF_IN_FULL=1 it does both at six occurrences, and at every pair of steps in a row, with two printers
of every level. The table of what came onto paper is shown by ``pytest -s``.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest

from kitchen_demo.logins import create_login, drop_login
from kitchen_demo.postgres import Postgres
from kitchen_printer.decisions.retry import JobState
from tests.conftest import new_database
from tests.proof.ends import Ends, service_with
from tests.proof.orders import lines_of, order
from tests.proof.papers import Tally, show
from tests.service.kitchen_under_test import QUICK, KitchenUnderTest
from virtual_printer import VirtualPrinter

IN_FULL = os.environ.get("PROOF_IN_FULL") == "1"
PROGRAM = Path(__file__).with_name("killed_service.py")
WORLDS_AT_ONCE = 8
DEATH_SECONDS = 30.0
LEVELS = ("A+", "A", "B", "B-", "C") if IN_FULL else ("A+", "A")

ON_THE_WAY = (
    "ServiceStarted",
    "LanesChanged",
    "TicketsExpanded",
    "PrinterReady",
    "TicketClaimed",
    "TicketHandedOver",
    "AttemptEnded",
    "OutcomeRecorded",
)
IN_DOUBT = ("DoubtRaised", "PrinterDown", "PrinterBack")
"""Told only when a line breaks; their worlds have printers that break it once."""

IN_A_SECOND_LIFE = ("AttemptRescued", "LanesChanged", "TicketClaimed", "TicketHandedOver", "AttemptEnded")
TOLD_ONCE = {"ServiceStarted", "LanesChanged", "TicketsExpanded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One story: where the service dies, in one life or two, and when it comes back."""

    deaths: tuple[tuple[str, int], ...]
    breaks_the_line: bool = False
    waits_for_the_lease: bool = False


def worlds_of_one_death() -> Iterator[World]:
    """Every step, with a restart at once, or one after the lease, or both."""
    for number, fact in enumerate((*ON_THE_WAY, *IN_DOUBT)):
        for occurrence in range(1, 7) if IN_FULL and fact not in TOLD_ONCE else (1 + (fact in IN_DOUBT),):
            for waits in (False, True) if IN_FULL else (number % 2 == 0,):
                yield World(
                    deaths=((fact, min(occurrence, 4) if fact in IN_DOUBT else occurrence),),
                    breaks_the_line=fact in IN_DOUBT,
                    waits_for_the_lease=waits,
                )


def worlds_of_two_deaths() -> Iterator[World]:
    """A second death in the life that was to make the first one good."""
    first = ON_THE_WAY[3:] if IN_FULL else ("TicketClaimed", "TicketHandedOver", "AttemptEnded")
    second = IN_A_SECOND_LIFE if IN_FULL else ("AttemptRescued", "TicketHandedOver")
    for one in first:
        for other in second:
            if one not in ("PrinterReady", "OutcomeRecorded") or other != "AttemptRescued":
                yield World(deaths=((one, 1), (other, 1)))


async def story(world: World, server: Postgres, template: str, tallies: dict[str, Tally]) -> None:
    """Let the service die as the world says, bring it back for good, and count the papers."""
    async with AsyncExitStack() as stack:
        kitchen, service_dsn = await stack.enter_async_context(_restaurant(server, template))
        printers = [
            (level, await stack.enter_async_context(VirtualPrinter(name=f"{level} {number}")))
            for level in LEVELS
            for number in (1, 2)
        ]
        expected: dict[str, dict[int, list[str]]] = {}
        for level, printer in printers:
            await kitchen.pin(printer, level)
            await kitchen.route(printer.name, printer)
            if world.breaks_the_line:
                printer.causes.reset_after_byte(150)
            expected[printer.name] = {
                await order(kitchen, printer.name, dish): lines_of(dish) for dish in ("Soup", "Fish")
            }
        for fact, occurrence in world.deaths:
            await _die_at(fact, occurrence, service_dsn)
        if world.waits_for_the_lease:
            await kitchen.wait_until(
                "SELECT coalesce(bool_and(until < now()), true) AS yes FROM kitchen_replicas"
            )

        ends = Ends()
        async with service_with(service_dsn, ends):
            await kitchen.wait_until(
                "SELECT bool_and(status IN ('PRINTED', 'FAILED')) AS yes FROM kitchen_tickets"
            )
        assert (
            await kitchen.rows("SELECT id FROM kitchen_tickets WHERE status <> %s", [JobState.PRINTED]) == []
        )
        for level, printer in printers:
            tallies[level].count(expected[printer.name], (*printer.paper.sheets, printer.paper.rest))


async def _die_at(fact: str, occurrence: int, service_dsn: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KITCHEN_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        PROGRAM,
        fact,
        str(occurrence),
        env={**environment, **QUICK, "DATABASE_URL": service_dsn},
    )
    try:
        async with asyncio.timeout(DEATH_SECONDS):
            assert await process.wait() == -SIGKILL, f"the service ended by itself before {fact}"
    except TimeoutError:
        raise AssertionError(f"{fact} was not told {occurrence} times within {DEATH_SECONDS} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def _restaurant(server: Postgres, template: str) -> AsyncGenerator[tuple[KitchenUnderTest, str], None]:
    with new_database(server, template) as name:
        dsn = server.dsn(name)
        with psycopg.connect(dsn) as connection:
            login = create_login(connection, "kitchen_service")
        try:
            async with KitchenUnderTest(dsn, login.dsn(dsn)) as kitchen:
                yield kitchen, kitchen.service_dsn
        finally:
            with psycopg.connect(dsn) as connection:
                drop_login(connection, login)


async def _play(worlds: Iterator[World], server: Postgres, template: str, title: str) -> None:
    tallies = {level: Tally() for level in LEVELS}
    places = asyncio.Semaphore(WORLDS_AT_ONCE)

    async def play(world: World) -> None:
        async with places:
            try:
                await story(world, server, template, tallies)
            except Exception as error:
                error.add_note(f"in {world}")
                raise

    async with asyncio.TaskGroup() as group:
        played = [group.create_task(play(world)) for world in worlds]
    show(f"{title}: {len(played)} worlds", tallies)
    for level, tally in tallies.items():
        assert not tally.lost, level
        assert not tally.two_unmarked, level
    assert not tallies["A+"].with_duplicates


@pytest.mark.timeout(600 if IN_FULL else 90)
@pytest.mark.usefixtures("quick_doubts")
async def test_a_service_killed_at_any_step_loses_no_ticket_and_makes_no_second_paper_without_a_mark(
    server: Postgres, template: str
) -> None:
    await _play(worlds_of_one_death(), server, template, "Killed once")


@pytest.mark.timeout(600 if IN_FULL else 90)
@pytest.mark.usefixtures("quick_doubts")
async def test_a_service_killed_again_while_it_makes_good_the_first_death_keeps_the_same_promise(
    server: Postgres, template: str
) -> None:
    await _play(worlds_of_two_deaths(), server, template, "Killed twice in a row")
