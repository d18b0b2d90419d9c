"""How attempts ended, and the attempts that begin: what lanes hand in and ask for, written down in one commit."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, LiteralString
from uuid import UUID

from kitchen_printer.database.connection import Database, Row
from kitchen_printer.decisions.occasion import Backup
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import reason_named
from kitchen_printer.decisions.reconcile import Odometer
from kitchen_printer.decisions.retry import Decision
from kitchen_printer.decisions.ticket import Job, JobKind

AttemptKey = tuple[int, str]
"""An attempt's number and the token of its paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One attempt, how it ended, and what becomes of its job.

    ``token_printed`` tells the attempt from another one that got the same number after the database lost the first:
    both are its ``key``.
    ``ticket_id`` is None when the job is a notice; ``waited_seconds`` is how long the printer was seen unable to
    go on during the attempt; the payload's size and SHA-256 are None when nothing was laid out.
    """

    attempt_id: int
    token_printed: str
    job_id: int
    ticket_id: int | None
    outcome: Outcome
    decision: Decision
    waited_seconds: float = 0.0
    payload_bytes: int | None = None
    payload_sha256: bytes | None = None

    @property
    def key(self) -> AttemptKey:
        """What tells the attempt from every other one."""
        return self.attempt_id, self.token_printed


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRequest:
    """A lane that is ready for a ticket: its lease, the tokens of its next attempt, and its odometer if any."""

    printer_id: int
    epoch: int
    token_printed: str
    token_cut: str
    odometer: Odometer | None
    notices_only: bool = False
    """Whether it must not get a ticket, whatever waits."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours, its attempt on record, with the stored content of its ticket or notice.

    ``content`` is JSON text and not parsed here: what one paper holds must not cost the other lanes anything.
    ``circumstances``, JSON too and empty for a notice, say what happened since the ticket was made: see
    :func:`kitchen_printer.decisions.occasion.read_occasion`.
    ``is_last`` says that the lane had nothing else due at the moment of the claim; ``backup`` why this printer
    stands in for another one.
    """

    job: Job
    content: str
    circumstances: str
    is_last: bool
    backup: Backup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of it: what was claimed, by printers in any order.

    ``lost`` are attempts to be settled that are on record no more: the database lost them. ``held_attempts`` are those
    that are not settled, and ``held_printers`` the printers that got nothing, because somebody else had their ticket or
    job locked just then. A lane that is in no list has nothing due, is not ours, or is locked itself.
    """

    claimed: tuple[Claimed, ...]
    lost: frozenset[AttemptKey]
    held_attempts: frozenset[AttemptKey]
    held_printers: frozenset[int]


_JOB: Final = tuple(each.name for each in fields(Job))

_WRITE: LiteralString = """
SELECT lost_attempt_id, held_attempt_id, held_printer_id, attempt_id, attempt_no, printer_id, marked, token_printed,
       token_cut, id, kind, ticket_id, copy_no, station, spent, maybe_on_paper, waited_seconds, diverted_for,
       diverted_since, age_seconds, on_unconfirmed, is_last, content, circumstances
  FROM kitchen_write_ledger(%s, %s::bigint, %s::jsonb, %s::jsonb)
"""


async def write(
    database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
) -> Written:
    """Write down how attempts ended, then claim the oldest due job of every lane that asks.

    An outcome is never overwritten, and repeating it is harmless. A lane gets nothing when it has no due job, when its
    head waits for an older ticket of its bill, or when it is no longer ours. When this returns everything is committed:
    bytes of what was claimed may be sent. Raises :class:`~kitchen_printer.database.connection.DatabaseLostError`; then
    nobody knows whether it is.
    """
    values = [
        me,
        database.servers.newest_timeline,
        json.dumps([_settled(each) for each in settlements]),
        json.dumps([asdict(each) for each in requests]),
    ]
    async with database.ledger() as connection:
        rows = await (await connection.execute(_WRITE, values)).fetchall()
    return Written(
        claimed=tuple(_claimed(row) for row in rows if row["attempt_id"] is not None),
        lost=_keys(rows, "lost_attempt_id"),
        held_attempts=_keys(rows, "held_attempt_id"),
        held_printers=frozenset(row["held_printer_id"] for row in rows if row["held_printer_id"] is not None),
    )


def _keys(rows: Sequence[Row], column: str) -> frozenset[AttemptKey]:
    return frozenset((row[column], row["token_printed"]) for row in rows if row[column] is not None)


def _settled(settlement: Settlement) -> dict[str, Any]:
    outcome, decision = settlement.outcome, settlement.decision
    return {
        "attempt_id": settlement.attempt_id,
        "token_printed": settlement.token_printed,
        "ticket_id": settlement.ticket_id,
        "outcome": _name(outcome),
        "evidence": _evidence(outcome),
        "reason": None if isinstance(outcome, Confirmed | Unconfirmed) else outcome.reason,
        "payload_bytes": settlement.payload_bytes,
        "payload_sha256": settlement.payload_sha256.hex() if settlement.payload_sha256 else None,
        "state": decision.state,
        "spent": decision.spent,
        "maybe_on_paper": decision.maybe_on_paper,
        "failed_reason": decision.failed_reason,
        "waited_seconds": settlement.waited_seconds,
    }


def _name(outcome: Outcome) -> str:
    match outcome:
        case NotSent():
            return "NOT_SENT"
        case Confirmed():
            return "CONFIRMED"
        case Unconfirmed() | Uncertain():
            return "UNCERTAIN"


def _evidence(outcome: Outcome) -> str | None:
    match outcome:
        case Confirmed(evidence, is_cut):
            return evidence if is_cut else f"{evidence}, not cut"
        case Unconfirmed(evidence):
            return evidence
        case NotSent(_, is_revoked=True) | Uncertain(_, is_revoked=True):
            return "revoked"
        case NotSent() | Uncertain():
            return None


def _claimed(row: Row) -> Claimed:
    reason, since = row["diverted_for"], row["diverted_since"]
    job: Row = {name: row[name] for name in _JOB} | {"kind": JobKind(row["kind"])}
    return Claimed(
        job=Job(**job),
        content=row["content"],
        circumstances=row["circumstances"],
        is_last=row["is_last"],
        backup=Backup(reason=reason_named(reason), since=since) if reason and since else None,
    )
