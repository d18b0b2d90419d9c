"""A printer that has stopped is asked again how it is, on a real socket, and the wait for it stays what it was."""

import ctypes
import os
import socket
import struct
from pathlib import Path

import pytest

from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import PrinterConnection
from tests.printers.delivering import LINES, deliver
from virtual_printer import VirtualPrinter
from virtual_printer.faults import AtLine, Fault, Operator

_SO_ATTACH_FILTER = 26

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])


@pytest.fixture(autouse=True)
def asked_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitchen_printer.printers.connection.ASK_AGAIN_SECONDS", 0.05)
    monkeypatch.setattr("kitchen_printer.printers.connection.FAREWELL_SECONDS", 0.1)
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.FENCE_SECONDS", 0.3)


@LEVELS
async def test_a_refill_that_the_printer_does_not_tell_of_is_asked_for(level: Level) -> None:
    """The roll is new and the printer prints on, but the status that says so is lost."""
    async with VirtualPrinter(speed_mm_s=60) as printer:

        def refill_untold(connection: PrinterConnection) -> None:
            if connection.delivery.state is State.STOPPED:
                printer.causes.add(Fault(name="asb-never"))
                printer.causes.refill()

        outcome = await deliver(
            printer.address,
            level,
            give_up_s=60,
            when_ready=lambda _: printer.causes.paper_out_at_line(2),
            changed=refill_untold,
        )
        assert outcome == Confirmed(level.can.evidence, is_cut=True)
        (sheet,) = printer.paper.sheets
        assert sheet.lines == LINES


@LEVELS
async def test_a_ticket_that_went_with_the_old_roll_is_doubted_soon_and_not_waited_for(
    printer: VirtualPrinter, level: Level
) -> None:
    """Some makes forget what they have when the cover is closed; that it goes on is not told either."""
    out = Fault(name="paper-out", trigger=AtLine(2), until=Operator(), params={"recovery": "discard"})

    def run_out(_: PrinterConnection) -> None:
        printer.causes.add(out)

    def refill_untold(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            printer.causes.add(Fault(name="asb-never"))
            printer.causes.refill()

    outcome = await deliver(
        printer.address,
        level,
        confirm_s=0.2,
        give_up_s=60,
        when_ready=run_out,
        changed=refill_untold,
    )
    assert outcome == Uncertain(Reason.NO_CONFIRMATION)


@pytest.mark.parametrize("is_deaf", [False, True])
@LEVELS
async def test_asking_a_stopped_printer_again_and_again_gives_it_no_new_time(
    printer: VirtualPrinter, level: Level, is_deaf: bool
) -> None:
    lines: list[PrinterConnection] = []
    stops: list[Reason | None] = []

    def stop(connection: PrinterConnection) -> None:
        lines.append(connection)
        printer.causes.paper_out_at_line(2)
        if is_deaf:
            printer.causes.add(Fault(name="deaf-offline"))

    def look(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            stops.append(connection.delivery.reason)

    outcome = await deliver(printer.address, level, give_up_s=0.6, when_ready=stop, changed=look)
    assert outcome == Uncertain(Reason.PAPER_OUT, is_revoked=not is_deaf)
    assert stops == [Reason.PAPER_OUT]
    assert lines[0].stopped_seconds == pytest.approx(0.6, abs=0.05)


def pull_the_cable(printer: VirtualPrinter) -> None:
    """From now on the kernel drops whatever comes for the printer: its end gets a filter that takes nothing."""
    take_nothing = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    program = struct.pack("HL", 1, ctypes.addressof(take_nothing))
    with end_of_the_connection_to(printer) as end:
        end.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def end_of_the_connection_to(printer: VirtualPrinter) -> socket.socket:
    """Find the printer's end among all that this process has open; the caller closes the copy."""
    port = int(printer.address.rsplit(":", 1)[1])
    for number in Path("/proc/self/fd").iterdir():
        try:
            copy = os.dup(int(number.name))
        except OSError:
            continue  # closed meanwhile
        try:
            end = socket.socket(fileno=copy)
        except OSError:
            os.close(copy)  # Not a socket: a copy left open would keep a lock that others wait for.
            continue
        try:
            if end.family == socket.AF_INET and end.getsockname()[1] == port and end.getpeername():
                return end
        except OSError:
            pass  # it listens
        end.close()
    raise AssertionError("nobody is connected to the printer")


@LEVELS
async def test_a_cable_that_is_pulled_while_a_stopped_printer_is_asked_shows_soon(
    printer: VirtualPrinter, level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While our question is on its way the kernel sends no keep-alive probes, and repeats it for many minutes."""
    monkeypatch.setattr("kitchen_printer.printers.connection.LOST_SECONDS", 0.3)

    def pull(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            pull_the_cable(printer)

    outcome = await deliver(
        printer.address,
        level,
        give_up_s=60,
        when_ready=lambda _: printer.causes.paper_out_at_line(2),
        changed=pull,
    )
    assert outcome == Uncertain(Reason.CONNECTION_LOST)


async def test_a_printer_that_takes_no_more_bytes_while_its_paper_is_out_is_not_taken_for_lost(
    printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its window is closed, so the question could not overtake the ticket: it is not asked."""
    monkeypatch.setattr("kitchen_printer.printers.connection.LOST_SECONDS", 0.1)
    outcome = await deliver(
        printer.address,
        body=b"line\n" * 100_000,
        give_up_s=0.5,
        when_ready=lambda _: printer.causes.paper_out_at_line(2),
    )
    assert outcome == Uncertain(Reason.PAPER_OUT)
