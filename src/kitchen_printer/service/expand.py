"""From new tickets to jobs, in one short transaction: numbers without gaps, one job per copy."""

from kitchen_printer.database.connection import Database
from kitchen_printer.database.tickets import EXPAND_MAX, expand
from kitchen_printer.service.facts import Subscriber, TicketsExpanded
from kitchen_printer.service.route_book import RouteBook


async def expand_new_tickets(database: Database, book: RouteBook, announce: Subscriber) -> set[int]:
    """Expand every ticket that has somewhere to go; return the printers that got work.

    By a book that is out of date none does.
    """
    printers: set[int] = set()
    while True:
        expanded = await expand(database, book.version, book.ways)
        printers |= expanded.printers
        if expanded.tickets:
            announce(TicketsExpanded(expanded.tickets))
        if expanded.tickets < EXPAND_MAX:
            return printers
