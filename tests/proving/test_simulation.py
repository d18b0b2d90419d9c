"""Simulated evenings: what was promised holds in each, and each can be had again by its number alone."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from proving.simulation import link
from proving.simulation.aimed import Aimed, stop_it
from proving.simulation.campaign import Campaign, outcome_of
from proving.simulation.checks import judge
from proving.simulation.clock import NothingHappensError, Process, VirtualLoop
from proving.simulation.fault import Fault
from proving.simulation.faults import FAULTS
from proving.simulation.nemesis import Repertoire
from proving.simulation.printer import Printer
from proving.simulation.record import Record
from proving.simulation.replay import DriftError, prepare, replay
from proving.simulation.run import run_evening
from proving.simulation.world import World

from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.surroundings import Surroundings
from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.facts import TicketClaimed

CHECKOUT = Path(__file__).resolve().parents[2]
FOUND_SOMETHING = (51, 243, 385, 3597, 6667)
"""Seeds that once found a defect of the service: a clock that was set back, a piece that was taken for a ticket because
services died over it, the same because two settled it at a time, a ticket that was sent to a printer which still had to
forget the one before it, and one that a service sent which woke after its lease, between its heartbeat and its look."""


@pytest.mark.parametrize("seed", [*range(1, 5), *FOUND_SOMETHING])
def test_an_evening_breaks_no_promise(seed: int) -> None:
    world = run_evening(seed)
    campaign = Campaign()
    campaign.add(outcome_of(world, judge(world)))
    assert campaign.holds, campaign.report()
    assert campaign.figures["tickets"]


def test_an_evening_can_be_had_again_in_another_process_whatever_it_hashes_with() -> None:
    told = {
        subprocess.run(
            [
                sys.executable,
                "-c",
                "from tests.proving.test_simulation import fingerprint; print(fingerprint(3))",
            ],
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in (1, 2)
    }
    assert len(told) == 1
    assert told != {f"{fingerprint(4)}\n"}


def fingerprint(seed: int) -> str:
    """Everything that came to paper, and everything that was done to the record, in one number."""
    world = run_evening(seed, minutes=1, keeps_trace=True)
    papers = [(each.number, each.papers, each.sheet) for each in world.printers]
    done = [(each.at, each.name) for each in world.server.trace]
    return hashlib.sha256(repr((papers, done)).encode()).hexdigest()


@pytest.mark.parametrize("seed", [6, 19])
async def test_the_model_answers_what_postgresql_answers(database: str, seed: int) -> None:
    world = await asyncio.to_thread(run_evening, seed, minutes=3, keeps_trace=True)
    prepare(database, world.server.record.printers)
    assert await replay(world, database, steps_max=400) == 400


async def test_a_model_that_drifts_is_found(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Record.look_around

    def sees_no_new_ticket(self: Record, me: UUID, known: Collection[int]) -> Surroundings:
        return replace(looked(self, me, known), has_new_tickets=False)

    monkeypatch.setattr(Record, "look_around", sees_no_new_ticket)
    world = await asyncio.to_thread(run_evening, 6, minutes=1, keeps_trace=True)
    prepare(database, world.server.record.printers)
    with pytest.raises(DriftError, match="look_around"):
        await replay(world, database, steps_max=100)


# ── trouble, and its end ────────────────────────────────────────────────────────────────────────────────


def faults_named(name: str, seconds: float) -> tuple[Fault, ...]:
    """Eight of a kind, so that an evening certainly has some; each lasts so long."""
    return tuple(replace(each, seconds=(seconds, seconds)) for each in FAULTS if each.name == name) * 8


def test_what_was_aimed_before_the_end_strikes_nobody_who_was_healed() -> None:
    late = Repertoire(faults=(), aimed=(Aimed("stopped", (TicketClaimed,), 60.0, stop_it),) * 8)
    world = run_evening(5, minutes=2, repertoire=late)
    assert world.probes["aimed: stopped"] > len(world.troubles) > 0
    assert max(each.since for each in world.troubles) < world.healed_at


def test_cables_that_are_to_clog_one_after_the_other_clog_no_more_once_they_were_healed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clogged_at: list[float] = []
    clogs = Printer.cable_clogs

    def cable_clogs(self: Printer) -> None:
        clogged_at.append(self.world.loop.time())
        clogs(self)

    monkeypatch.setattr(Printer, "cable_clogs", cable_clogs)
    world = run_evening(1, minutes=1, repertoire=Repertoire(faults_named("swizzle-clog", 200.0), aimed=()))
    assert clogged_at
    assert max(clogged_at) < world.healed_at


# ── what is counted ─────────────────────────────────────────────────────────────────────────────────────


def test_a_claim_whose_answer_was_lost_is_counted_as_taken_back() -> None:
    world = run_evening(
        1, minutes=2, repertoire=Repertoire(faults_named("database answers lost", 30.0), aimed=())
    )
    assert taken_back(world) == not_sent_by_mistake(world) > 0


def test_a_lane_that_could_not_say_how_many_sheets_will_come_is_not_taken_for_a_claim_without_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failures = iter([DatabaseLostError("it is away")])

    async def expect_cuts(*_: object) -> None:
        for error in failures:
            raise error

    monkeypatch.setattr(link, "expect_cuts", expect_cuts)
    world = run_evening(1, minutes=2, repertoire=Repertoire(faults=(), aimed=()))
    assert (taken_back(world), not_sent_by_mistake(world)) == (0, 1)


def taken_back(world: World) -> int:
    """How many claims without an answer were counted."""
    return world.probes["claim without an answer taken back"]


def not_sent_by_mistake(world: World) -> int:
    """How many attempts are on record as not sent, though their printers were well."""
    ended = [each.ended for each in world.server.record.attempts.values()]
    return ended.count(NotSent(Reason.INTERNAL_ERROR))


# ── virtual time ────────────────────────────────────────────────────────────────────────────────────────


def test_an_hour_passes_at_once() -> None:
    loop = VirtualLoop()
    loop.run_until_complete(asyncio.sleep(3600))
    assert loop.time() == pytest.approx(3600)
    loop.close()


def test_nobody_waits_for_a_moment_that_never_comes() -> None:
    loop = VirtualLoop()
    never = loop.create_future()
    with pytest.raises(NothingHappensError):
        loop.run_until_complete(never)
    loop.close()


async def ticks(heard: list[float]) -> None:
    while True:
        await asyncio.sleep(1)
        heard.append(asyncio.get_running_loop().time())


def test_a_process_that_is_stopped_does_later_what_came_due_and_one_that_was_killed_nothing() -> None:
    loop, heard, never_heard = VirtualLoop(), list[float](), list[float]()
    stopped, killed = Process("stopped"), Process("killed")
    tasks = [
        loop.create_task(ticks(heard), context=stopped.context()),
        loop.create_task(ticks(never_heard), context=killed.context()),
    ]
    loop.run_until_complete(asyncio.sleep(2.5))
    stopped.stop()
    killed.kill()
    loop.run_until_complete(asyncio.sleep(5))
    stopped.resume(loop)
    loop.run_until_complete(asyncio.sleep(1.5))
    assert heard == pytest.approx([1, 2, 7.5, 8.5])
    assert never_heard == pytest.approx([1, 2])
    killed.bury(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
