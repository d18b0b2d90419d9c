"""A test paper came out, or did not: judge it, and let the printer have the level that it earned."""

from dataclasses import replace

from kitchen_printer.database.paper_tests import note_paper_test
from kitchen_printer.decisions.capability import Answers
from kitchen_printer.decisions.level import Level, Provenance
from kitchen_printer.decisions.outcome import Confirmed
from kitchen_printer.decisions.paper_test import Judgement, judge, may_show_scripts
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.printers.ask import Interview, NoAnswerError
from kitchen_printer.printers.connection import NoConnectionError, connected_line
from kitchen_printer.printers.probe import ANSWER_SECONDS, FENCE_SECONDS, probe
from kitchen_printer.service.facts import PrinterTested
from kitchen_printer.service.kitchen import Kitchen, new_token
from kitchen_printer.service.lane import Lane, device_of


async def conclude_paper_test(lane: Lane, kitchen: Kitchen) -> None:
    """Judge the test paper that the lane has just printed, if it has, once its connection is closed."""
    if lane.tested is None:
        return
    (job_id, tested), lane.tested = lane.tested, None
    if tested.level is Level.COUNTERS and isinstance(tested.outcome, Confirmed):
        tested = replace(tested, after=await _counters(lane.address))
    judged = judge(tested, may_answer_in_order=True)
    if judged.test_next is not None:
        judged = judge(tested, may_answer_in_order=await _may_answer_in_order(lane.address))
    is_pinned = lane.printer.level_provenance == "pinned"
    if is_pinned:  # Its next paper would test the pinned level again, and again.
        judged = replace(judged, test_next=None)
    shows_scripts = may_show_scripts(judged, is_pinned=is_pinned)
    await note_paper_test(
        kitchen.database, lane.lease.printer_id, job_id, tested, judged, shows_scripts=shows_scripts
    )
    _take_over(lane, judged)
    kitchen.announce(PrinterTested(lane.address, judged.finding, judged.level))


def _take_over(lane: Lane, judged: Judgement) -> None:
    if judged.is_telling and lane.printer.level_provenance != "pinned":
        provenance: Provenance = "proven on paper" if judged.is_proven else "probed"
        lane.printer = replace(lane.printer, level=judged.level, level_provenance=provenance)
        lane.device = device_of(lane.printer)


async def _counters(address: str) -> Odometer | None:
    """Read the counters once everything is done; None when they cannot be had."""
    try:
        async with connected_line(address) as line:
            interview = Interview(line)
            if not await interview.passes_fence(new_token(), FENCE_SECONDS):
                return None
            return await interview.odometer(ANSWER_SECONDS)
    except (NoConnectionError, NoAnswerError):
        return None


async def _may_answer_in_order(address: str) -> bool:
    """Whether the printer answers ``GS r`` and pushes its status, so that level B is worth a paper."""
    answers = await probe(address, new_token())
    return isinstance(answers, Answers) and answers.answers_in_order and answers.pushes_status
