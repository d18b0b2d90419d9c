"""The line is cut after each single byte of a ticket's conversation; the printer keeps its power and is back at once.

The suite tries every seventh byte and every one around the beginnings and ends of commands. All of them, with the
table of what came onto paper:

    PROOF_IN_FULL=1 pytest -s tests/proof/test_link_cut_at_every_byte.py
"""

import asyncio
import os
from contextlib import AsyncExitStack
from itertools import accumulate

import pytest

from kitchen_printer.decisions.retry import JobState
from tests.proof.ends import Ends, service_with
from tests.proof.orders import lines_of, order
from tests.proof.papers import Tally, show
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import VirtualPrinter

IN_FULL = os.environ.get("PROOF_IN_FULL") == "1"
EVERY = 1 if IN_FULL else 7
PRINTERS_PER_LEVEL = 8

QUESTIONS = [3, 3, 3, 3, 7]
"""Sizes of the commands before a ticket: four real-time questions; reset, single bytes, status on."""

FENCE, COUNTERS, CUT, ANONYMOUS = 11, [6, 6], 4, 3
BEFORE = {
    "A+": [*QUESTIONS, FENCE, *COUNTERS],
    "A": [*QUESTIONS, FENCE],
    "B": [*QUESTIONS[:-1], 12, ANONYMOUS],
    "B-": QUESTIONS,
    "C": [4],
}
BEHIND = {
    "A+": [FENCE, CUT, FENCE],
    "A": [FENCE, CUT, FENCE],
    "B": [ANONYMOUS, CUT, ANONYMOUS],
    "B-": [CUT, *QUESTIONS[:-1]],
    "C": [CUT],
}

LENGTH_OF_THE_FIRST_FENCE = {"A+": (22, 23), "A": (22, 23)}
"""Cut inside these two bytes, the printer takes our next question for the length: it eats the next 1 to 4 KB."""


class Lane:
    """One printer of one level, and the ticket of each offset that was tried on it."""

    def __init__(self, level: str, number: int, kitchen: KitchenUnderTest, ends: Ends) -> None:
        self.level = level
        self.station = f"L{level}{number}"
        self.printer = VirtualPrinter(name=self.station)
        self.expected: dict[int, list[str]] = {}
        self.offset_of: dict[int, int] = {}
        self._kitchen = kitchen
        self._ends = ends

    async def print_one(self) -> int:
        """Bring one ticket to paper, whatever happens to the line; return its id."""
        dish = f"Dish {len(self.expected):03d}"
        ticket = await order(self._kitchen, self.station, dish)
        assert await self._ends.of(ticket) is JobState.PRINTED, f"{self.station}: ticket {ticket}"
        await self.printer.state.wait_until(lambda state: not state.connected, WAIT_SECONDS)
        self.expected[ticket] = lines_of(dish)
        return ticket

    async def cut_at(self, offsets: list[int]) -> None:
        """Print a ticket for each offset with the line cut there."""
        for offset in offsets:
            self.printer.causes.reset_after_byte(offset)
            try:
                self.offset_of[await self.print_one()] = offset
            except Exception as error:
                error.add_note(f"{self.station}: the line was cut at byte {offset}")
                raise
            assert not self.printer.causes.faults, f"nothing was cut at byte {offset}"


def worth_trying(level: str, body: int) -> list[int]:
    """All offsets of one conversation, or a part of them that has every edge of a command in it."""
    sizes = [*BEFORE[level], body, *BEHIND[level]]
    whole = sum(sizes)
    edges = {edge + by for edge in (0, *accumulate(sizes)) for by in (-1, 0, 1)}
    behind_the_body = set(range(whole - sum(BEHIND[level]), whole + 1))
    offsets = {*range(0, whole + 1, EVERY), *edges, *behind_the_body} & {*range(whole + 1)}
    return sorted(offsets - {*LENGTH_OF_THE_FIRST_FENCE.get(level, ())})


@pytest.mark.timeout(600 if IN_FULL else 60)
@pytest.mark.usefixtures("quick_doubts")
async def test_a_line_cut_after_any_byte_loses_no_ticket_and_makes_no_second_paper_without_a_mark(
    kitchen: KitchenUnderTest,
) -> None:
    # Tickets of the same length, so that an offset is the same place in each of them.
    await kitchen.execute("ALTER TABLE kitchen_tickets ALTER COLUMN id RESTART WITH 10000")
    ends = Ends()
    lanes = {
        level: [Lane(level, number, kitchen, ends) for number in range(PRINTERS_PER_LEVEL)]
        for level in BEFORE
    }
    everyone = [lane for of_level in lanes.values() for lane in of_level]
    async with AsyncExitStack() as stack:
        for lane in everyone:
            await stack.enter_async_context(lane.printer)
            await kitchen.pin(lane.printer, lane.level)
            await kitchen.route(lane.station, lane.printer)
        await stack.enter_async_context(service_with(kitchen.service_dsn, ends))
        async with asyncio.TaskGroup() as group:
            for level, of_level in lanes.items():
                ticket = await of_level[0].print_one()
                body = ends.payload_bytes[ticket]
                assert of_level[0].printer.state.bytes_received == sum([*BEFORE[level], body, *BEHIND[level]])
                offsets = worth_trying(level, body)
                for number, lane in enumerate(of_level):
                    group.create_task(lane.cut_at(offsets[number::PRINTERS_PER_LEVEL]))

        tallies = {level: Tally() for level in lanes}
        for lane in everyone:
            tallies[lane.level].count(lane.expected, (*lane.printer.paper.sheets, lane.printer.paper.rest))
    show("The line is cut after each byte", tallies)
    offset_of = {ticket: offset for lane in everyone for ticket, offset in lane.offset_of.items()}
    for level, tally in tallies.items():
        assert not tally.lost, (level, [offset_of[ticket] for ticket in tally.lost])
        assert not tally.two_unmarked, (level, [offset_of[ticket] for ticket in tally.two_unmarked])
    assert not tallies["A+"].with_duplicates, [offset_of[ticket] for ticket in tallies["A+"].with_duplicates]


@pytest.mark.parametrize("level", ["A+", "A"])
@pytest.mark.usefixtures("quick_doubts")
async def test_a_line_cut_in_the_length_of_a_question_before_the_ticket_does_not_hold_the_ticket_up(
    kitchen: KitchenUnderTest, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.proof.ends.END_SECONDS", 6.0)
    ends = Ends()
    lane = Lane(level, 0, kitchen, ends)
    async with lane.printer:
        await kitchen.pin(lane.printer, level)
        await kitchen.route(lane.station, lane.printer)
        async with service_with(kitchen.service_dsn, ends):
            await lane.cut_at(list(LENGTH_OF_THE_FIRST_FENCE[level]))
