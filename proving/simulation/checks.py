"""What must hold of an evening that is over: the record against the papers, one verdict per invariant."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from kitchen_printer.decisions.outcome import Confirmed, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.retry import JobState
from proving.invariants import Invariant
from proving.simulation.evening import Evening, Findings
from proving.simulation.mechanism import Printed
from proving.simulation.rows import ENDED, AttemptRow, JobRow, TicketRow
from proving.simulation.world import World

HEALTHY_SECONDS: Final = 30.0
"""So long before its order, and until its paper, a ticket's printer must have been well to judge its delay."""

DELAY_SECONDS_MAX: Final = 30.0
SECONDS_PER_TICKET: Final = 5.0


def judge(world: World) -> Findings:
    """Hold an evening against the invariants."""
    evening = Evening(world)
    for check in (
        *(_honest, _bounded, _unmarked, _no_ghosts, _went_out, _one_writer, _lane_order, _void_after_order),
        _taken_back,
        *(_isolation, _bytes, _lawful, _truthful),
    ):
        check(evening)
    _count(evening)
    return evening.findings


def _honest(evening: Evening) -> None:
    for attempt in evening.record.attempts.values():
        if not isinstance(attempt.ended, Confirmed) or attempt.job.ticket is None:
            continue
        evening.findings.figures["proved"] += 1
        if not evening.is_whole(attempt.id):
            evening.findings.against(Invariant.HONEST_SUCCESS, f"{_named(attempt)} is not whole on paper")
        elif attempt.ended.is_cut and not all(each.is_cut for each in evening.sheets[attempt.id]):
            evening.findings.against(Invariant.HONEST_SUCCESS, f"{_named(attempt)} was never cut")


def _bounded(evening: Evening) -> None:
    world, record = evening.world, evening.record
    for ticket in world.ordered:
        row = record.tickets[ticket]
        if not row.is_expanded or any(job.state not in ENDED for job in row.jobs):
            states = ", ".join(f"{job.state} at printer {job.printer_id}" for job in row.jobs) or "no jobs"
            evening.findings.against(Invariant.BOUNDED_FATE, f"ticket {ticket} never ended: {states}")
    waiting = sum(
        row.created_at > 0 for row in record.tickets.values() if row.status not in ("PRINTED", "FAILED")
    )
    evening.findings.figures["lost"] += waiting


def _unmarked(evening: Evening) -> None:
    """Of the papers themselves: which job each is of stands on it, whatever the record says."""
    against, figures = evening.findings.against, evening.findings.figures
    papers: dict[int, dict[int, list[Printed]]] = defaultdict(dict)
    for attempt, lines in evening.lines.items():
        papers[lines[0].job][attempt] = lines
    for job, by_attempt in papers.items():
        unmarked = sorted(attempt for attempt, lines in by_attempt.items() if not lines[0].is_marked)
        if len(unmarked) > 1:
            against(Invariant.ONE_UNMARKED, f"job {job} has papers without a mark of attempts {unmarked}")
        doubts = sum(each.outcome == "UNCERTAIN" for each in evening.record.by_job.get(job, ()))
        if len(by_attempt) > 1 + doubts:
            against(Invariant.ONE_UNMARKED, f"job {job} has {len(by_attempt)} papers and {doubts} doubts")
        figures["papers"] += len(by_attempt)
        figures["marked"] += len(by_attempt) - len(unmarked)
        figures["true duplicates"] += max(0, sum(map(evening.is_whole, by_attempt)) - 1)
    for attempt, lines in evening.lines.items():
        numbers = [line.number for line in lines]
        if numbers != sorted(numbers):
            against(Invariant.ONE_UNMARKED, f"attempt {attempt} came to paper twice")
        row = evening.record.attempts.get(attempt)
        if row is not None and isinstance(row.ended, NotSent):
            against(Invariant.ONE_UNMARKED, f"{_named(row)} is on paper, and on record as not sent")
        if row is not None and any(line.is_marked != row.marked for line in lines):
            against(Invariant.ONE_UNMARKED, f"{_named(row)} is not marked as the record says")


def _no_ghosts(evening: Evening) -> None:
    for attempt, lines in evening.lines.items():
        row = evening.record.attempts.get(attempt)
        if row is None or row.job.id != lines[0].job:
            evening.findings.against(
                Invariant.NO_GHOSTS, f"{len(lines)} lines of an attempt {attempt} that never was"
            )


def _went_out(evening: Evening) -> None:
    for invariant, what in evening.world.went_out:
        evening.findings.against(invariant, what)


def _one_writer(evening: Evening) -> None:
    for printer in evening.world.printers:
        for paper in [*printer.papers, printer.sheet]:
            order = [line.attempt for line in paper.lines]
            runs = [each for place, each in enumerate(order) if place == 0 or order[place - 1] != each]
            if len(runs) != len(set(runs)):
                evening.findings.against(
                    Invariant.ONE_WRITER, f"printer {printer.number}: one paper of attempts {runs}"
                )
            evening.findings.figures["pieces above another ticket"] += (
                len(set(runs)) > 1 and not paper.is_void
            )


def _lane_order(evening: Evening) -> None:
    """What was ordered once an earlier order was committed comes after it, if both went the straight way."""
    world = evening.world
    straight: dict[tuple[str, int, int], list[tuple[TicketRow, float]]] = defaultdict(list)
    for jobs in evening.waits.values():
        is_straight = True
        for job in jobs:
            attempts = evening.record.by_job.get(job.id, [])
            is_straight &= (
                len(attempts) == 1 and not job.is_moved and isinstance(attempts[0].ended, Confirmed)
            )
            first = evening.first_line(job)
            if is_straight and job.ticket and first is not None and job.ticket.id not in world.retried:
                straight[job.station, job.copy_no, job.printer_id].append((job.ticket, first))
    for lane in straight.values():
        lane.sort(key=lambda each: each[0].id)
        latest = -1.0
        known: list[tuple[float, float, int]] = []
        for ticket, first in lane:
            invoked_at = world.ordered[ticket.id].invoked_at
            evening.findings.figures["in order"] += 1
            for committed_at, other_first, other in known:
                if committed_at < invoked_at and other_first > first:
                    evening.findings.against(
                        Invariant.LANE_ORDER,
                        f"ticket {ticket.id} came to paper before {other} of the same lane",
                    )
            latest = max(first, latest)
            known.append((world.ordered[ticket.id].committed_at, first, ticket.id))


def _void_after_order(evening: Evening) -> None:
    for jobs in evening.waits.values():
        for earlier, later in pairwise(jobs):
            if earlier.ticket is None or later.ticket is None or earlier.ticket.id in evening.world.retried:
                continue
            begins = evening.first_line(later)
            if begins is None:
                continue
            evening.findings.figures["followed its order"] += 1
            for attempt in evening.record.by_job.get(earlier.id, []):
                late = [line for line in evening.lines.get(attempt.id, ()) if line.at > begins]
                is_explained = isinstance(attempt.ended, Uncertain | Unconfirmed) and not getattr(
                    attempt.ended, "is_revoked", False
                )
                if late and not is_explained:
                    evening.findings.against(
                        Invariant.VOID_AFTER_ORDER,
                        f"{_named(attempt)} came to paper after ticket {later.ticket.id} of the same bill",
                    )
                evening.findings.figures["late papers"] += bool(late)


def _taken_back(evening: Evening) -> None:
    """What a printer says it forgot must not come out of it any more: another one may have printed it."""
    for attempt in evening.record.attempts.values():
        late = [
            line
            for line in evening.lines.get(attempt.id, ())
            if attempt.ended_at is not None and line.at > attempt.ended_at
        ]
        if late and getattr(attempt.ended, "is_revoked", False):
            evening.findings.against(
                Invariant.VOID_AFTER_ORDER, f"{_named(attempt)} came to paper after it had been taken back"
            )


def _isolation(evening: Evening) -> None:
    world = evening.world
    for crash in [crash for replica in world.replicas for crash in replica.crashes]:
        evening.findings.against(Invariant.ISOLATION, f"a task failed: {crash}")
    for job, queue in _undisturbed(evening):
        first = evening.first_line(job)
        if first is not None and job.ticket is not None:
            delay = first - world.ordered[job.ticket.id].committed_at
            evening.findings.delays.append(delay)
            if delay > DELAY_SECONDS_MAX + queue * SECONDS_PER_TICKET:
                evening.findings.against(
                    Invariant.ISOLATION,
                    f"ticket {job.ticket.id} took {delay:.0f} s behind {queue} others, its printer well all the time",
                )


def _undisturbed(evening: Evening) -> Iterator[tuple[JobRow, int]]:
    """Return jobs whose printer, the database and every service were well all the time, and what was before each."""
    world = evening.world
    for jobs in evening.waits.values():
        is_free = True
        for job in jobs:
            attempts = evening.record.by_job.get(job.id, [])
            is_free &= len(attempts) == 1 and not job.is_moved and job.diverted_from is None
            if not is_free or job.ticket is None or job.settled_at is None:
                continue
            since, until = (
                world.ordered[job.ticket.id].committed_at,
                evening.first_line(job) or attempts[0].began,
            )
            hit = {f"printer {job.printer_id}", "all printers", "database", "replica", "network"}
            if any(
                each.hit in hit and each.since < until and each.until > since - HEALTHY_SECONDS
                for each in world.troubles
            ):
                is_free = False
                continue
            queue = sum(
                other.printer_id == job.printer_id
                and other.ticket is not None
                and other is not job
                and since - 60 < world.ordered[other.ticket.id].committed_at < until
                for other in evening.record.jobs.values()
            )
            yield job, queue


def _bytes(evening: Evening) -> None:
    for printer in evening.world.printers:
        if printer.unknown_bytes:
            evening.findings.against(
                Invariant.BYTE_SAFETY,
                f"printer {printer.number} got {printer.unknown_bytes} bytes of no command",
            )


def _lawful(evening: Evening) -> None:
    against = evening.findings.against
    for job in evening.record.jobs.values():
        attempts = evening.record.by_job.get(job.id, [])
        if [each.attempt_no for each in attempts] != list(range(1, len(attempts) + 1)):
            against(
                Invariant.LAWFUL_RECORD,
                f"job {job.id}: attempts are numbered {[a.attempt_no for a in attempts]}",
            )
        for earlier, later in pairwise(attempts):
            if earlier.ended_at is None or earlier.ended_at > later.began:
                against(Invariant.LAWFUL_RECORD, f"{_named(later)} began before the one before had ended")
        may_be_on_paper = any(not isinstance(each.ended, NotSent) for each in attempts if each.ended)
        if job.maybe_on_paper != may_be_on_paper and job.state is not JobState.PRINTING:
            against(Invariant.LAWFUL_RECORD, f"job {job.id}: may be on paper is {job.maybe_on_paper}")
        if job.state is JobState.PRINTED and not isinstance(attempts[-1].ended, Confirmed | Unconfirmed):
            against(
                Invariant.LAWFUL_RECORD,
                f"job {job.id} is PRINTED and its last attempt ended {attempts[-1].ended}",
            )
        if (job.state is JobState.FAILED) != (job.failed_reason is not None):
            against(Invariant.LAWFUL_RECORD, f"job {job.id} is {job.state} for {job.failed_reason}")


def _truthful(evening: Evening) -> None:
    failed = sum(each.status == "FAILED" for each in evening.record.tickets.values())
    for name, shown in evening.world.shown_failed.items():
        if shown != failed:
            evening.findings.against(
                Invariant.TRUTHFUL_HEALTH, f"{name} shows {shown} failed tickets of {failed}"
            )


def _count(evening: Evening) -> None:
    figures, record = evening.findings.figures, evening.record
    figures["tickets"] += len(evening.world.ordered)
    figures["attempts"] += len(record.attempts)
    for row in record.tickets.values():
        figures[f"tickets {row.status}"] += 1
    for attempt in record.attempts.values():
        figures[f"attempts {attempt.outcome or 'OPEN'}"] += 1


def _named(attempt: AttemptRow) -> str:
    ticket = f"ticket {attempt.job.ticket.id}" if attempt.job.ticket else "a notice"
    return f"attempt {attempt.attempt_no} of {ticket}, copy {attempt.job.copy_no} ({attempt.id})"
