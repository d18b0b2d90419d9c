"""Every fault of the virtual printer's catalogue, beginning in every phase of a ticket: the record never lies.

The suite tries each fault in each phase at one of the three levels; all of them, with the table of what came onto
paper:

    PROOF_IN_FULL=1 pytest -s tests/proof/test_faults_in_every_phase.py

Three things are counted apart, because nobody can tell them from a true answer: faults of replies at level B, where a
single byte without a name is all there is; a printer that answers before it prints, before a paper test found out; and,
with all cases only, levels B- and C, which prove nothing.
"""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from itertools import product

import pytest

from kitchen_printer.decisions.outcome import NotSent
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.service.facts import OutcomeRecorded
from tests.proof.ends import Ends, service_with
from tests.proof.orders import lines_of, order
from tests.proof.papers import Tally, show, show_list
from tests.service.kitchen_under_test import WAIT_SECONDS, KitchenUnderTest
from virtual_printer import Event, VirtualPrinter
from virtual_printer.catalogue import KINDS
from virtual_printer.fault_kinds import Where
from virtual_printer.faults import AtCommand, AtConnect, AtLine, Cleared, Fault, Now, Times, Trigger

IN_FULL = os.environ.get("PROOF_IN_FULL") == "1"
CASES_AT_ONCE = 60
FAULT_SECONDS = 2.5
"""How long a fault stays that does not end by itself: longer than the printer is given to confirm."""

LEVELS = ("A+", "A", "B")
UNPROVED = ("B-", "C")
PHASES = ("before", "preflight", "body", "fence", "cut")
DISH = "Soup"
LINES = 7
"""Station, table, time, rule, dish, rule, footer: behind the last one comes the fence."""

VARIANTS: dict[str, list[dict[str, int | float | str | bool]]] = {
    "paper-out": [{"recovery": how} for how in ("resume", "discard", "reprint")],
    "cover-open": [{"recovery": how} for how in ("resume", "discard", "reprint")],
    "power-cycle": [
        {"boot_seconds": seconds, "reset_packet": told}
        for seconds, told in product((0.0, 0.5), (True, False))
    ],
    "busy": [{"mode": mode} for mode in ("queue", "refuse", "timeout", "stuck")],
    "slow-print": [{"speed_mm_s": 100.0}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One fault that begins in one phase of one ticket."""

    fault: Fault
    phase: str
    level: str
    profile: str = "epson-80"

    @property
    def row(self) -> str:
        """Where it is counted."""
        if self.profile == "liar":
            return "a liar taken for A"
        is_reply_fault = KINDS[self.fault.name].where is Where.REPLY
        return "B, replies falsified" if self.level == "B" and is_reply_fault else self.level

    def __str__(self) -> str:
        return (
            f"{self.fault.name} {dict(self.fault.params)} in the phase {self.phase!r} at level {self.level}"
        )


APART = ("B, replies falsified", "a liar taken for A", *UNPROVED)
ROWS = (*LEVELS, *APART)


def cases(levels: tuple[str, ...]) -> Iterator[Case]:
    """The whole catalogue, or a third of it in which each fault meets each phase."""
    faults = [Fault(name=name, params=params) for name in KINDS for params in VARIANTS.get(name, [{}])]
    for number, (fault, (place, phase)) in enumerate(product(faults, enumerate(PHASES))):
        for at, level in enumerate(levels):
            if IN_FULL or (number // len(PHASES) + place) % len(levels) == at:
                yield _begun(Case(fault=fault, phase=phase, level=level))
    for fault, phase in product(faults, ("body", "fence")):
        if levels == LEVELS and KINDS[fault.name].where is Where.MECHANISM and (IN_FULL or phase == "body"):
            yield _begun(Case(fault=fault, phase=phase, level="A", profile="liar"))


def _begun(case: Case) -> Case:
    is_over_at_once = KINDS[case.fault.name].instant
    triggers: dict[str, Trigger] = {
        "before": AtConnect(1) if is_over_at_once else Now(),
        "preflight": AtCommand("ESC @"),
        "body": AtLine(2),
        "fence": AtLine(LINES),
        "cut": AtCommand("GS V"),
    }
    until = Times(1) if is_over_at_once else Cleared()
    return replace(case, fault=replace(case.fault, trigger=triggers[case.phase], until=until))


class Trial:
    """One case on a printer of its own, and what is found on record and on paper."""

    def __init__(self, case: Case, number: int) -> None:
        self.case = case
        self.station = f"S{number}"
        self.has_begun = False
        self.printer = VirtualPrinter(
            on_event=self._heard,
            name=self.station,
            profile=case.profile,
            speed_mm_s=500 if case.profile == "liar" else None,
        )
        self.ticket = 0
        self.is_false = False
        """PRINTED stood on record before a whole paper lay there."""

    async def play(self, kitchen: KitchenUnderTest, ends: Ends, places: asyncio.Semaphore) -> None:
        """Let the fault happen, then make the printer well, and wait for the ticket's end."""
        async with places:
            self.printer.causes.add(self.case.fault)
            self.ticket = await order(kitchen, self.station, DISH)
            try:
                await self.printer.wait_until(lambda: self.has_begun, WAIT_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(FAULT_SECONDS):
                        await ends.of(self.ticket)
                self.printer.causes.remove_all()
                await ends.of(self.ticket)
            except TimeoutError as error:
                error.add_note(str(self.case))
                raise

    def _heard(self, event: Event) -> None:
        self.has_begun = self.has_begun or event.name == "fault began"

    def recorded(self, fact: OutcomeRecorded) -> None:
        """Look at the paper the moment the record says PRINTED."""
        if fact.job_state is JobState.PRINTED:
            self.is_false = self.papers(fact.job.ticket_id or 0).complete == 0

    def papers(self, ticket: int) -> Tally:
        """Count what has come out so far."""
        tally = Tally()
        tally.count({ticket: lines_of(DISH)}, (*self.printer.paper.sheets, self.printer.paper.rest))
        return tally


async def play(kitchen: KitchenUnderTest, trials: list[Trial]) -> Ends:
    """Play all trials with one service; return what it told."""
    by_station = {trial.station: trial for trial in trials}
    ends = Ends(lambda fact: by_station[fact.job.station].recorded(fact))
    places = asyncio.Semaphore(CASES_AT_ONCE)
    async with AsyncExitStack() as stack:
        for trial in trials:
            await stack.enter_async_context(trial.printer)
            await kitchen.pin(trial.printer, trial.case.level)
            await kitchen.route(trial.station, trial.printer)
        await stack.enter_async_context(service_with(kitchen.service_dsn, ends, KITCHEN_MAX_ATTEMPTS="10"))
        async with asyncio.TaskGroup() as group:
            for trial in trials:
                group.create_task(trial.play(kitchen, ends, places))
    return ends


@pytest.mark.timeout(600 if IN_FULL else 120)
@pytest.mark.parametrize("levels", [LEVELS, UNPROVED] if IN_FULL else [LEVELS], ids=" ".join)
@pytest.mark.usefixtures("quick_doubts")
async def test_no_fault_in_any_phase_makes_the_record_say_printed_without_a_whole_paper(
    kitchen: KitchenUnderTest, levels: tuple[str, ...]
) -> None:
    trials = [Trial(case, number) for number, case in enumerate(cases(levels))]
    await play(kitchen, trials)

    tallies = {row: Tally() for row in ROWS}
    for trial in trials:
        tallies[trial.case.row].add(trial.papers(trial.ticket))
    show("Every fault in every phase", tallies)
    false = {row: [str(t.case) for t in trials if t.is_false and t.case.row == row] for row in ROWS}
    show_list("PRINTED without a paper, counted apart", [each for row in APART for each in false[row]])
    assert not [str(t.case) for t in trials if not t.has_begun]
    for level in LEVELS:
        assert not false[level], false[level]
        assert not tallies[level].lost, level
    assert not [str(t.case) for t in trials if t.papers(t.ticket).two_unmarked]


def _soon(what: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(what)


POWER_CYCLES = VARIANTS["power-cycle"]
NOBODY_HOME = [
    Fault(name="ignore"),
    *(Fault(name="busy", params={"mode": mode}) for mode in ("queue", "refuse", "timeout", "stuck")),
]


def robbed_of_its_counters(params: dict[str, int | float | str | bool], number: int) -> Trial:
    """A printer just made saves its counters only in two minutes: without power they are what they were before.

    It falls mute behind the footer, so that no token tells, and its power goes right after the cut.
    """
    cycle = Fault(name="power-cycle", trigger=AtCommand("GS ( H", 3), until=Times(1), params=params)
    trial = Trial(Case(fault=cycle, phase="cut", level="A+"), number)
    trial.printer.causes.add(Fault(name="mute", trigger=AtLine(LINES)))
    trial.printer.on_sheet.append(lambda _: _soon(trial.printer.causes.unmute))
    return trial


@pytest.mark.usefixtures("quick_doubts")
async def test_counters_that_fell_back_to_exactly_what_they_were_do_not_make_a_printed_ticket_unprinted(
    kitchen: KitchenUnderTest,
) -> None:
    trials = [robbed_of_its_counters(params, number) for number, params in enumerate(POWER_CYCLES)]

    ends = await play(kitchen, trials)

    for trial in trials:
        first, second = ends.outcomes[trial.ticket]
        assert not isinstance(first.outcome, NotSent), trial.case
        assert second.job_state is JobState.PRINTED, trial.case
        papers = trial.papers(trial.ticket)
        assert (papers.complete, papers.marks, papers.two_unmarked) == (2, 1, []), trial.case


@pytest.mark.usefixtures("quick_doubts")
async def test_a_printer_that_belongs_to_somebody_else_or_ignores_us_costs_no_attempt_and_no_mark(
    kitchen: KitchenUnderTest,
) -> None:
    cases = [
        Case(fault=fault, phase="before", level=level) for fault in NOBODY_HOME for level in (*LEVELS, "B-")
    ]
    trials = [Trial(case, number) for number, case in enumerate(cases)]

    ends = await play(kitchen, trials)

    for trial in trials:
        (only,) = ends.outcomes[trial.ticket]
        as_expected = (only.job.attempt_no, only.job.marked, only.job_state) == (1, False, JobState.PRINTED)
        assert as_expected, (trial.case, only)
        assert trial.papers(trial.ticket).marks == 0, trial.case


@pytest.mark.usefixtures("quick_doubts")
async def test_a_printer_full_of_somebody_elses_job_costs_no_attempt_and_no_mark(
    kitchen: KitchenUnderTest,
) -> None:
    near_end = Fault(name="near-end")
    trials = [
        Trial(Case(fault=near_end, phase="before", level=level), number)
        for number, level in enumerate(LEVELS)
    ]
    async with AsyncExitStack() as stack:
        for trial in trials:
            trial.printer.speed_mm_s = 40.0
            await stack.enter_async_context(trial.printer)
            await kitchen.pin(trial.printer, trial.case.level)
            await kitchen.route(trial.station, trial.printer)
            host, port = trial.printer.address.rsplit(":", 1)
            _, stranger = await asyncio.open_connection(host, int(port))
            stranger.write(b"SOMEBODY ELSE'S LINE\n" * 40)
            await stranger.drain()
            stranger.close()
            await trial.printer.state.wait_until(lambda state: state.lines_printed > 0, WAIT_SECONDS)
        ends = Ends()
        await stack.enter_async_context(service_with(kitchen.service_dsn, ends))
        for trial in trials:
            trial.ticket = await order(kitchen, trial.station, DISH)
        for trial in trials:
            assert await ends.of(trial.ticket) is JobState.PRINTED
            (only,) = ends.outcomes[trial.ticket]
            assert (only.job.attempt_no, only.job.marked) == (1, False), trial.case
            assert trial.papers(trial.ticket).marks == 0, trial.case
