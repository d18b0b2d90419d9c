"""What is written down of attempts that no lane has in hand, or that cannot be written as they ended."""

from kitchen_printer.config import Settings
from kitchen_printer.database.ledger import Settlement
from kitchen_printer.database.outcomes import Abandoned
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.retry import Decision, JobState, decide


def settlement_of(attempt: Abandoned, outcome: Outcome, settings: Settings) -> Settlement:
    """Return what follows from how an attempt ended that nobody works on."""
    return Settlement(
        attempt_id=attempt.attempt_id,
        token_printed=attempt.token_printed,
        job_id=attempt.job_id,
        ticket_id=attempt.ticket_id,
        outcome=outcome,
        decision=decide(
            outcome,
            spent=attempt.spent,
            maybe_on_paper=attempt.maybe_on_paper,
            attempts_max=settings.max_attempts,
            on_unconfirmed=attempt.on_unconfirmed or settings.on_unconfirmed,
        ),
    )


def as_a_doubt(settlement: Settlement) -> Settlement:
    """Keep only what must be known: nobody knows how the attempt ended, and somebody must look after its ticket."""
    return Settlement(
        attempt_id=settlement.attempt_id,
        token_printed=settlement.token_printed,
        job_id=settlement.job_id,
        ticket_id=settlement.ticket_id,
        outcome=Uncertain(Reason.INTERNAL_ERROR),
        decision=Decision(
            state=JobState.FAILED,
            spent=settlement.decision.spent,
            maybe_on_paper=True,
            failed_reason=Reason.INTERNAL_ERROR,
        ),
    )
