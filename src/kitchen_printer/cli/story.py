"""The story of a ticket in plain sentences, told from the record alone."""

from collections.abc import Iterator
from typing import Any

from kitchen_printer.database.requests import Happening, TicketStory
from kitchen_printer.decisions.reason import WORDS, Reason


def told(story: TicketStory) -> Iterator[str]:
    """Tell how the ticket stands and what happened to it, one sentence a line."""
    number = "" if story.station_seq is None else f" {story.station_seq:03d}"
    yield f"Ticket {story.ticket_id}, {story.station}{number}: {story.status}{_why(story.failed_reason)}"
    for happening in story.happenings:
        yield f"{happening.at:%Y-%m-%d %H:%M:%S}  {_sentence(happening)}"


def _sentence(happening: Happening) -> str:  # noqa: PLR0912  # one branch per event is the point
    detail, printer = happening.detail, happening.address or "no printer"
    attempt = f"attempt {detail.get('attempt')}"
    match happening.event:
        case "ticket_submitted":
            return f"Submitted by {happening.actor}."
        case "expanded":
            return f"Numbered {detail['number']:03d}; its print jobs were made."
        case "claimed":
            mark = ", marked" if detail["marked"] else ""
            return f"{printer} was ready; {attempt} went on record{mark}."
        case "confirmed":
            return f"{printer} proved {attempt} ({detail['evidence']}): it is on paper."
        case "uncertain":
            return f"Nobody knows whether {attempt} printed.{_why(detail.get('reason'))}{_then(detail)}"
        case "not_sent":
            return f"No paper can come of {attempt}.{_why(detail.get('reason'))}"
        case "late_confirmed" | "late_proof":
            return f"Later proof: {attempt} is on paper after all; it had been recorded {detail['recorded']}."
        case "late_uncertain" | "late_not_sent":
            return f"{attempt.capitalize()} was reported late; it had been recorded {detail['recorded']}."
        case "gave_up":
            return f"Given up after {detail['waited_seconds']} s.{_why(detail.get('reason'))}"
        case "reprint_requested":
            return f"{detail['by']} asked for a reprint of copy {detail['copy']}."
        case "confirmed_by_person":
            return f"{detail['by']} saw copy {detail['copy']} on paper."
        case "reprint_decided":
            return f"{detail['by']} did not find copy {detail['copy']}: it prints again, marked."
        case other:
            return f"{other} by {happening.actor}."


def _then(detail: dict[str, Any]) -> str:
    match detail.get("job"):
        case "WAITING":
            return " It prints again, marked POSSIBLE DUPLICATE."
        case "HELD":
            return " It is held until a person says whether the paper is there."
        case "FAILED":
            return " That was the last attempt."
        case _:
            return ""


def _why(reason: str | None) -> str:
    return f" {WORDS[Reason(reason)].sentence}" if reason is not None and reason in [*Reason] else ""
