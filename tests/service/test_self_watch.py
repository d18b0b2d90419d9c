"""The service notices when its loop stands still and when its clock is set."""

import asyncio
import threading
import time

from kitchen_printer.service.facts import ClockJumped, LoopStalled
from kitchen_printer.service.self_watch import (
    LOOK_SECONDS,
    STALL_SECONDS,
    STUCK_SECONDS,
    TICK_SECONDS,
    SelfWatch,
)
from tests.service.kitchen_under_test import Facts


async def test_a_loop_that_stands_still_is_told_with_the_place_where_it_stood() -> None:
    facts = Facts()
    watch = SelfWatch(facts)
    task = asyncio.create_task(watch.run())
    await asyncio.sleep(0)

    stand_still_for(STALL_SECONDS * 1.8)
    stalled = await facts.wait_for(LoopStalled)

    assert stalled.seconds > STALL_SECONDS
    assert "stand_still_for" in stalled.where
    assert watch.lag_seconds >= stalled.seconds
    assert watch.is_alive
    task.cancel()


def stand_still_for(seconds: float) -> None:
    time.sleep(seconds)


async def test_a_loop_that_has_not_turned_for_long_counts_as_dead() -> None:
    watch = SelfWatch(Facts())
    assert watch.is_alive
    watch._ticked_at -= STUCK_SECONDS + 1  # pyright: ignore[reportPrivateUsage]
    assert not watch.is_alive


async def test_a_loop_that_never_turns_again_ends_the_process_so_that_it_is_started_anew() -> None:
    ended = threading.Event()
    task = asyncio.create_task(SelfWatch(Facts(), end=ended.set, end_seconds=2 * LOOK_SECONDS).run())
    await asyncio.sleep(0)
    assert ended.wait(10)  # on the loop, which stands until then
    task.cancel()


async def test_a_clock_that_is_set_is_told_once_each_time() -> None:
    facts, ahead = Facts(), 0.0
    task = asyncio.create_task(SelfWatch(facts, lambda: time.time() + ahead).run())
    async with asyncio.timeout(10):
        await asyncio.sleep(TICK_SECONDS)
        ahead = 3600.0
        forwards = await facts.wait_for(ClockJumped)
        ahead = 0.0
        backwards = await facts.wait_for(ClockJumped, lambda each: each.seconds < 0)
    assert round(forwards.seconds) == 3600
    assert round(backwards.seconds) == -3600
    assert len(facts.of(ClockJumped)) == 2
    task.cancel()
