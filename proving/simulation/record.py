"""The rest of the record: what waits where, how printers stand, what the POS and people do."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kitchen_printer.database.assignments import Move, Moved
from kitchen_printer.database.history import HistorySight
from kitchen_printer.database.recovery import Backlog
from kitchen_printer.database.routing import Configuration, PrinterState, StationPrinter
from kitchen_printer.database.surroundings import Queue, Surroundings
from kitchen_printer.database.tickets import Expanded
from kitchen_printer.decisions.history import History, OnRecord
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.reason import Reason, reason_named
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.decisions.routing import Absence
from kitchen_printer.decisions.ticket import JobKind
from proving.simulation.model import LeasesAndAttempts
from proving.simulation.rows import JobRow, TicketRow

_LISTED: Final = 40
_HISTORY: Final = History(system=1, timeline=1, tables=1)
_ONE_HISTORY: Final = HistorySight(
    found=_HISTORY,
    is_replicated=False,
    on_record=OnRecord(history=_HISTORY, is_replicated=False, silent_seconds=0.0),
    last_change=None,
)
"""No standby takes over here: what then happens is tried on two real servers."""


@dataclass(slots=True)
class Record(LeasesAndAttempts):
    """All tables; ``new`` are the tickets without jobs."""

    routes: tuple[StationPrinter, ...] = ()
    version: int = 1
    tickets: dict[int, TicketRow] = field(default_factory=dict[int, TicketRow])
    new: dict[int, TicketRow] = field(default_factory=dict[int, TicketRow])
    notice_keys: set[str] = field(default_factory=set[str])

    # ── what others do: the POS commits, people decide ──────────────────────────────────────────────────

    def add_ticket(self, ticket_id: int, bill_id: int, station: str, is_void: bool) -> None:
        row = TicketRow(ticket_id, bill_id, station, self.now, is_void)
        self.tickets[ticket_id] = self.new[ticket_id] = row

    def retry(self, ticket_id: int) -> int:
        failed = [each for each in self.tickets[ticket_id].jobs if each.state is JobState.FAILED]
        for job in failed:
            job.state, job.spent, job.waited_seconds, job.failed_reason = JobState.WAITING, 0, 0.0, None
            job.settled_at = None
            self.unsettled[job.id] = job
        self._derive([self.tickets[ticket_id]])
        return len(failed)

    def park(self, printer_id: int, parked: bool) -> None:
        row = self.printers[printer_id]
        row.printer = replace(row.printer, parked=parked, parked_at=self.moment() if parked else None)
        self.version += 1

    # ── what is to be done ──────────────────────────────────────────────────────────────────────────────

    def read_configuration(self) -> Configuration:
        return Configuration(
            version=self.version,
            time_zone="UTC",
            default_station=None,
            closed_stations=frozenset(),
            stations=(),
            station_printers=self.routes,
            printers=tuple(row.printer for row in self.printers.values()),
            redirects=(),
        )

    def look_around(self, me: UUID, known: Collection[int]) -> Surroundings:
        counts: Counter[tuple[int, str | None, int]] = Counter(
            (job.printer_id, None if job.kind is JobKind.NOTICE else job.station, job.copy_no)
            for job in self.unsettled.values()
            if job.state is JobState.WAITING
        )
        owned = [row for row in self.printers.values() if row.owner == me]
        return Surroundings(
            history=_ONE_HISTORY,
            routing_version=self.version,
            absences={
                each: Absence(
                    reason=row.passed_over_for,
                    since=self.moment(row.passed_over_since),
                    answers=row.state == "ready",
                )
                for each, row in self.printers.items()
                if row.passed_over_for
                and row.epoch == row.state_epoch
                and (self.lives(row.owner) or row.owner == me)
            },
            down_on_record=frozenset(
                row.printer.id for row in owned if row.state == "down" or row.passed_over_for
            ),
            has_free_lanes=any(
                row.owner is None or self.now - 3600 < self.until[row.owner] <= self.now
                for row in self.printers.values()
            ),
            has_new_tickets=bool(self.new),
            has_abandoned_attempts=bool(self._abandoned(me)),
            has_unknown_attempts=any(
                each.owner == me and each.id not in known for each in self.open.values()
            ),
            tickets_failed=sum(each.status == "FAILED" for each in self.tickets.values()),
            tickets_without_route=0,
            queues=tuple(
                Queue(printer_id=printer_id, station=station, copy_no=copy_no, waiting=count, due=count)
                for (printer_id, station, copy_no), count in counts.items()
            ),
        )

    def expand(self, routing_version: int, ways: str) -> Expanded:
        if routing_version != self.version:
            return Expanded(0, frozenset())
        of_station: dict[str | None, list[dict[str, Any]]] = {}
        for way in json.loads(ways):
            of_station.setdefault(way["of_station"], []).append(way)
        found = [
            (ticket, taken)
            for ticket in sorted(self.new.values(), key=lambda each: each.id)
            if (taken := of_station.get(ticket.station) or of_station.get(None))
        ]
        for ticket, taken in found:
            for way in taken:
                self._add_copy(ticket, way)
            ticket.is_expanded = True
            del self.new[ticket.id]
        return Expanded(len(found), frozenset(way["printer_id"] for _, taken in found for way in taken))

    def _add_copy(self, ticket: TicketRow, way: dict[str, Any]) -> None:
        job = self._add(JobKind.TICKET, ticket, way["copy_no"], way["station"], way["printer_id"])
        job.diverted_from = way["diverted_from"]
        job.diverted_for = way["diverted_for"] and reason_named(way["diverted_for"])
        job.diverted_since = way["diverted_since"] and datetime.fromisoformat(way["diverted_since"])

    def add_notice(self, printer_id: int, key: str) -> int | None:
        if key in self.notice_keys:
            return None
        self.notice_keys.add(key)
        job = self._add(JobKind.NOTICE, None, 1, "", printer_id)
        job.notice_key = key
        return job.id

    def move_jobs(self, me: UUID, moves: Sequence[Move]) -> list[Moved]:
        if not self.lives(me):
            return []
        found: Counter[tuple[int, int, str]] = Counter()
        before = {job.id: job.printer_id for job in self.unsettled.values() if job.state is JobState.WAITING}
        for move in moves:
            choice = move.choice
            for job in self.unsettled.values():
                if (
                    before.get(job.id) == move.from_printer_id
                    and (job.station, job.copy_no) == (move.target.station, move.target.copy_no)
                    and job.kind is not JobKind.NOTICE
                ):
                    reason = choice.absence.reason if choice.absence else None
                    home = "came_home" if job.diverted_from == choice.printer_id else "route_changed"
                    found[move.from_printer_id, choice.printer_id, reason or home] += 1
                    job.printer_id, job.diverted_from, job.is_moved = (
                        choice.printer_id,
                        choice.diverted_from,
                        True,
                    )
                    job.diverted_for = reason
                    job.diverted_since = choice.absence.since if choice.absence else None
        return [
            Moved(from_printer_id=a, to_printer_id=b, reason=reason, jobs=count)
            for (a, b, reason), count in sorted(found.items())
        ]

    # ── patience, and how printers stand ────────────────────────────────────────────────────────────────

    def add_waiting_time(self, printer_id: int, seconds: float) -> float:
        waiting = self._waiting(printer_id)
        for job in waiting:
            job.waited_seconds += min(seconds, max(0.0, self.now - job.created_at))
        return max((job.waited_seconds for job in waiting), default=0.0)

    def give_up(self, printer_id: int, limit_seconds: float, reason: Reason) -> int:
        failed = [job for job in self._waiting(printer_id) if job.waited_seconds >= limit_seconds]
        for job in failed:
            job.state, job.failed_reason = JobState.FAILED, reason
            self._settled(job)
        self._derive(job.ticket for job in failed if job.ticket)
        return sum(job.ticket is not None for job in failed)

    def note_states(self, me: UUID, states: Sequence[PrinterState]) -> set[int]:
        noted: set[int] = set()
        for each in states:
            row = self.printers[each.printer_id]
            if (row.owner, row.epoch) != (me, each.epoch):
                continue
            if each.passed_over_for and not row.passed_over_for:
                row.passed_over_since = self.now - (each.seconds if each.reason else 0.0)
            row.passed_over_for, row.state_epoch = each.passed_over_for, each.epoch
            row.state = "down" if each.reason else "ready"
            noted.add(each.printer_id)
        return noted

    def note_capability(
        self, printer_id: int, level: Level, serial: str | None, firmware: str | None
    ) -> None:
        row = self.printers[printer_id]
        if row.printer.level_provenance != "pinned":
            before = row.printer
            row.printer = replace(
                before, level=level, level_provenance="probed", serial=serial, firmware=firmware
            )
            self.version += 1

    def read_backlog(self, printer_id: int, late_seconds: float) -> Backlog | None:
        tickets = sorted(job.ticket.id for job in self._waiting(printer_id) if job.ticket)
        if not tickets:
            return None
        return Backlog(
            waiting=len(tickets),
            up_to=tickets[-1],
            is_late=min(self.tickets[each].created_at for each in tickets[:_LISTED])
            < self.now - late_seconds,
            was_down=self.printers[printer_id].state == "down",
            oldest=(),
        )

    def is_next_late(self, printer_id: int, late_seconds: float) -> bool:
        waiting = [job.ticket for job in self._waiting(printer_id) if job.ticket]
        oldest = min(waiting, key=lambda each: each.id, default=None)
        return oldest is not None and oldest.created_at < self.now - late_seconds

    def _add(
        self, kind: JobKind, ticket: TicketRow | None, copy_no: int, station: str, printer_id: int
    ) -> JobRow:
        job = JobRow(len(self.jobs) + 1, kind, ticket, copy_no, station, printer_id, self.now)
        self.jobs[job.id] = self.unsettled[job.id] = job
        if ticket is not None:
            ticket.jobs.append(job)
        return job
