"""The same work for every contender: lay out, encode, ask the printer, send, and wait for the fences' echoes.

These are the service's own parts. What a contender adds is its queue; what it leaves out is the record of attempts.
Workers that are asynchronous use the service's connection; for those with threads there is a blocking one here, so that
none of them pays for an event loop it does not have.
"""

import socket
from datetime import UTC, datetime
from typing import Final

from kitchen_printer.decisions.address import host_and_port
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.layout import lay_out
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.occasion import Occasion
from kitchen_printer.decisions.outcome import Confirmed
from kitchen_printer.decisions.page import Paper
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.decisions.ticket import Job, JobKind, read_ticket
from kitchen_printer.printers.connection import (
    CONNECT_SECONDS,
    FAREWELL_SECONDS,
    READ_BYTES,
    PrinterConnection,
    connected_line,
)
from kitchen_printer.printers.encode import encode
from kitchen_printer.service.kitchen import new_token

LEVEL: Final = Level.COUNTERS
"""What the virtual printers can, and what the service finds out about them."""

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


async def deliver(address: str, payload: Payload) -> None:
    """Bring a ticket to paper over the service's own connection. Raises :class:`NotPrintedError` and others."""
    delivery = Delivery(LEVEL, new_token())
    async with connected_line(address) as opened:
        line = PrinterConnection(opened, delivery)
        await line.converse(until=_READY)
        if delivery.state is State.READY:
            delivery.start(payload)
            await line.converse(until=_THE_END)
    _expect_proof(delivery)


def deliver_blocking(address: str, payload: Payload) -> None:
    """Bring a ticket to paper over a blocking socket. Raises :class:`NotPrintedError` and ``OSError``."""
    delivery = Delivery(LEVEL, new_token())
    with socket.create_connection(host_and_port(address), timeout=CONNECT_SECONDS) as line:
        _converse(line, delivery, until=_READY)
        if delivery.state is State.READY:
            delivery.start(payload)
            _converse(line, delivery, until=_THE_END)
        line.settimeout(FAREWELL_SECONDS)
        line.shutdown(socket.SHUT_WR)
        while line.recv(READ_BYTES):
            pass
    _expect_proof(delivery)


def _converse(line: socket.socket, delivery: Delivery, *, until: frozenset[State]) -> None:
    while delivery.state not in until | FINAL:
        if said := delivery.to_send():
            line.sendall(said)
            delivery.left_us()  # To a blocking sender it has left when the kernel has taken it.
        line.settimeout(delivery.seconds_to_wait)
        try:
            heard = line.recv(READ_BYTES)
        except TimeoutError:
            delivery.silence()
            continue
        if heard:
            delivery.received(heard)
        else:
            delivery.line_lost()
    if said := delivery.to_send():
        line.sendall(said)


def _expect_proof(delivery: Delivery) -> None:
    if delivery.state not in FINAL or not isinstance(delivery.outcome, Confirmed):
        raise NotPrintedError(f"{delivery.state}: {delivery.reason}")
