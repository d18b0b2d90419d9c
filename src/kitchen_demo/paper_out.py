"""One printer runs out of paper in the middle of a ticket, and somebody puts in a new roll."""

import asyncio
from typing import Any, Final

from kitchen_demo.counter import Counter, NotPrinted, Record
from kitchen_demo.edge import Edge
from kitchen_demo.menu import KITCHEN
from kitchen_demo.orders import SERVERS, THREE_FOR_THE_KITCHEN
from kitchen_demo.show import Show
from kitchen_demo.waiter import Waiter

LAST_LINE: Final = 6
"""The paper ends below this line of the ticket: the heading is on paper, most of the dishes are not."""

REFILL_AFTER_SECONDS: Final = 2.0
HEALTH_SECONDS_MAX: Final = 15.0
"""How long ``/health`` may take to say what is the matter, or that nothing is any more; it looks once a second."""

ASK_EVERY_SECONDS: Final = 0.05

_ATTEMPTS: Final = """
SELECT t.status, count(a.id) AS attempts, count(a.id) FILTER (WHERE a.marked) AS marked
  FROM kitchen_tickets t JOIN print_jobs j ON j.ticket_id = t.id LEFT JOIN print_attempts a ON a.job_id = j.id
 WHERE t.id = %s GROUP BY t.id
"""


async def run_out_of_paper(edge: Edge, waiter: Waiter, record: Record, counter: Counter, show: Show) -> None:
    """Play the scene at the KITCHEN printer. Raises :class:`NotPrinted` when it does not go as promised."""
    printer = edge.printers[KITCHEN]
    printer.causes.paper_out_at_line(LAST_LINE)
    with show.step("Table 7 orders three dishes, and the KITCHEN printer runs out of paper"):
        table = waiter.seat("1990", "7", SERVERS[1], 3)
        tickets = await waiter.order(table, THREE_FOR_THE_KITCHEN)
        seen = await _health_of(edge, printer.address, "down")
    show.papers([(KITCHEN, printer.paper.rest)], title="printer, so far")
    show.say(
        f"/health: printer {seen['address']} is {seen['state']}, reason {seen['reason']}. {seen['problem']}"
        f" [bold]{seen['advice']}[/]"
    )
    with show.step(f"After {REFILL_AFTER_SECONDS:.0f} seconds somebody puts in a new roll"):
        await asyncio.sleep(REFILL_AFTER_SECONDS)
        printer.causes.refill()
    with show.step("The same ticket goes on where it stopped"):
        await counter.until_printed(tickets)
        await _health_of(edge, printer.address, "ok")
    papers = await counter.collect()
    (ticket,) = tickets
    row = await (await record.execute(_ATTEMPTS, [ticket])).fetchone()
    if row is not None:
        show.say(
            f"Ticket {ticket} is {row['status']}: attempts {row['attempts']}, marked {row['marked']},"
            f" papers {len(papers)}. /health: the printer is ok."
        )
    await counter.tell_story(ticket)


async def _health_of(edge: Edge, address: str, state: str) -> dict[str, Any]:
    """Return what ``/health`` says of a printer as soon as that is its state."""
    try:
        async with asyncio.timeout(HEALTH_SECONDS_MAX):
            while True:
                _, health = await asyncio.to_thread(edge.service.health)
                for printer in health.get("printers", []):
                    if (printer["address"], printer["state"]) == (address, state):
                        return dict(printer)
                await asyncio.sleep(ASK_EVERY_SECONDS)
    except TimeoutError:
        raise NotPrinted(
            f"/health does not say {state!r} of {address} after {HEALTH_SECONDS_MAX:.0f} s; the service's log ends:\n"
            f"{edge.service.log_end()}"
        ) from None
