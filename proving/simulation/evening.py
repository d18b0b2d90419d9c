"""An evening that is over: its papers sorted by attempt, its jobs by what must follow each other."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from proving.invariants import Invariant
from proving.simulation.mechanism import Paper, Printed
from proving.simulation.rows import JobRow
from proving.simulation.world import World


@dataclass(slots=True)
class Findings:
    """What was found: violations by invariant, and figures to be added up over a campaign."""

    violations: dict[Invariant, list[str]] = field(
        default_factory=lambda: defaultdict[Invariant, list[str]](list)
    )
    figures: dict[str, int] = field(default_factory=lambda: defaultdict[str, int](int))
    delays: list[float] = field(default_factory=list[float])

    def against(self, invariant: Invariant, what: str) -> None:
        self.violations[invariant].append(what)


class Evening:
    """The papers of a world, sorted by attempt."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.record = world.server.record
        self.findings = Findings()
        self.lines: dict[int, list[Printed]] = defaultdict(list)
        self.sheets: dict[int, list[Paper]] = defaultdict(list)
        for printer in world.printers:
            for paper in [*printer.papers, printer.sheet]:
                for line in paper.lines:
                    self.lines[line.attempt].append(line)
                for attempt in dict.fromkeys(line.attempt for line in paper.lines):
                    self.sheets[attempt].append(paper)

    def is_whole(self, attempt: int) -> bool:
        """Whether every line of an attempt is on paper."""
        lines = self.lines.get(attempt, [])
        return bool(lines) and {line.number for line in lines} == set(range(1, lines[0].of + 1))

    @cached_property
    def waits(self) -> dict[tuple[int, str, int], list[JobRow]]:
        """The jobs that must follow each other: of one bill, station and copy, oldest first."""
        found: dict[tuple[int, str, int], list[JobRow]] = defaultdict(list)
        for job in self.record.jobs.values():
            if job.ticket is not None:
                found[job.ticket.bill_id, job.ticket.station, job.copy_no].append(job)
        return {
            key: sorted(jobs, key=lambda each: each.ticket.id if each.ticket else 0)
            for key, jobs in found.items()
        }

    def first_line(self, job: JobRow) -> float | None:
        """When the first line of a job came to paper."""
        return min(
            (line.at for each in self.record.by_job.get(job.id, ()) for line in self.lines.get(each.id, ())),
            default=None,
        )
