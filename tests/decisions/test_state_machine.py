"""Two services, two printers and everything that can come between them, in any order: what was promised holds.

The decisions are the product's. The record is the model that the simulation uses, which a test holds against
PostgreSQL; what came to paper is known to the printers here and to nobody else.
"""

from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from proving.simulation.record import Record
from proving.simulation.rows import AttemptRow, PrinterRow

from kitchen_printer.database.ledger import ClaimRequest, Settlement
from kitchen_printer.database.routing import Printer, StationPrinter
from kitchen_printer.database.tickets import Way, as_json
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import STROKES_MIN, Doubt, Findings, Odometer, verdict
from kitchen_printer.decisions.retry import JobState, decide
from kitchen_printer.decisions.routing import Absence, Route, Routing, Target
from tests.decisions.conversation import (
    CLEARED,
    FORGOTTEN,
    HEALTHY,
    PAPER_OUT,
    PREFLIGHT,
    QUEUED,
    counter,
    echo,
)

STATION = "BAR"
LEASE_SECONDS, MARGIN_SECONDS = 15.0, 5.0
OWNERS = (UUID(int=1), UUID(int=2))
LEVELS = {1: Level.COUNTERS, 2: Level.QUEUED_STATUS}
ATTEMPTS_MAX = 3

owners, presses = st.sampled_from(OWNERS), st.sampled_from((1, 2))


@dataclass
class Press:
    """A printer: what is inside, what came out, what it has still to say, and who has its line."""

    level: Level
    served: UUID | None = None
    inside: AttemptRow | None = None
    papers: list[AttemptRow] = field(default_factory=list[AttemptRow])
    words: list[bytes] = field(default_factory=list[bytes])
    odometer: Odometer = field(default_factory=lambda: Odometer(1042, 981230))
    is_out: bool = False

    def work(self) -> None:
        """Print what is inside, if there is paper."""
        if self.inside is not None and not self.is_out:
            self.papers.append(self.inside)
            named = [echo(self.inside.token_printed), echo(self.inside.token_cut)]
            self.words += named if self.level.echoes_tokens else [QUEUED]
            self.odometer = Odometer(self.odometer.cuts + 1, self.odometer.strokes + 2 * STROKES_MIN)
            self.inside = None


@dataclass
class Service:
    """One replica: until when it may act by its own clock, and the tickets it has in hand, by printer."""

    valid_until: float = 0.0
    in_hand: dict[int, tuple[AttemptRow, Delivery]] = field(
        default_factory=dict[int, tuple[AttemptRow, Delivery]]
    )


class Kitchen(RuleBasedStateMachine):
    """The rules are what can happen; the invariants what must hold after each of them."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0.0
        self.jump = 0.0
        self.absent: frozenset[int] = frozenset()
        self.presses = {number: Press(level) for number, level in LEVELS.items()}
        self.services = {owner: Service() for owner in OWNERS}
        self.record = Record(
            printers={number: PrinterRow(printer(number)) for number in LEVELS},
            routes=tuple(
                StationPrinter(station=STATION, printer_ip=f"10.0.0.{number}", priority=number, copy_no=1)
                for number in LEVELS
            ),
        )

    def now(self) -> Record:
        self.record.now = self.clock + self.jump
        return self.record

    # ── what the POS and time do ────────────────────────────────────────────────────────────────────────

    @rule(bill=st.integers(1, 2), is_void=st.booleans())
    def commit(self, bill: int, is_void: bool) -> None:
        record = self.now()
        ticket = len(record.tickets) + 1
        record.add_ticket(ticket, bill, STATION, is_void)
        choice = self.routing().chosen()[Target(STATION, 1)]
        way = Way(of_station=STATION, station=STATION, copy_no=1, choice=choice)
        record.expand(record.version, as_json([way]))

    def routing(self) -> Routing:
        absence = Absence(reason=Reason.PAPER_OUT, since=self.record.moment())
        return Routing(
            routes=tuple(
                Route(station=STATION, copy_no=1, printer_id=number, priority=number) for number in LEVELS
            ),
            absences=dict.fromkeys(self.absent, absence),
        )

    @rule(number=presses)
    def is_passed_over_or_comes_home(self, number: int) -> None:
        self.absent ^= {number}
        chosen = self.routing().chosen()[Target(STATION, 1)]
        for job in self.now().unsettled.values():
            if job.state is JobState.WAITING:
                job.printer_id = chosen.printer_id

    @rule(seconds=st.floats(0.1, 20))
    def time_passes(self, seconds: float) -> None:
        self.clock += seconds

    @rule(seconds=st.sampled_from((-3600.0, 3600.0)))
    def the_clock_of_the_database_jumps(self, seconds: float) -> None:
        self.jump += seconds

    # ── what services do ────────────────────────────────────────────────────────────────────────────────

    @rule(owner=owners)
    def heartbeat(self, owner: UUID) -> None:
        self.now().send_heartbeat(owner, LEASE_SECONDS)
        self.services[owner].valid_until = self.clock + LEASE_SECONDS - MARGIN_SECONDS
        self.record.take_free_lanes(owner)

    @rule(owner=owners, number=presses)
    def claim(self, owner: UUID, number: int) -> None:
        press, service = self.presses[number], self.services[owner]
        if press.served is not None or press.is_out:
            return
        press.work()  # The fence of the preflight waits for whatever is still inside.
        press.words.clear()
        delivery = ready(press)
        request = ClaimRequest(
            printer_id=number,
            epoch=self.record.printers[number].epoch,
            token_printed=f"p{len(self.record.attempts):03}",
            token_cut=f"c{len(self.record.attempts):03}",
            odometer=delivery.odometer,
        )
        for claimed in self.now().claim(owner, [request]):
            press.served = owner
            service.in_hand[number] = self.record.attempts[claimed.job.attempt_id], delivery

    @rule(owner=owners, number=presses)
    def hand_over(self, owner: UUID, number: int) -> None:
        """Send the ticket, if it may still be sent by the service's own clock."""
        service = self.services[owner]
        attempt, delivery = service.in_hand.get(number, (None, None))
        if attempt is None or delivery is None or delivery.state is not State.READY:
            return
        if self.clock >= service.valid_until:
            self.end(owner, number, NotSent(Reason.LEASE_LOST))
            return
        delivery.start(payload(attempt))
        delivery.to_send()
        self.presses[number].inside = attempt

    @rule(owner=owners, number=presses)
    def time_is_up(self, owner: UUID, number: int) -> None:
        for delivery in self.talking(owner, number):
            delivery.silence()
            delivery.to_send()

    @rule(owner=owners, number=presses)
    def is_taken_back(self, owner: UUID, number: int) -> None:
        press = self.presses[number]
        for delivery in self.talking(owner, number):
            delivery.revoke()
            if delivery.to_send() and delivery.state is State.REVOKING:
                press.inside = None
                delivery.received(CLEARED)
                delivery.to_send()
                counts = counter(press.odometer.cuts), counter(press.odometer.strokes)
                for word in (echo(FORGOTTEN), *counts):
                    delivery.received(word)

    @rule(owner=owners, number=presses)
    def line_breaks(self, owner: UUID, number: int) -> None:
        for delivery in self.talking(owner, number):
            self.presses[number].words.clear()
            delivery.line_lost()

    def talking(self, owner: UUID, number: int) -> list[Delivery]:
        held = self.services[owner].in_hand.get(number)
        return [held[1]] if held and held[1].state not in FINAL | {State.READY} else []

    @rule(owner=owners, number=presses, is_reached=st.booleans())
    def ends_on_record(self, owner: UUID, number: int, is_reached: bool) -> None:
        """Decide what became of a ticket that is over; in doubt the printer is asked, if it can be reached."""
        attempt, delivery = self.services[owner].in_hand.get(number, (None, None))
        if attempt is None or delivery is None or delivery.state not in FINAL:
            return
        outcome = delivery.outcome
        if isinstance(outcome, Uncertain) and not outcome.is_revoked:
            self.presses[number].served = None
            outcome = self.asked(attempt, outcome.reason, is_reached=is_reached)
        self.end(owner, number, outcome)

    def asked(self, attempt: AttemptRow, reason: Reason, *, is_reached: bool) -> Outcome:
        press = self.presses[attempt.printer_id]
        if not is_reached or not press.level.echoes_tokens or press.served is not None or press.is_out:
            return Uncertain(reason)
        press.work()
        found = Findings(echoes=frozenset(), answered_in_order=True, after=press.odometer)
        doubt = Doubt(
            reason=reason,
            token_printed=attempt.token_printed,
            token_cut=attempt.token_cut,
            before=attempt.odometer,
            expected_cuts=1,
        )
        return verdict(doubt, found)

    def end(self, owner: UUID, number: int, outcome: Outcome) -> None:
        attempt, _ = self.services[owner].in_hand.pop(number)
        self.presses[number].served = None
        self.settle(owner, attempt, outcome)

    def settle(self, owner: UUID, attempt: AttemptRow, outcome: Outcome) -> None:
        job = attempt.job
        decision = decide(
            outcome, spent=job.spent, maybe_on_paper=job.maybe_on_paper, attempts_max=ATTEMPTS_MAX
        )
        ticket = job.ticket.id if job.ticket else None
        self.now().record(
            owner,
            [
                Settlement(
                    attempt_id=attempt.id,
                    token_printed=attempt.token_printed,
                    job_id=job.id,
                    ticket_id=ticket,
                    outcome=outcome,
                    decision=decision,
                )
            ],
        )

    @rule(owner=owners)
    def dies(self, owner: UUID) -> None:
        for number in self.services[owner].in_hand:
            self.presses[number].served = None
            self.presses[number].words.clear()
        self.services[owner] = Service()

    @rule(owner=owners, is_reached=st.booleans())
    def settles_what_others_left(self, owner: UUID, is_reached: bool) -> None:
        for left in self.now().abandoned_attempts(owner):
            attempt = self.record.attempts[left.attempt_id]
            self.settle(owner, attempt, self.asked(attempt, Reason.SERVICE_STOPPED, is_reached=is_reached))

    # ── what printers do ────────────────────────────────────────────────────────────────────────────────

    @rule(number=presses)
    def prints(self, number: int) -> None:
        self.presses[number].work()

    @precondition(lambda self: any(press.words for press in self.presses.values()))
    @rule(number=presses, is_lost=st.booleans())
    def answers(self, number: int, is_lost: bool) -> None:
        press = self.presses[number]
        words, press.words = press.words, []
        for owner in OWNERS:
            for delivery in self.talking(owner, number):
                for word in () if is_lost else words:
                    delivery.received(word)
                    delivery.to_send()
                if delivery.state is State.CUTTING and not press.level.echoes_tokens:
                    press.words.append(QUEUED)

    @rule(number=presses)
    def paper_is_out_or_in(self, number: int) -> None:
        press = self.presses[number]
        press.is_out = not press.is_out
        for owner in OWNERS:
            for delivery in self.talking(owner, number):
                delivery.received(PAPER_OUT if press.is_out else HEALTHY)

    # ── what holds ──────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def of_one_copy_there_is_at_most_one_paper_without_a_mark(self) -> None:
        unmarked = [
            paper.job.id for press in self.presses.values() for paper in press.papers if not paper.marked
        ]
        assert len(unmarked) == len(set(unmarked))

    @invariant()
    def what_is_confirmed_is_on_paper_and_what_was_not_sent_is_not(self) -> None:
        on_paper = {paper.id for press in self.presses.values() for paper in press.papers}
        inside = {press.inside.id for press in self.presses.values() if press.inside}
        for attempt in self.record.attempts.values():
            if isinstance(attempt.ended, Confirmed):
                assert attempt.id in on_paper
            if isinstance(attempt.ended, NotSent):
                assert attempt.id not in on_paper | inside

    @invariant()
    def a_later_ticket_of_a_bill_begins_when_the_earlier_one_has_ended(self) -> None:
        for job in self.record.jobs.values():
            for older in self.record.jobs.values():
                if job.ticket and older.ticket and older.ticket.bill_id == job.ticket.bill_id:
                    is_older = older.ticket.id < job.ticket.id
                    assert not (is_older and job.attempts and older.settled_at is None)

    @invariant()
    def attempts_are_numbered_without_a_gap_and_one_at_a_time(self) -> None:
        for job, attempts in self.record.by_job.items():
            assert [each.attempt_no for each in attempts] == list(range(1, len(attempts) + 1))
            assert sum(each.outcome is None for each in attempts) <= 1
            may_be = any(not isinstance(each.ended, NotSent) for each in attempts if each.ended is not None)
            assert self.record.jobs[job].maybe_on_paper == may_be
            assert self.record.jobs[job].spent <= ATTEMPTS_MAX


def printer(number: int) -> Printer:
    return Printer(
        id=number,
        address=f"10.0.0.{number}:9100",
        columns=48,
        code_page="CP858",
        raster="none",
        level=LEVELS[number],
        level_provenance="proven on paper",
        serial=None,
        firmware=None,
        parked=False,
    )


def ready(press: Press) -> Delivery:
    """A delivery whose printer has just answered everything before the ticket."""
    delivery = Delivery(press.level, PREFLIGHT)
    pushed = (HEALTHY,) if press.level.echoes_tokens else (HEALTHY, HEALTHY)
    in_order = echo(PREFLIGHT) if press.level.echoes_tokens else QUEUED
    counts = counter(press.odometer.cuts), counter(press.odometer.strokes)
    for word in (b"\x16", b"\x12", b"\x12", b"\x12", *pushed, in_order, *counts):
        delivery.to_send()
        if delivery.state is not State.READY:
            delivery.received(word)
    assert delivery.state is State.READY
    return delivery


def payload(attempt: AttemptRow) -> Payload:
    return Payload(
        body=b"ticket",
        token_printed=attempt.token_printed,
        token_cut=attempt.token_cut,
        token_forgotten=FORGOTTEN,
        seconds_to_print=4.0,
        seconds_to_confirm=30.0,
        seconds_to_give_up=1800.0,
    )


TestKitchen = Kitchen.TestCase
TestKitchen.settings = settings(
    max_examples=2 * settings().max_examples, stateful_step_count=40, deadline=None
)
