"""What must have happened at least once in a campaign: each kind of fault, and each rare state.

A campaign in which one of them is zero has not tried what it claims to try, and fails.
"""

from collections.abc import Iterator
from typing import Final

from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.service.facts import (
    AttemptEnded,
    AttemptRescued,
    BacklogListed,
    DatabaseBack,
    DoubtRaised,
    Fact,
    GaveUp,
    LateProof,
    LayoutRefused,
    OutcomeRecorded,
    PrinterCameHome,
    PrinterDown,
    PrinterPassedOver,
    PrinterProbed,
    TicketsRedirected,
)
from proving.simulation.aimed import AIMED
from proving.simulation.faults import FAULTS
from proving.simulation.replica import Replica
from proving.simulation.world import World


def count_probes(world: World, replica: Replica, fact: Fact) -> None:
    """Let a world count what is rare about a fact."""
    for probe in _probes_of(fact, replica, world):
        world.saw(probe)


def _probes_of(fact: Fact, replica: Replica, world: World) -> Iterator[str]:  # noqa: PLR0912  # a catalogue
    match fact:
        case AttemptEnded(_, outcome):
            yield from _of_outcome(outcome)
        case OutcomeRecorded(job, outcome, state):
            if state is JobState.FAILED:
                yield "failed after its last attempt"
            if job.marked and isinstance(outcome, Confirmed):
                yield "marked paper proved"
            if world.server.record.attempts[job.attempt_id].settled_by != replica.me:
                yield "outcome came after somebody else had settled it"
        case AttemptRescued(attempt, outcome):
            yield "abandoned attempt settled"
            if isinstance(outcome, Confirmed):
                yield "abandoned attempt proved"
            owner = world.server.record.attempts[attempt].owner
            if any(each.me == owner and each in world.living for each in world.replicas):
                yield "settled for an owner that still lives"
        case DoubtRaised():
            yield "printer asked afterwards"
        case LateProof():
            yield "late proof"
        case GaveUp():
            yield "gave up"
        case PrinterPassedOver(_, reason):
            yield "passed over"
            if reason is Reason.DOES_NOT_CONFIRM:
                yield "passed over: does not confirm"
        case PrinterCameHome():
            yield "came home"
        case PrinterDown(_, reason):
            yield f"down: {reason}"
        case PrinterProbed():
            yield "printer probed anew"
        case TicketsRedirected(reason=reason):
            yield "tickets came home" if reason == "came_home" else "tickets went to a backup"
        case BacklogListed():
            yield "backlog listed"
        case LayoutRefused():
            yield "ticket that cannot be laid out"
        case DatabaseBack():
            yield "database back"
        case _:
            pass


def _of_outcome(outcome: Confirmed | NotSent | Uncertain | Unconfirmed) -> Iterator[str]:
    match outcome:
        case Confirmed(evidence, is_cut):
            yield f"confirmed: {evidence}"
            if not is_cut:
                yield "confirmed, not cut"
        case Unconfirmed(evidence):
            yield f"sent: {evidence}"
        case NotSent(reason, is_revoked):
            yield "taken back unprinted" if is_revoked else f"not sent: {reason}"
        case Uncertain(reason, is_revoked):
            yield f"uncertain: {reason}"
            if is_revoked:
                yield "taken back in doubt"


REQUIRED: Final = (
    *(f"fault: {each.name}" for each in FAULTS),
    *(f"aimed: {each.name}" for each in AIMED),
    *(
        f"confirmed: {each}"
        for each in (Evidence.TOKEN, Evidence.QUEUED_STATUS, Evidence.LATE_TOKEN, Evidence.COUNTERS)
    ),
    *(f"sent: {each}" for each in (Evidence.STATUS, Evidence.SENT)),
    *(
        f"uncertain: {each}"
        for each in (
            *(
                Reason.CONNECTION_LOST,
                Reason.NO_CONFIRMATION,
                Reason.PARTIAL,
                Reason.POWER_LOST,
                Reason.PAPER_OUT,
            ),
            *(Reason.COVER_OPEN, Reason.CUTTER),
        )
    ),
    *(
        f"down: {each}"
        for each in (
            *(Reason.UNREACHABLE, Reason.REFUSED, Reason.SILENT, Reason.NOT_A_PRINTER, Reason.OFFLINE),
            *(Reason.COVER_OPEN, Reason.PAPER_OUT, Reason.CUTTER, Reason.BUSY),
        )
    ),
    *("not sent: lease_lost", "claim without an answer taken back"),
    *("confirmed, not cut", "taken back unprinted", "taken back in doubt", "failed after its last attempt"),
    *("marked paper proved", "outcome came after somebody else had settled it", "late proof", "gave up"),
    *("abandoned attempt settled", "abandoned attempt proved", "settled for an owner that still lives"),
    *("printer asked afterwards", "passed over", "passed over: does not confirm", "came home"),
    *(
        "tickets came home",
        "tickets went to a backup",
        "backlog listed",
        "database back",
        "printer probed anew",
    ),
    *(
        "answer of write lost",
        "answer of move_jobs lost",
        "answer of send_heartbeat lost",
    ),
    *(
        "statement done after its client gave up",
        "statement met a frozen server",
        "database away with an attempt open",
    ),
    *("database clock jumped back", "database clock jumped ahead", "void while the order is in doubt"),
    *("stopped for longer than the lease", "stopped for longer than the lease, with an attempt open"),
    *(
        "killed with a ticket in a printer",
        "power cut with a ticket inside",
        "cable out with a ticket inside",
    ),
    *("line reset with a ticket inside", "cover open with a ticket inside", "mute with a ticket inside"),
    *("paper out in the middle", "buffer discarded at the refill", "line printed again after the refill"),
    *("buffer cleared on request", "buffer full: the window closes", "line broke inside a command"),
    *("echo held back until somebody connects", "connection half open", "connection waits behind another"),
    *("connection refused", "answer swallowed", "answer garbled", "answer late", "pushed status lost"),
    *(
        "ticket that cannot be laid out",
        "order rolled back",
        "order refused: the database is away",
        "notification lost",
    ),
)
"""Every one of these, at least once."""
