"""The story of one ticket, told from the record: nothing here is remembered by the demo."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from kitchen_printer.decisions.reason import WORDS, Reason

EVENTS: LiteralString = """
WITH own AS (SELECT * FROM print_events WHERE ticket_id = %s),
e AS (SELECT * FROM own
      UNION ALL
      SELECT * FROM print_events
       WHERE ticket_id IS NULL AND printer_id IN (SELECT printer_id FROM own) AND id > (SELECT min(id) FROM own))
SELECT e.at, e.event, e.detail, p.address, extract(epoch FROM e.at - min(e.at) OVER ()) * 1000 AS ms
  FROM e LEFT JOIN printers p ON p.id = e.printer_id ORDER BY e.id
"""
"""What is on record of a ticket, and of the printers that had it since it was submitted."""

_WHAT_FOLLOWS = {
    "WAITING": "It will be tried again",
    "HELD": "It waits for a person to decide",
    "FAILED": "It is given up",
}
"""What becomes of a job after an attempt that did not print for certain."""


def told(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one plain sentence per event, each with the milliseconds since the first."""
    return [f"{event['ms']:7.1f} ms  {sentence(event)}" for event in events]


def sentence(event: Mapping[str, Any]) -> str:
    """Say what one row of ``print_events`` means; a kind that is not known here is shown as it is stored."""
    detail: Mapping[str, Any] = event["detail"]
    match event["event"]:
        case "ticket_submitted":
            return "The backend submitted the ticket."
        case "reprint_requested":
            return f"{detail['by']} asked for a reprint of copy {detail['copy']}."
        case "expanded":
            return f"The service numbered it {detail['number']:03d} and made a print job."
        case "claimed":
            mark = ", marked as a possible second paper" if detail["marked"] else ""
            return f"Printer {event['address']} was asked and ready; attempt {detail['attempt']} went on record{mark}."
        case "gave_up":
            return f"After {detail['waited_seconds']} s without a working printer it was given up: {_why(detail)}"
        case str(name) if name.startswith("printer_"):
            return _of_printer(name, event["address"], detail)
        case str(name) if name.startswith("late_"):
            return _too_late(name, detail)
        case name:
            return _of_attempt(name, detail)


def _of_attempt(name: str, detail: Mapping[str, Any]) -> str:
    match name:
        case "confirmed":
            return (
                f"The printer confirmed attempt {detail['attempt']} by {detail['evidence']}: it is on paper."
            )
        case "not_sent":
            return f"Nothing was sent in attempt {detail['attempt']}: {_why(detail)} {_what_follows(detail)}."
        case "uncertain":
            mark = ", marked as a possible second paper" if detail["job"] == "WAITING" else ""
            return (
                f"Nobody knows whether attempt {detail['attempt']} printed: {_why(detail)}"
                f" {_what_follows(detail)}{mark}."
            )
        case _:
            return _as_stored(name, detail)


def _too_late(name: str, detail: Mapping[str, Any]) -> str:
    recorded = f"on record stays {detail.get('recorded')}"
    match name:
        case "late_proof" | "late_confirmed":
            return f"Too late the printer proved that attempt {detail['attempt']} is on paper; {recorded}."
        case "late_not_sent" | "late_uncertain":
            return (
                f"Too late it was told how attempt {detail['attempt']} ended: {_why(detail)} But {recorded}."
            )
        case _:
            return _as_stored(name, detail)


def _of_printer(name: str, address: str, detail: Mapping[str, Any]) -> str:
    match name:
        case "printer_down":
            return f"Printer {address} went down: {_why(detail)}"
        case "printer_ready":
            return f"Printer {address} is ready."
        case "printer_probed":
            return f"Printer {address} was asked what it can prove: level {detail['level']}."
        case _:
            return _as_stored(name, detail)


def _as_stored(name: str, detail: Mapping[str, Any]) -> str:
    return f"{name}: {dict(detail)}"


def _why(detail: Mapping[str, Any]) -> str:
    reason = detail["reason"]
    return WORDS[Reason(reason)].sentence if reason in [*Reason] else f"{reason}."


def _what_follows(detail: Mapping[str, Any]) -> str:
    return _WHAT_FOLLOWS.get(detail["job"], f"The job is {detail['job']}")
