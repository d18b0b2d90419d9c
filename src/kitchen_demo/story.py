"""The story of one ticket, told from the record: nothing here is remembered by the demo."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

EVENTS: LiteralString = """
SELECT e.at, e.event, e.detail, p.address, extract(epoch FROM e.at - min(e.at) OVER ()) * 1000 AS ms
  FROM print_events e LEFT JOIN printers p ON p.id = e.printer_id
 WHERE e.ticket_id = %s ORDER BY e.id
"""


def told(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one plain sentence per event, each with the milliseconds since the first."""
    return [f"{event['ms']:7.1f} ms  {_sentence(event)}" for event in events]


def _sentence(event: Mapping[str, Any]) -> str:
    detail: Mapping[str, Any] = event["detail"]
    attempt = f"attempt {detail.get('attempt')}"
    match event["event"]:
        case "ticket_submitted":
            return "The backend submitted the ticket."
        case "expanded":
            return f"The service numbered it {detail['number']:03d} and made a print job."
        case "claimed":
            mark = ", marked POSSIBLE DUPLICATE" if detail["marked"] else ""
            return f"Printer {event['address']} was asked and ready; {attempt} went on record{mark}."
        case "confirmed":
            return f"The printer confirmed {attempt} by {detail['evidence']}: it is on paper."
        case "uncertain":
            return f"Nobody knows whether {attempt} printed ({detail['reason']}): a repeat will be marked."
        case "not_sent":
            return f"Nothing was sent in {attempt} ({detail['reason']})."
        case other:
            return f"{other}: {dict(detail)}"
