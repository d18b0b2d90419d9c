"""A ticket is taken back from a printer that has stopped, so that another one may print it.

Only a printer that says that it forgot the ticket, and whose counters then stand where they stood before, has
surely printed nothing of it: the other paper needs no mark. All this happens on the ticket's own connection.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from kitchen_printer.decisions.commands import FORGET_EVERYTHING
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Evidence, NotSent, Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.afterwards import declare_void
from kitchen_printer.printers.connection import PrinterConnection
from tests.printers.delivering import LINES, READY, THE_END, connected, deliver, payload
from virtual_printer import VirtualPrinter
from virtual_printer.faults import AtCommand, AtLine, Fault, Operator, Times, Trigger

FIRST_COMMAND_OF_THE_BODY = AtCommand("ESC t")
BEHIND_THE_RECEIPT = [AtCommand("GS ( H"), AtCommand("GS g 2", 1), AtCommand("GS g 2", 2)]
"""The fence and the two counters that are asked once the ticket is forgotten; its own fences went with it."""


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.FENCE_SECONDS", 0.3)


def jam(trigger: Trigger) -> Fault:
    """The cutter gets stuck: an error that a clearing of the buffers recovers from, as Epson documents it."""
    return Fault(name="cutter-jam", trigger=trigger, until=Operator())


async def revoked(
    printer: VirtualPrinter,
    *faults: Fault,
    level: Level = Level.COUNTERS,
    when_stopped: Callable[[], None] = lambda: None,
) -> Outcome:
    """Deliver a ticket to a printer that stops, and take it back when it has."""

    def arm(_: PrinterConnection) -> None:
        for fault in faults:
            printer.causes.add(fault)

    def take_back(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            when_stopped()
            connection.revoke()

    return await deliver(printer.address, level, give_up_s=60, when_ready=arm, changed=take_back)


async def revoked_on_record(
    printer: VirtualPrinter, *faults: Fault, level: Level = Level.COUNTERS
) -> Outcome:
    """The same, and what follows once the outcome is on record."""
    outcome = await revoked(printer, *faults, level=level)
    await declare_void(printer.address)
    return outcome


async def test_a_ticket_of_which_nothing_was_printed_is_not_sent(printer: VirtualPrinter) -> None:
    assert await revoked(printer, jam(FIRST_COMMAND_OF_THE_BODY)) == NotSent(Reason.CUTTER, is_revoked=True)
    assert printer.paper.text == ""


async def test_a_ticket_that_was_begun_is_not_and_its_piece_is_declared_void(printer: VirtualPrinter) -> None:
    assert await revoked_on_record(printer, jam(AtLine(2))) == Uncertain(Reason.PARTIAL, is_revoked=True)
    await printer.paper.wait_for_sheets(1, timeout=5)
    (piece,) = printer.paper.sheets
    assert piece.lines == (*LINES[:2], "INCOMPLETE - THROW AWAY")


@pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])
async def test_without_counters_a_receipt_alone_leaves_the_doubt(
    printer: VirtualPrinter, level: Level
) -> None:
    outcome = await revoked(printer, jam(FIRST_COMMAND_OF_THE_BODY), level=level)
    assert outcome == Uncertain(Reason.CUTTER, is_revoked=True)


async def test_a_printer_that_answers_nothing_in_order_while_it_is_stopped_leaves_the_doubt(
    printer: VirtualPrinter,
) -> None:
    out = Fault(name="paper-out", trigger=FIRST_COMMAND_OF_THE_BODY, until=Operator())
    assert await revoked(printer, out) == Uncertain(Reason.PAPER_OUT, is_revoked=True)


@pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE, Level.QUEUED_STATUS])
async def test_the_piece_that_a_printer_keeps_for_want_of_paper_is_void_once_it_has_some(
    printer: VirtualPrinter, level: Level
) -> None:
    """Else the next ticket would hang below it, and the two would look like one."""
    out = Fault(name="paper-out", trigger=AtLine(2), until=Operator())
    assert await revoked_on_record(printer, out, level=level) == Uncertain(Reason.PAPER_OUT, is_revoked=True)
    printer.causes.refill()
    await printer.paper.wait_for_sheets(1, timeout=5)
    (piece,) = printer.paper.sheets
    assert piece.lines == (*LINES[:2], "INCOMPLETE - THROW AWAY")


async def test_without_a_receipt_the_ticket_may_still_be_inside(printer: VirtualPrinter) -> None:
    outcome = await revoked(printer, jam(AtLine(1)), when_stopped=printer.causes.mute)
    assert outcome == Uncertain(Reason.CUTTER)


@pytest.mark.parametrize("reset_packet", [True, False])
@pytest.mark.parametrize("trigger", BEHIND_THE_RECEIPT, ids=str)
async def test_a_printer_that_loses_power_then_cannot_answer_on_the_same_connection(
    printer: VirtualPrinter, reset_packet: bool, trigger: AtCommand
) -> None:
    """Its counters fall back to exactly the values from before the ticket, two lines of which are on paper."""
    power = Fault(name="power-cycle", trigger=trigger, until=Times(1), params={"reset_packet": reset_packet})
    outcome = await revoked(printer, jam(AtLine(2)), power)
    assert isinstance(outcome, Uncertain)
    assert outcome.is_revoked
    assert printer.paper.rest.lines == LINES[:2]


async def test_a_ticket_is_not_taken_back_from_a_printer_that_prints(printer: VirtualPrinter) -> None:
    outcome = await deliver(printer.address, Level.COUNTERS, when_ready=lambda line: line.revoke())
    assert not isinstance(outcome, NotSent)
    (sheet,) = printer.paper.sheets
    assert sheet.lines == LINES


# ── told to forget, it printed the ticket all the same ──────────────────────────────────────────────────


async def test_a_printer_that_printed_on_is_listened_to_until_it_has_forgotten(
    printer: VirtualPrinter,
) -> None:
    """What it was sent before that, it would forget too."""
    async with printed_though_revoked(printer) as (line, forgets):
        assert line.delivery.owes_a_receipt
        listening = asyncio.create_task(line.hear_the_receipt())
        await asyncio.sleep(0)
        line.revoke()  # Whoever looks at a stopped printer once more wakes who listens; that is no receipt.
        forgets.set()
        async with asyncio.timeout(5):
            await listening
        assert not line.delivery.owes_a_receipt
        assert line.delivery.leaves_it_clean


async def test_one_that_never_says_so_is_not_waited_for_without_end(
    printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitchen_printer.printers.connection.FORGET_SECONDS", 0.05)
    async with printed_though_revoked(printer) as (line, _):
        async with asyncio.timeout(5):
            await line.hear_the_receipt()
        assert not line.delivery.leaves_it_clean


async def test_nor_is_one_whose_line_has_ended(printer: VirtualPrinter) -> None:
    async with printed_though_revoked(printer) as (line, _):
        line.hang_up(Reason.LEASE_LOST)
        async with asyncio.timeout(1):
            await line.hear_the_receipt()
        assert line.delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)


@asynccontextmanager
async def printed_though_revoked(
    printer: VirtualPrinter,
) -> AsyncGenerator[tuple[PrinterConnection, asyncio.Event], None]:
    """A line on which a ticket was taken back, and came to paper because the cutter was free again before the printer
    heard of it: it does once the event is set."""
    delivery, forgets = Delivery(Level.COUNTERS, "Pre!"), asyncio.Event()
    async with forgetting_late(printer, forgets) as address, connected(address, delivery) as line:

        def take_back() -> None:
            if delivery.state is State.STOPPED:
                line.revoke()
                printer.causes.remove_jam()

        await line.converse(until=READY)
        printer.causes.add(jam(AtLine(2)))
        delivery.start(payload(give_up_s=60))
        await line.converse(until=THE_END, changed=take_back)
        assert delivery.outcome == Confirmed(Evidence.TOKEN, is_cut=True)
        try:
            yield line, forgets
        finally:
            forgets.set()


@asynccontextmanager
async def forgetting_late(printer: VirtualPrinter, forgets: asyncio.Event) -> AsyncGenerator[str, None]:
    """A box before the printer that passes the word to forget on only when `forgets` is set."""
    host, _, port = printer.address.rpartition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_printer, to_printer = await asyncio.open_connection(host, int(port))
        back = asyncio.create_task(pump(from_printer, writer))
        with suppress(OSError):
            while data := await reader.read(4096):
                if FORGET_EVERYTHING in data:
                    await forgets.wait()
                to_printer.write(data)
        to_printer.close()
        await back

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as server:
        yield "{}:{}".format(*server.sockets[0].getsockname())


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(4096):
            writer.write(data)
    writer.close()
