"""What proof costs: from a ticket's last byte to PRINTED on record, with the printer's word for it and without.

Both ways claim, lay out and record with the service's own parts, one ticket at a time, in turns, against one printer
that prints at once and a PostgreSQL that keeps every commit. Without proof, the bytes are handed to TCP and believed.
"""

import asyncio
import os
import time
from datetime import UTC, datetime
from statistics import median
from typing import Final
from uuid import UUID, uuid4

import psycopg
from rich.console import Console
from rich.table import Table

from kitchen_demo.edge import new_database, prepared_database
from kitchen_demo.postgres import open_postgres
from kitchen_printer.database.connection import Database
from kitchen_printer.database.leases import Lease, send_heartbeat, take_free_lanes
from kitchen_printer.database.ledger import Claimed, ClaimRequest, Settlement, write
from kitchen_printer.decisions.commands import FEED_AND_CUT
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.outcome import Confirmed, Evidence, Outcome
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.retry import decide
from kitchen_printer.decisions.ticket import read_ticket
from kitchen_printer.printers.connection import PrinterConnection, connected_line
from kitchen_printer.printers.encode import encode
from kitchen_printer.service.expand import expand_new_tickets
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.route_book import RouteBook, read_route_book
from virtual_printer import VirtualPrinter

TICKETS: Final = 300
"""For each way."""

WARM_UP: Final = 20
LEASE_SECONDS: Final = 120.0
SECONDS_TO_CONFIRM: Final = 10.0
PAPER: Final = Paper(columns=48, codec="cp858")

_ORDER: Final = """
WITH t AS (INSERT INTO kitchen_tickets (bill_id, printer_target, table_label)
           SELECT n, 'PROOF', '7' FROM generate_series(1, %s) n RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name)
SELECT id, line, 1, 'Grilled sea bass ' || line FROM t, generate_series(1, 3) line
"""


def run() -> None:
    """Measure both ways and print their medians and the ratio."""
    with (
        open_postgres(os.environ, durable=True) as postgres,
        new_database(postgres) as dsn,
        prepared_database(dsn) as prepared,
    ):
        with_proof, without = asyncio.run(_measure(dsn, prepared.service_dsn))
    table = Table("from the last byte to PRINTED on record", "median", "tickets")
    table.add_row("token fences, before and behind the cut", f"{with_proof:.2f} ms", str(TICKETS))
    table.add_row("the same bytes without fences, believed", f"{without:.2f} ms", str(TICKETS))
    Console().print(table, f"ratio {with_proof / without:.2f}")


async def _measure(dsn: str, service_dsn: str) -> tuple[float, float]:
    """Return the medians, in milliseconds."""
    database, me = Database(service_dsn, "bench"), uuid4()
    async with VirtualPrinter() as printer:
        with psycopg.connect(dsn) as connection:
            connection.execute("DELETE FROM station_printers")
            connection.execute(
                "INSERT INTO station_printers (station_code, printer_ip) VALUES ('PROOF', %s)",
                [printer.address],
            )
            connection.execute(_ORDER.encode(), [2 * (TICKETS + WARM_UP)])
        await database.open()
        try:
            book, lease = await _take_the_lane(database, me)
            counter = Counter(database, me, lease, book, printer.address)
            for _ in range(WARM_UP):
                await counter.prove()
                await counter.believe()
            pairs = [(await counter.prove(), await counter.believe()) for _ in range(TICKETS)]
        finally:
            await database.close()
    return median(proved for proved, _ in pairs), median(believed for _, believed in pairs)


async def _take_the_lane(database: Database, me: UUID) -> tuple[RouteBook, Lease]:
    book = await read_route_book(database, lambda _: None)
    await send_heartbeat(database, me, LEASE_SECONDS, "bench")
    await expand_new_tickets(database, book, lambda _: None)
    (lease,) = (await take_free_lanes(database, me)).leases
    return book, lease


class Counter:
    """Prints one ticket after the other, and says how long each took, in milliseconds."""

    def __init__(self, database: Database, me: UUID, lease: Lease, book: RouteBook, address: str) -> None:
        self._database = database
        self._me = me
        self._lease = lease
        self._zone = book.zone
        self._address = address

    async def prove(self) -> float:
        """Send a ticket with its fences, wait for the printer's word, record it."""
        delivery = Delivery(Level.TOKEN_FENCE, new_token())
        async with connected_line(self._address) as opened:
            line = PrinterConnection(opened, delivery)
            await line.converse(until=frozenset({State.READY}))
            claimed = await self._claimed()
            job = claimed.job
            payload = Payload(
                body=self._body(claimed),
                token_printed=job.token_printed,
                token_cut=job.token_cut,
                token_forgotten=new_token(),
                seconds_to_print=0.0,
                seconds_to_confirm=SECONDS_TO_CONFIRM,
                seconds_to_give_up=SECONDS_TO_CONFIRM,
            )
            delivery.start(payload)
            began = time.perf_counter()
            await line.converse(until=frozenset())
            assert isinstance(delivery.outcome, Confirmed)
            await self._record(claimed, delivery.outcome)
            return (time.perf_counter() - began) * 1000

    async def believe(self) -> float:
        """Send the same bytes without fences, and record at once that they are printed."""
        async with connected_line(self._address) as line:
            claimed = await self._claimed()
            paper = self._body(claimed) + FEED_AND_CUT
            began = time.perf_counter()
            line.send(paper)
            await self._record(claimed, Confirmed(Evidence.TOKEN, is_cut=True))
            return (time.perf_counter() - began) * 1000

    async def _claimed(self) -> Claimed:
        request = ClaimRequest(
            printer_id=self._lease.printer_id,
            epoch=self._lease.epoch,
            token_printed=new_token(),
            token_cut=new_token(),
            odometer=None,
        )
        (claimed,) = (await write(self._database, self._me, [], [request])).claimed
        return claimed

    def _body(self, claimed: Claimed) -> bytes:
        occasion = Occasion(now=datetime.now(UTC))
        return encode(
            lay_out(read_ticket(claimed.content), claimed.job, occasion, PAPER, self._zone), "CP858"
        )

    async def _record(self, claimed: Claimed, outcome: Outcome) -> None:
        job = claimed.job
        settlement = Settlement(
            attempt_id=job.attempt_id,
            token_printed=job.token_printed,
            job_id=job.id,
            ticket_id=job.ticket_id,
            outcome=outcome,
            decision=decide(outcome, spent=job.spent, maybe_on_paper=job.maybe_on_paper, attempts_max=3),
        )
        await write(self._database, self._me, [settlement], [])
