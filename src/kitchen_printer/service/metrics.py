"""What Prometheus is told. Counters count facts; gauges are read from what was seen last.

Labels hold only names from the configuration and codes from closed lists: no ticket can make a new series.
"""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Final, assert_never

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.ticket import Job, JobKind
from kitchen_printer.service.facts import (
    AlarmTold,
    AlertNotSent,
    AlertSent,
    AttemptRescued,
    AttemptVanished,
    ClockJumped,
    DatabaseLost,
    DoubtRaised,
    Fact,
    GaveUp,
    HistoryChanged,
    LaneParked,
    LanesChanged,
    LateProof,
    LayoutRefused,
    LoopStalled,
    OutcomeRecorded,
    PrinterDown,
    PrinterPassedOver,
    RecordRefused,
    TaskCrashed,
    TicketClaimed,
    TicketHandedOver,
    TicketsRedirected,
)
from kitchen_printer.service.gauges import Gauges, Sources

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

DELIVERY_BUCKETS: Final = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 1800)
"""Seconds from the commit of a ticket to its proof on record: a second is usual, half an hour is given up."""


class Metrics:
    """A subscriber that counts, and the page that Prometheus reads."""

    def __init__(self, sources: Sources) -> None:
        self.registry = CollectorRegistry()
        self.labels: dict[str, tuple[str, ...]] = {}
        """The labels of each counter that has some."""

        self._claimed: dict[int, float] = {}
        """When the ticket of an open attempt was committed, by our monotonic clock."""

        # No second series for every counter; its authors left the types out.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=self.registry)
        self.registry.register(_Quiet(Gauges(sources)))
        self._define()

    def _define(self) -> None:
        self._attempts = self._counter(
            "kitchen_attempts",
            "Attempts on record, by how they ended and by what proved it or why not.",
            "outcome",
            "evidence",
            "reason",
        )
        self._papers = self._counter(
            "kitchen_papers_sent",
            "Papers handed to a printer, by what they say they are: possible_duplicate, reprint, notice or nothing.",
            "mark",
        )
        self._went_down = self._counter(
            "kitchen_printer_troubles", "How often a printer became unable to print, by reason.", "reason"
        )
        self._passed_over = self._counter(
            "kitchen_printers_passed_over",
            "How often tickets began to go past a printer, by reason.",
            "reason",
        )
        self._redirected = self._counter(
            "kitchen_tickets_redirected",
            "Waiting tickets that were moved to another printer, by why.",
            "reason",
        )
        self._delivery = Histogram(
            "kitchen_delivery_seconds",
            "From the commit of a ticket to the proof of its paper on record; reprints do not count.",
            buckets=DELIVERY_BUCKETS,
            registry=self.registry,
        )
        self._claims = self._counter("kitchen_claims", "Attempts put on record before anything was sent.")
        self._doubts = self._counter("kitchen_doubts", "Attempts whose printer had to be asked afterwards.")
        self._late_proofs = self._counter(
            "kitchen_late_proofs", "Attempts proved after they had been decided."
        )
        self._rescued = self._counter(
            "kitchen_attempts_rescued", "Attempts of vanished services that were settled."
        )
        self._given_up = self._counter(
            "kitchen_tickets_given_up", "Copies that failed because a printer could not print."
        )
        self._unprintable = self._counter(
            "kitchen_layouts_refused", "Attempts whose ticket could not be laid out."
        )
        self._lease_changes = self._counter(
            "kitchen_lease_changes", "How often the set of our printers changed."
        )
        self._database_losses = self._counter("kitchen_database_losses", "How often the database went away.")
        self._history_changes = self._counter(
            "kitchen_history_changes",
            "How often another server, or a backup, took the database's place: complete, doubtful, restored.",
            "change",
        )
        self._in_doubt = self._counter(
            "kitchen_copies_in_doubt",
            "Copies marked because attempts on record may have been lost with a database.",
        )
        self._vanished = self._counter(
            "kitchen_attempts_vanished", "Attempts of this service whose record the database lost."
        )
        self._clock_jumps = self._counter("kitchen_clock_jumps", "How often this machine's clock was set.")
        self._stalls = self._counter(
            "kitchen_loop_stalls", "How often nothing in the process moved for a second or more."
        )
        self._violations = self._counter(
            "kitchen_invariant_violations", "Outcomes that the database refused: a mistake in the program."
        )
        self._parked = self._counter(
            "kitchen_lanes_parked", "Printers that were parked because their lane failed again and again."
        )
        self._alarms = self._counter(
            "kitchen_alarms_told", "Alarms that were told to people, repeats included."
        )
        self._alerts = self._counter(
            "kitchen_alerts_sent", "Alarms that went out to an address beside paper."
        )
        self._alerts_lost = self._counter(
            "kitchen_alerts_lost", "Alarms that could not be sent to an address and were given up."
        )
        self._crashes = self._counter(
            "kitchen_task_crashes", "Parts of the service that failed and were started again."
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        self.labels[name] = labels
        return Counter(name, meaning, labels, registry=self.registry)

    def exposition(self) -> bytes:
        """Return the page as Prometheus reads it."""
        return generate_latest(self.registry)

    def __call__(self, fact: Fact) -> None:  # noqa: PLR0912, PLR0915  # one branch per fact that counts
        """Count a fact."""
        match fact:
            case TicketClaimed(job):
                self._claims.inc()
                self._claimed[job.attempt_id] = monotonic() - job.age_seconds
            case TicketHandedOver(job):
                self._papers.labels(_mark(job)).inc()
            case OutcomeRecorded(job, outcome):
                self._recorded(job, outcome)
            case RecordRefused(attempt_id):
                self._claimed.pop(attempt_id, None)
                self._violations.inc()
            case PrinterDown(_, reason):
                self._went_down.labels(reason).inc()
            case PrinterPassedOver(_, reason):
                self._passed_over.labels(reason).inc()
            case TicketsRedirected(tickets=tickets, reason=why):
                self._redirected.labels(why).inc(tickets)
            case AlarmTold():
                self._alarms.inc()
            case AlertSent():
                self._alerts.inc()
            case AlertNotSent(is_given_up=True):
                self._alerts_lost.inc()
            case LaneParked():
                self._parked.inc()
            case GaveUp(_, tickets):
                self._given_up.inc(tickets)
            case LateProof(_, attempts):
                self._late_proofs.inc(attempts)
            case DoubtRaised():
                self._doubts.inc()
            case AttemptRescued():
                self._rescued.inc()
            case LayoutRefused():
                self._unprintable.inc()
            case LanesChanged():
                self._lease_changes.inc()
            case DatabaseLost():
                self._database_losses.inc()
            case HistoryChanged(change, copies_in_doubt=copies):
                self._history_changes.labels(change).inc()
                self._in_doubt.inc(copies)
            case AttemptVanished():
                self._vanished.inc()
            case ClockJumped():
                self._clock_jumps.inc()
            case LoopStalled():
                self._stalls.inc()
            case TaskCrashed():
                self._crashes.inc()
            case _:
                pass

    def _recorded(self, job: Job, outcome: Outcome) -> None:
        committed = self._claimed.pop(job.attempt_id, None)
        self._attempts.labels(*_end(outcome)).inc()
        if isinstance(outcome, Confirmed) and job.kind is JobKind.TICKET and committed is not None:
            self._delivery.observe(monotonic() - committed)


def _end(outcome: Outcome) -> tuple[str, str, str]:
    match outcome:
        case Confirmed(evidence):
            return "CONFIRMED", evidence, ""
        case Unconfirmed(evidence):
            return "UNCERTAIN", evidence, ""
        case NotSent(reason):
            return "NOT_SENT", "", reason
        case Uncertain(reason):
            return "UNCERTAIN", "", reason
        case _:
            assert_never(outcome)


def _mark(job: Job) -> str:
    if job.maybe_on_paper:
        return "possible_duplicate"
    return "" if job.kind is JobKind.TICKET else job.kind.lower()


class _Quiet(Collector):
    """Gauges whose names are known without asking them: registering them must not read anything."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        return self._gauges.collect()

    def describe(self) -> Iterable[Metric]:
        return self._gauges.described()
