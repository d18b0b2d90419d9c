"""From new tickets to jobs, in one short transaction: numbers without gaps, one job per copy."""

import asyncio
from collections.abc import Callable

from kitchen_printer.database.connection import Database
from kitchen_printer.database.tickets import EXPAND_MAX, Expansion, NewJob, NewTicket
from kitchen_printer.decisions.routing import destination_of
from kitchen_printer.service.facts import Subscriber, TicketsExpanded
from kitchen_printer.service.route_book import RouteBook

Soon = Callable[[set[int], asyncio.Event], None]
"""Told which printers will have work, and what is set once they have it or it failed."""


def _nobody(_: set[int], __: asyncio.Event) -> None:
    """Stand where nobody wants to be told."""


async def expand_new_tickets(
    database: Database, book: RouteBook, announce: Subscriber, soon: Soon = _nobody
) -> set[int]:
    """Expand every ticket that has somewhere to go; return the printers that got work.

    By a book that is out of date none does. ``soon`` is called while the jobs are on their way to the disk: printers
    can be asked meanwhile.
    """
    printers: set[int] = set()
    while True:
        jobs, tickets = await _expand_some(database, book, soon)
        printers.update(job.choice.printer_id for job in jobs)
        if tickets:
            announce(TicketsExpanded(tickets))
        if tickets < EXPAND_MAX:
            return printers


async def _expand_some(database: Database, book: RouteBook, soon: Soon) -> tuple[list[NewJob], int]:
    is_over = asyncio.Event()
    try:
        async with database.expansion() as connection:
            expansion = Expansion(connection)
            tickets = await expansion.new_tickets(
                sorted(book.destinations),
                any_station=book.takes_any_station,
                routing_version=book.version,
            )
            jobs = [job for ticket in tickets for job in _jobs_of(ticket, book)]
            soon({job.choice.printer_id for job in jobs}, is_over)
            if tickets:
                await expansion.number(tickets)
                await expansion.add_jobs(jobs)
            return jobs, len(tickets)
    finally:
        is_over.set()


def _jobs_of(ticket: NewTicket, book: RouteBook) -> list[NewJob]:
    destination = destination_of(ticket.station, book.destinations, book.default_station)
    if destination is None:
        raise LookupError(f"ticket {ticket.id} for {ticket.station} was read but has no way to paper")
    return [
        NewJob(ticket_id=ticket.id, copy_no=copy_no, station=destination.station, choice=choice)
        for copy_no, choice in sorted(destination.printers.items())
    ]
