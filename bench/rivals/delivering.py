"""The same work for every contender: lay out, encode, ask the printer, send, and wait for the fences' echoes.

These are the service's own parts. What a contender adds is its queue; what it leaves out is the record of attempts.
A line carries ticket after ticket, as the service's does. Workers that are asynchronous use the service's connection;
for those with threads there is a blocking one, so that none of them pays for an event loop it does not have.
"""

import asyncio
from datetime import UTC, datetime
from typing import Final

from bench.rivals.contender import Scene
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.outcome import Confirmed
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.ticket import Job, JobKind, read_ticket
from kitchen_printer.printers.connection import Line, PrinterConnection, open_line
from kitchen_printer.printers.encode import encode
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.line_to_printer import KEEP_SECONDS

LEVEL: Final = Level.COUNTERS
"""What the virtual printers can, and what the service finds out about them."""

IDLE_SECONDS: Final = 0.05
"""How long a line waits for its printer's next ticket. A worker's task does not know whether one follows; the service
does, and waits for none."""

SECONDS_TO_CONFIRM: Final = 30.0
_CODE_PAGE: Final = "CP858"
_PAPER: Final = Paper(columns=48, codec="cp858")
_READY: Final = frozenset({State.READY})
_THE_END: Final = frozenset[State]()


class NotPrintedError(Exception):
    """The printer did not prove the ticket."""


def rendered(content: str) -> Payload:
    """Lay a stored ticket out and encode it."""
    ticket = read_ticket(content)
    job = Job(
        id=ticket.id,
        kind=JobKind.TICKET,
        ticket_id=ticket.id,
        copy_no=1,
        station=ticket.station,
        spent=0,
        maybe_on_paper=False,
        waited_seconds=0.0,
        attempt_id=ticket.id,
        attempt_no=1,
        printer_id=0,
        marked=False,
        token_printed=new_token(),
        token_cut=new_token(),
    )
    page = lay_out(ticket, job, Occasion(now=datetime.now(UTC)), _PAPER, UTC)
    return Payload(
        body=encode(page, _CODE_PAGE, columns=_PAPER.columns),
        token_printed=job.token_printed,
        token_cut=job.token_cut,
        token_forgotten=new_token(),
        seconds_to_print=0.0,
        seconds_to_confirm=SECONDS_TO_CONFIRM,
        seconds_to_give_up=SECONDS_TO_CONFIRM,
    )


class Lines:
    """An asynchronous worker's lines to its printers. Tickets of one printer take turns."""

    def __init__(self, scene: Scene) -> None:
        self._keeps = scene.keeps_lines
        self._kept: dict[str, tuple[Line, float, asyncio.TimerHandle]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def deliver(self, address: str, payload: Payload) -> None:
        """Bring a ticket to paper. Raises :class:`NotPrintedError` and those of the service's connection."""
        connection, until = await self._asked_on_the_kept_one(address) or await self._asked_on_a_new_one(
            address
        )
        delivery = connection.delivery
        try:
            if delivery.state is State.READY:
                delivery.start(payload)
                await connection.converse(until=_THE_END)
        finally:
            self._keep_or_close(address, connection, until)
        expect_proof(delivery)

    async def _asked_on_the_kept_one(self, address: str) -> tuple[PrinterConnection, float] | None:
        line, until, closing = self._kept.pop(address, (None, 0.0, None))
        if line is None or closing is None:
            return None
        closing.cancel()
        connection = PrinterConnection(line, Delivery(LEVEL, new_token(), follows=True))
        await connection.converse(until=_READY)
        if connection.delivery.state is State.READY:
            return connection, until
        await line.close()
        return None

    async def _asked_on_a_new_one(self, address: str) -> tuple[PrinterConnection, float]:
        connection = PrinterConnection(await open_line(address), Delivery(LEVEL, new_token()))
        until = asyncio.get_running_loop().time() + KEEP_SECONDS
        await connection.converse(until=_READY)
        return connection, until

    def _keep_or_close(self, address: str, connection: PrinterConnection, until: float) -> None:
        loop = asyncio.get_running_loop()
        if self._keeps and connection.delivery.leaves_it_clean and loop.time() < until:
            closing = loop.call_later(IDLE_SECONDS, self._close_kept, address)
            self._kept[address] = connection.line, until, closing
        else:
            self._close(connection.line)

    def _close_kept(self, address: str) -> None:
        line, _, _ = self._kept.pop(address)
        self._close(line)

    def _close(self, line: Line) -> None:
        task = asyncio.create_task(line.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def expect_proof(delivery: Delivery) -> None:
    """Raise :class:`NotPrintedError` unless the printer has proved the ticket."""
    if delivery.state not in FINAL or not isinstance(delivery.outcome, Confirmed):
        raise NotPrintedError(f"{delivery.state}: {delivery.reason}")
