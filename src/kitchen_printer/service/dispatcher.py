"""Looks around, and sets everything going that is due: expand, rescue, start lanes."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from kitchen_printer.database.assignments import move_jobs
from kitchen_printer.database.connection import DatabaseLostError
from kitchen_printer.database.leases import Holdings, Lease
from kitchen_printer.database.outcomes import abandoned_attempts
from kitchen_printer.database.routing import Printer
from kitchen_printer.database.surroundings import Surroundings, look_around
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.service.expand import expand_new_tickets
from kitchen_printer.service.facts import LanesChanged, TicketsRedirected
from kitchen_printer.service.historian import Historian
from kitchen_printer.service.kitchen import Kitchen
from kitchen_printer.service.lane import Lane, device_of
from kitchen_printer.service.ledger import Ledger
from kitchen_printer.service.looks import Looks
from kitchen_printer.service.missing_routes import MissingRoutes
from kitchen_printer.service.outage import Outage
from kitchen_printer.service.printer_states import PrinterStates
from kitchen_printer.service.route_book import RouteBook, read_route_book
from kitchen_printer.service.snapshot import Snapshot
from kitchen_printer.service.work_lane import work_lane

TAKE_EVERY_SECONDS: Final = 0.5
"""How often free lanes that are seen are asked for; they may be beyond our share."""


class Dispatcher:
    """The one loop that decides what happens next. Notifications hurry it; polling is the truth."""

    def __init__(self, kitchen: Kitchen, me: UUID, ledger: Ledger, new_lanes: Callable[[], None]) -> None:
        self.lanes: dict[int, Lane] = {}
        self.snapshot = Snapshot()
        self._kitchen = kitchen
        self._me = me
        self._ledger = ledger
        self._new_lanes = new_lanes
        self._book: RouteBook | None = None
        self._leases: dict[int, Lease] = {}
        self._working: dict[int, asyncio.Task[None]] = {}
        self._printer_states = PrinterStates(
            kitchen.database, me, kitchen.settings.failover_seconds, kitchen.announce
        )
        self._historian = Historian(kitchen, changed=self._printer_states.forget)
        self._takes_again_at = 0.0
        self._missing_routes = MissingRoutes(kitchen.database, kitchen.announce)
        self._tickets_came = False
        self._looks_at = 0.0
        self._outage = Outage(kitchen.announce)
        self._hint = asyncio.Event()

    def wake(self) -> None:
        """Look around now rather than at the next poll."""
        self._looks_at = 0.0
        self._hint.set()

    def tickets_came(self) -> None:
        """Expand tickets now, and look around only if there were none to expand."""
        self._tickets_came = True
        self._hint.set()

    def hold(self, holdings: Holdings) -> list[int]:
        """Take note of which lanes are ours now; return those to hand back.

        Only a lane without a task is handed back, and it is forgotten here first: nothing can begin in it. The
        next owner begins anew with it, so those whose tickets go elsewhere are kept if others can go.
        """
        idle = [each.printer_id for each in holdings.leases if each.printer_id not in self._working]
        idle.sort(key=lambda each: each in self.lanes and self.lanes[each].passed_over_for is not None)
        surplus = idle[: max(0, len(holdings.leases) - holdings.share)]
        now_held = {each.printer_id: each for each in holdings.leases if each.printer_id not in surplus}
        if now_held != self._leases:
            self._let_go(now_held)
            self._leases = now_held
            self._set_up_lanes()
            self.wake()
        return surplus

    def _let_go(self, now_held: Mapping[int, Lease]) -> None:
        """Hang up where another replica has taken over: it needs the printer, and we may not act on it any more."""
        for printer_id, lane in self.lanes.items():
            if printer_id in self._working and now_held.get(printer_id) != self._leases.get(printer_id):
                lane.hang_up(Reason.LEASE_LOST)

    @property
    def working(self) -> list[asyncio.Task[None]]:
        """The lanes that have a task just now."""
        return list(self._working.values())

    async def run(self) -> None:
        """Look around for ever; a lost database is a normal state."""
        while not self._kitchen.is_stopping:
            # Cleared before looking: a hint that comes while we look makes us look again.
            self._hint.clear()
            try:
                if not await self._expanded_what_came():
                    self._looks_at = monotonic() + self._kitchen.settings.poll_seconds
                    await self._look_and_act()
                self._outage.is_over()
            except DatabaseLostError as error:
                self._database_is_lost(error)
            await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(max(0.0, self._looks_at - monotonic())):
                await self._hint.wait()
        except TimeoutError:
            pass

    async def _expanded_what_came(self) -> bool:
        """Take the short way of a ticket that was announced, while what was seen last still holds; else False."""
        came, self._tickets_came = self._tickets_came, False
        if not came or self._book is None or monotonic() >= self._looks_at:
            return False
        due = await expand_new_tickets(self._kitchen.database, self._book, self._kitchen.announce)
        self._start_lanes(due)
        return bool(due)

    async def _look_and_act(self) -> None:
        if self._book is None:
            await self._kitchen.database.check_schema()
        book = self._book or await self._read_routes()
        await self._printer_states.note(
            self.lanes.values(), poll_seconds=self._kitchen.settings.poll_seconds, wake=self.wake
        )
        # Without a lease of our own we may be wrong about who is absent: the look takes only living owners' word.
        may_route = self._kitchen.may_act()
        seen = await self._look(book)
        await self._historian.follow(seen.history)
        if seen.routing_version != book.version:
            book = await self._read_routes()
            seen = await self._look(book)
        book = self._follow(book, seen)
        due = {printer_id for printer_id, each in seen.backlogs.items() if each.due}
        if may_route:
            due |= await self._move_jobs(book, seen)
        if seen.has_new_tickets:
            due |= await expand_new_tickets(self._kitchen.database, book, self._kitchen.announce)
        if seen.has_abandoned_attempts:
            due |= await self._hand_out_abandoned_attempts()
        if seen.has_unknown_attempts:
            self._ledger.settle_unknown_attempts()
        self._revoke_what_stands_still(book)
        self._start_lanes(
            due | {printer_id for printer_id, lane in self.lanes.items() if lane.is_worth_asking}
        )
        await self._missing_routes.tell(seen.tickets_without_route, book.destinations)
        self.snapshot = Snapshot.of(
            seen,
            self.lanes,
            book.routing.printers(),
            book.refused,
            taken_at=monotonic(),
            poll_seconds=self._kitchen.settings.poll_seconds,
        )

    def _follow(self, book: RouteBook, seen: Surroundings) -> RouteBook:
        """Take over what the look has shown about printers: which are absent, what waits for ours, lanes to take."""
        book = self._book = book.given(seen.absences)
        self._kitchen.routing = book.routing
        backlogs = seen.backlogs
        for printer_id, lane in self.lanes.items():
            backlog = backlogs.get(printer_id)
            lane.waiting = backlog.waiting if backlog else 0
            lane.is_down_on_record = printer_id in seen.down_on_record
        if seen.has_free_lanes and monotonic() >= self._takes_again_at:
            self._takes_again_at = monotonic() + TAKE_EVERY_SECONDS
            self._new_lanes()
        return book

    async def _move_jobs(self, book: RouteBook, seen: Surroundings) -> set[int]:
        """Move waiting jobs to the printers that are chosen for them now; return the printers that got some."""
        moves = book.moves(seen.queues)
        moved = await move_jobs(self._kitchen.database, self._me, moves) if moves else []
        for each in moved:
            self._kitchen.announce(
                TicketsRedirected(
                    book.address_of(each.from_printer_id),
                    book.address_of(each.to_printer_id),
                    each.jobs,
                    each.reason,
                )
            )
        return {each.to_printer_id for each in moved}

    def _revoke_what_stands_still(self, book: RouteBook) -> None:
        """Take tickets back from printers that have stopped and are passed over, if another one can print them."""
        for printer_id, lane in self.lanes.items():
            absence = book.routing.absences.get(printer_id)
            if absence is not None and lane.job is not None and self._kitchen.has_stand_in(lane.job):
                lane.revoke()

    async def _look(self, book: RouteBook) -> Surroundings:
        return await look_around(
            self._kitchen.database,
            self._me,
            self._ledger.expected,
            sorted(book.destinations),
            any_station=book.takes_any_station,
        )

    async def _read_routes(self) -> RouteBook:
        known = self._book.refused if self._book else ()
        self._book = await read_route_book(
            self._kitchen.database, self._kitchen.announce, self._kitchen.is_our_health_port
        )
        for refused in self._book.refused:
            if refused not in known:
                self._kitchen.announce(refused)
        self._kitchen.looks = Looks(
            self._kitchen.settings, self._book.zone, self._book.stations, self._kitchen.announce
        )
        self._set_up_lanes()
        self._new_lanes()
        return self._book

    def _set_up_lanes(self) -> None:
        """Make the lanes fit our leases and the configuration; what is known of a printer stays known."""
        before = set(self.lanes)
        printers: Mapping[int, Printer] = self._book.printers if self._book else {}
        for printer_id in list(self.lanes):
            if printer_id not in self._leases:
                del self.lanes[printer_id]
        for printer_id, lease in self._leases.items():
            printer = printers.get(printer_id)
            if printer is None:
                continue
            lane = self.lanes.get(printer_id)
            if lane is None:
                self.lanes[printer_id] = Lane(
                    printer=printer,
                    lease=lease,
                    device=device_of(printer),
                    announce=self._kitchen.announce,
                )
            else:
                was_parked = lane.printer.parked
                lane.lease, lane.printer, lane.device = lease, printer, device_of(printer)
                if was_parked and not printer.parked:
                    lane.resumed()
        if set(self.lanes) != before:
            self._kitchen.announce(LanesChanged(tuple(sorted(each.address for each in self.lanes.values()))))

    def _start_lanes(self, due: set[int]) -> None:
        """Let lanes work that rest not."""
        if not self._kitchen.may_act() or self._kitchen.is_stopping:
            return
        for printer_id in sorted(due & self.lanes.keys()):
            lane = self.lanes[printer_id]
            if printer_id in self._working:
                lane.is_hinted = True
            elif not lane.is_resting:
                task = asyncio.create_task(work_lane(lane, self._kitchen), name=f"lane {lane.address}")
                self._working[printer_id] = task
                task.add_done_callback(partial(self._lane_ended, printer_id))

    def _lane_ended(self, printer_id: int, _: asyncio.Task[None]) -> None:
        del self._working[printer_id]
        lane = self.lanes.get(printer_id)
        if lane is None:
            return
        if lane.is_hinted:
            self.wake()  # Work was seen after its last look.
        if lane.is_resting:
            asyncio.get_running_loop().call_later(max(0.0, lane.rests_until - monotonic()), self.wake)

    async def _hand_out_abandoned_attempts(self) -> set[int]:
        """Give each lane what its earlier owners left open; return the lanes that have to see to it."""
        concerned: set[int] = set()
        for attempt in await abandoned_attempts(self._kitchen.database, self._me):
            lane = self.lanes.get(attempt.printer_id)
            if lane is not None and attempt.printer_id not in self._working:
                lane.abandoned = [each for each in lane.abandoned if each.attempt_id != attempt.attempt_id]
                lane.abandoned.append(attempt)
                concerned.add(attempt.printer_id)
        return concerned

    def _database_is_lost(self, error: DatabaseLostError) -> None:
        problem = str(error)
        self._outage.goes_on(problem)
        self.snapshot.database_problem, self.snapshot.database_trouble = problem, error.trouble
        self._book = None  # What comes back may have been restored, moved or migrated meanwhile.
