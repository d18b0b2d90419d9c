"""Tickets to a printer on a real socket: what comes out of it, and what is said about it afterwards."""

import asyncio
import socket

import pytest

from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import State
from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Uncertain, Unconfirmed
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import (
    CONNECT_SECONDS,
    NoConnectionError,
    PrinterConnection,
)
from tests.printers.delivering import BODY, LINES, PATIENCE_S, READY, connected, deliver
from tests.virtual_printer.host import Host
from virtual_printer import Cut, VirtualPrinter
from virtual_printer.faults import Fault

LEVELS = pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])
PROOF = {level: level.can.evidence for level in Level}


def only_sheet_is_complete(printer: VirtualPrinter) -> bool:
    (sheet,) = printer.paper.sheets
    return sheet.lines == LINES and sheet.cut is Cut.PARTIAL and not printer.paper.rest.lines


@LEVELS
async def test_a_healthy_printer_gives_one_complete_cut_sheet_and_says_so(
    printer: VirtualPrinter, level: Level
) -> None:
    assert await deliver(printer.address, level) == Confirmed(PROOF[level], is_cut=True)
    assert only_sheet_is_complete(printer)
    assert (printer.state.connections, printer.state.reports) == (1, ())


@LEVELS
async def test_ticket_after_ticket_comes_out_in_order(printer: VirtualPrinter, level: Level) -> None:
    for number in range(5):
        outcome = await deliver(printer.address, level, body=f"TICKET {number}\n".encode())
        assert outcome == Confirmed(PROOF[level], is_cut=True)
    assert [sheet.lines for sheet in printer.paper.sheets] == [(f"TICKET {number}",) for number in range(5)]


@LEVELS
async def test_the_proof_comes_when_the_paper_has_moved_and_not_before(level: Level) -> None:
    """Ten lines of 30 dots are 37.5 mm: at 250 mm/s they take 0.15 seconds."""
    loop = asyncio.get_running_loop()
    async with VirtualPrinter(speed_mm_s=250) as printer:
        handed_over: list[float] = []
        outcome = await deliver(
            printer.address,
            level,
            body=b"line\n" * 10,
            when_ready=lambda _: handed_over.append(loop.time()),
        )
        assert isinstance(outcome, Confirmed)
        assert loop.time() - handed_over[0] >= 0.15


# ── no connection ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_closed_port_refuses(printer: VirtualPrinter) -> None:
    printer.causes.refuse()
    with pytest.raises(NoConnectionError) as none:
        await deliver(printer.address)
    assert none.value.reason is Reason.REFUSED


async def test_an_address_that_swallows_everything_is_unreachable_in_a_few_seconds() -> None:
    """A listener with a full backlog drops what comes, as a host that is switched off does."""
    loop = asyncio.get_running_loop()
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        host, port = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        try:
            for each in waiting:
                each.setblocking(False)
                each.connect_ex((host, port))
            began = loop.time()
            with pytest.raises(NoConnectionError) as none:
                await deliver(f"{host}:{port}")
            assert none.value.reason is Reason.UNREACHABLE
            assert CONNECT_SECONDS - 0.1 <= loop.time() - began < CONNECT_SECONDS + 1
        finally:
            for each in waiting:
                each.close()


# ── before the payload: nothing is sent ─────────────────────────────────────────────────────────────────────


async def refuses(printer: VirtualPrinter, level: Level, reason: Reason) -> None:
    """The delivery ends for this reason, and nothing of it ever comes onto paper, even when all is well again."""
    assert await deliver(printer.address, level) == NotSent(reason)
    printer.causes.unmute()
    printer.causes.heed()
    printer.causes.close_cover()
    printer.causes.refill()
    assert isinstance(await deliver(printer.address, level), Confirmed)
    assert only_sheet_is_complete(printer)


@LEVELS
async def test_an_open_cover_is_named(printer: VirtualPrinter, level: Level) -> None:
    printer.causes.open_cover()
    await refuses(printer, level, Reason.COVER_OPEN)


@LEVELS
async def test_missing_paper_is_named(printer: VirtualPrinter, level: Level) -> None:
    printer.causes.paper_out_at_line(0)
    await refuses(printer, level, Reason.PAPER_OUT)


@LEVELS
async def test_a_mute_printer_gets_no_ticket(printer: VirtualPrinter, level: Level) -> None:
    printer.causes.mute()
    await refuses(printer, level, Reason.SILENT)


async def test_a_printer_that_swallows_everything_gets_no_ticket(printer: VirtualPrinter) -> None:
    printer.causes.ignore()
    await refuses(printer, Level.TOKEN_FENCE, Reason.SILENT)


async def test_a_printer_that_another_host_holds_gets_no_ticket(printer: VirtualPrinter) -> None:
    other = await Host.connect(printer)
    await other.ask(b"\x10\x04\x01", b"\x16")
    assert await deliver(printer.address) == NotSent(Reason.SILENT)
    await other.close()
    assert isinstance(await deliver(printer.address), Confirmed)
    assert only_sheet_is_complete(printer)


@LEVELS
async def test_paper_near_its_end_is_printed_on(printer: VirtualPrinter, level: Level) -> None:
    printer.causes.near_end()
    assert await deliver(printer.address, level) == Confirmed(PROOF[level], is_cut=True)


async def test_a_printer_that_still_prints_for_somebody_else_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another host left in it prints first; its real-time answers are those of a healthy printer."""
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.FENCE_SECONDS", 0.2)
    async with VirtualPrinter(speed_mm_s=20) as printer:
        other = await Host.connect(printer)
        await other.send(b"long\n" * 100)
        await other.close()
        assert await deliver(printer.address) == NotSent(Reason.BUSY)
        assert await deliver(printer.address, Level.QUEUED_STATUS) == NotSent(Reason.BUSY)


async def test_the_answer_to_a_ticket_that_a_killed_service_left_proves_nothing_for_ours() -> None:
    """Level B: the old question sits in the printer's buffer, and its answer comes to whoever is connected.

    120 lines of 3.75 mm at 375 mm/s print for 1.2 seconds: longer than a real-time answer may take.
    """
    async with VirtualPrinter(speed_mm_s=375) as printer:
        killed = await Host.connect(printer)
        await killed.send(b"old\n" * 120 + bytes.fromhex("1d 72 01"))
        await killed.close()
        assert await deliver(printer.address, Level.QUEUED_STATUS) == NotSent(Reason.BUSY)
        assert printer.paper.rest.lines == ("old",) * 120
        assert isinstance(await deliver(printer.address, Level.QUEUED_STATUS), Confirmed)
        (sheet,) = printer.paper.sheets
        assert sheet.lines == ("old",) * 120 + LINES


# ── after the payload ───────────────────────────────────────────────────────────────────────────────────────


@LEVELS
@pytest.mark.parametrize("line", range(1, len(LINES)))
async def test_paper_out_in_the_middle_is_waited_for_and_the_ticket_is_confirmed_once(
    printer: VirtualPrinter, level: Level, line: int
) -> None:
    seen: list[tuple[State, Reason | None]] = []

    def look(connection: PrinterConnection) -> None:
        seen.append((connection.delivery.state, connection.delivery.reason))
        if connection.delivery.state is State.STOPPED:
            assert len(printer.paper.rest.lines) == line
            printer.causes.refill()

    outcome = await deliver(
        printer.address, level, when_ready=lambda _: printer.causes.paper_out_at_line(line), changed=look
    )
    assert outcome == Confirmed(PROOF[level], is_cut=True)
    assert only_sheet_is_complete(printer)
    assert seen[0] == (State.STOPPED, Reason.PAPER_OUT)


async def test_the_time_a_printer_was_seen_stopped_is_measured(printer: VirtualPrinter) -> None:
    loop = asyncio.get_running_loop()
    lines: list[PrinterConnection] = []

    def look(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            loop.call_later(0.2, printer.causes.close_cover)

    def open_cover(connection: PrinterConnection) -> None:
        lines.append(connection)
        printer.causes.open_cover()

    assert isinstance(await deliver(printer.address, when_ready=open_cover, changed=look), Confirmed)
    assert 0.15 < lines[0].stopped_seconds < 1


@LEVELS
async def test_paper_that_nobody_refills_ends_in_doubt_with_the_cause(
    printer: VirtualPrinter, level: Level
) -> None:
    outcome = await deliver(
        printer.address, level, give_up_s=0.1, when_ready=lambda _: printer.causes.paper_out_at_line(2)
    )
    assert isinstance(outcome, Uncertain)
    assert outcome.reason is Reason.PAPER_OUT
    assert not printer.paper.sheets


@LEVELS
async def test_a_printer_that_falls_silent_after_the_last_byte_leaves_doubt(
    printer: VirtualPrinter, level: Level
) -> None:
    outcome = await deliver(printer.address, level, confirm_s=0.1, when_ready=lambda _: printer.causes.mute())
    assert outcome == Uncertain(Reason.NO_CONFIRMATION)


async def test_a_printer_that_loses_power_in_the_middle_leaves_doubt() -> None:
    async with VirtualPrinter(speed_mm_s=20) as printer:
        cycles: list[asyncio.Task[None]] = []

        def pull_the_plug(_: PrinterConnection) -> None:
            cycle = asyncio.create_task(printer.causes.power_cycle())
            cycles.append(cycle)

        assert await deliver(printer.address, when_ready=pull_the_plug) == Uncertain(Reason.CONNECTION_LOST)
        await asyncio.wait(cycles)
        assert not printer.paper.sheets


# ── printers that prove nothing ─────────────────────────────────────────────────────────────────────────────

UNPROVED = pytest.mark.parametrize("level", [Level.HEALTH, Level.MUTE])


@pytest.fixture
def short_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitchen_printer.decisions.delivery_steps.HOLD_SECONDS", 0.1)


@UNPROVED
@pytest.mark.usefixtures("short_hold")
async def test_a_printer_without_proof_gets_the_same_sheet_and_the_line_stays_open_while_it_prints(
    printer: VirtualPrinter, level: Level
) -> None:
    seen: list[State] = []
    outcome = await deliver(
        printer.address, level, changed=lambda connection: seen.append(connection.delivery.state)
    )
    assert outcome == Unconfirmed(level.can.evidence)
    assert only_sheet_is_complete(printer)
    assert seen[0] is State.HOLDING
    assert (printer.state.connections, printer.state.reports) == (1, ())


@UNPROVED
async def test_bytes_that_a_printer_without_proof_does_not_take_leave_doubt(
    printer: VirtualPrinter, level: Level
) -> None:
    def stall_now(_: PrinterConnection) -> None:
        printer.causes.add(Fault(name="stall"))

    outcome = await deliver(
        printer.address,
        level,
        body=b"line\n" * 100_000,
        confirm_s=0.3,
        when_ready=stall_now,
    )
    assert outcome == Uncertain(Reason.NO_CONFIRMATION)


@pytest.mark.usefixtures("short_hold")
async def test_a_cover_opened_while_a_ticket_without_proof_prints_leaves_doubt(
    printer: VirtualPrinter,
) -> None:
    outcome = await deliver(printer.address, Level.HEALTH, when_ready=lambda _: printer.causes.open_cover())
    assert outcome == Uncertain(Reason.COVER_OPEN)


# ── from our side ───────────────────────────────────────────────────────────────────────────────────────────


async def test_hanging_up_in_the_preflight_sends_nothing(printer: VirtualPrinter) -> None:
    printer.causes.mute()
    delivery = Delivery(Level.TOKEN_FENCE, "Pre!")
    async with asyncio.timeout(PATIENCE_S), connected(printer.address, delivery) as line:
        talk = asyncio.create_task(line.converse(until=READY))
        await printer.state.wait_until(lambda state: state.bytes_received > 0, PATIENCE_S)
        line.hang_up(Reason.SERVICE_STOPPED)
        await talk
    assert delivery.outcome == NotSent(Reason.SERVICE_STOPPED)


@LEVELS
async def test_hanging_up_on_a_printer_that_stopped_leaves_doubt_at_once(
    printer: VirtualPrinter, level: Level
) -> None:
    def hang_up(connection: PrinterConnection) -> None:
        if connection.delivery.state is State.STOPPED:
            connection.hang_up(Reason.SERVICE_STOPPED)

    outcome = await deliver(
        printer.address, level, when_ready=lambda _: printer.causes.paper_out_at_line(1), changed=hang_up
    )
    assert outcome == Uncertain(Reason.SERVICE_STOPPED)


async def test_hanging_up_while_the_ticket_is_claimed_sends_nothing(printer: VirtualPrinter) -> None:
    delivery = Delivery(Level.TOKEN_FENCE, "Pre!")
    async with asyncio.timeout(PATIENCE_S), connected(printer.address, delivery) as line:
        await line.converse(until=READY)
        line.hang_up(Reason.SERVICE_STOPPED)
        await line.catch_up()
        assert delivery.outcome == NotSent(Reason.SERVICE_STOPPED)


async def test_paper_that_runs_out_while_the_ticket_is_claimed_costs_no_mark(printer: VirtualPrinter) -> None:
    delivery = Delivery(Level.TOKEN_FENCE, "Pre!")
    async with asyncio.timeout(PATIENCE_S), connected(printer.address, delivery) as line:
        await line.converse(until=READY)
        printer.causes.open_cover()
        while delivery.state is State.READY:
            await line.catch_up()
        assert delivery.outcome == NotSent(Reason.COVER_OPEN)


async def test_a_cancelled_delivery_closes_its_line(printer: VirtualPrinter) -> None:
    printer.causes.mute()
    task = asyncio.create_task(deliver(printer.address))
    await printer.state.wait_until(lambda state: state.bytes_received > 0, PATIENCE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
    assert BODY not in printer.paper.text.encode("cp858", errors="replace")
