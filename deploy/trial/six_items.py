"""One order of six items, from the POS's request to three papers."""

import re
from typing import Final

from deploy.trial.compose import BACKEND, TrialFailed, backend_is_up, papers, pos_token, wait
from kitchen_demo.orders import SIX_ITEMS
from kitchen_demo.table import Sent, Table
from kitchen_demo.till import OrderRefused, Till

SECONDS_MAX: Final = 60.0


def run() -> None:
    """Order, and read the papers. Raises :class:`TrialFailed`."""
    wait("the backend takes orders", backend_is_up, SECONDS_MAX)
    till = Till(BACKEND, pos_token(), patience=SECONDS_MAX)
    sent = Sent()
    try:
        table = Table(till, sent, till.menu(), {"number": "TRIAL", "table": "99", "guests": 2})
        tickets = table.order(SIX_ITEMS)
    except OrderRefused as error:
        raise TrialFailed(f"the order was refused: {error}") from None
    seconds = wait("three papers", lambda: len(_papers_of(tickets)) >= len(tickets), SECONDS_MAX)
    found = _papers_of(tickets)
    for ticket in sent.tickets:
        name, text = found[ticket.id]
        words = " ".join(text.split())
        if not name.startswith(f"{ticket.station}/") or not all(line in words for line in ticket.lines):
            raise TrialFailed(f"ticket {ticket.id} for {ticket.station} is not on {name}:\n{text}")
        print(f"ticket {ticket.id} is on {name}: {', '.join(ticket.lines)}")
    print(f"six items, {len(tickets)} tickets, {len(tickets)} papers, after {seconds:.1f} s")


def _papers_of(tickets: list[int]) -> dict[int, tuple[str, str]]:
    """Return the paper of each ticket, with the name of its file."""
    found: dict[int, tuple[str, str]] = {}
    for name, text in papers().items():
        for ticket in re.findall(r"^#(\d+)-\d+/\d+ ", text, re.MULTILINE):
            if int(ticket) in tickets:
                found[int(ticket)] = (name, text)
    return found
