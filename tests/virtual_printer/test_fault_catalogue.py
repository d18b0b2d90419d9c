"""Every fault of the catalogue: it begins, shows, is told, ends, and the next ticket prints."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from virtual_printer import Event, VirtualPrinter
from virtual_printer.catalogue import KINDS
from virtual_printer.faults import (
    AtByte,
    AtCommand,
    AtConnect,
    AtLine,
    Chance,
    Fault,
    FaultError,
    Now,
    Operator,
    Seconds,
    Times,
    Trigger,
    Until,
    fault_from_dict,
    fault_to_dict,
)

FENCE = bytes.fromhex("1d 28 48 06 00 30 30")
CUT = bytes.fromhex("1d 56 42 00")
ASK_ONLINE, ASK_CAUSE, ASK_ERROR, ASK_PAPER = (bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))

Watch = Callable[[VirtualPrinter, Host], Awaitable[None]]


@dataclass(frozen=True)
class Row:
    """`watch` sees the fault at work; the fault begins before it unless it waits for bytes or commands."""

    fault: Fault
    watch: Watch


def answers(question: bytes, answer: bytes) -> Watch:
    async def watch(_: VirtualPrinter, host: Host) -> None:
        await host.ask(question, answer)

    return watch


async def nothing_prints_and_nothing_is_answered(printer: VirtualPrinter, host: Host) -> None:
    await host.send(b"LOST\n" + FENCE + b"LOST")
    host.writer.write_eof()
    assert await host.everything_until_closed() == b""
    assert printer.paper.text == ""


async def new_hosts_are_refused(printer: VirtualPrinter, _: Host) -> None:
    with pytest.raises(ConnectionRefusedError):
        await Host.connect(printer)


async def new_hosts_time_out(printer: VirtualPrinter, _: Host) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await Host.connect(printer)


async def new_hosts_wait_unread(printer: VirtualPrinter, host: Host) -> None:
    await host.close()
    other = await Host.connect(printer)
    await other.send(ASK_ONLINE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await other.reader.readexactly(1)
    assert printer.state.connections == 1
    await other.close()


async def the_connection_is_reset(_: VirtualPrinter, host: Host) -> None:
    with pytest.raises(ConnectionResetError):
        await send_and_read_to_the_end(host)


async def the_connection_is_closed(_: VirtualPrinter, host: Host) -> None:
    assert await send_and_read_to_the_end(host) == b"\x16"


async def send_and_read_to_the_end(host: Host) -> bytes:
    await host.send(ASK_ONLINE)
    return await host.everything_until_closed()


async def the_silent_restart_shows_when_the_host_sends_again(printer: VirtualPrinter, host: Host) -> None:
    await host.send(ASK_ONLINE)
    await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
    with pytest.raises(ConnectionResetError):
        await keep_asking(host)


async def keep_asking(host: Host) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await host.send(ASK_ONLINE)
            await host.reader.read(1)


async def the_cutter_stops_before_the_cut(printer: VirtualPrinter, host: Host) -> None:
    await host.send(b"UNCUT\n" + CUT)
    await printer.state.wait_until(lambda state: not state.online, PATIENCE_S)
    await host.ask(ASK_ERROR, b"\x1a")
    await host.ask(ASK_ONLINE, b"\x3e")
    assert (printer.paper.sheets, printer.paper.text) == ((), "UNCUT")


async def the_window_closes(printer: VirtualPrinter, host: Host) -> None:
    await host.send(ASK_ONLINE * 10)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await host.reader.readexactly(1)
    assert printer.state.bytes_received == 0


async def ten_lines_take_their_time(_: VirtualPrinter, host: Host) -> None:
    started = asyncio.get_running_loop().time()
    await host.ask(b"\x1b\x64\x0a" + bytes.fromhex("1d 72 01"), b"\x00")
    assert asyncio.get_running_loop().time() - started >= 300 / 8 / 400 - 0.005


async def offline_there_is_no_answer(printer: VirtualPrinter, host: Host) -> None:
    printer.causes.open_cover()
    await host.send(ASK_ONLINE)
    await printer.state.wait_until(lambda state: state.bytes_received == 3, PATIENCE_S)
    printer.causes.close_cover()
    await host.ask(ASK_CAUSE, b"\x12")


async def the_answer_waits_for_the_next_host(printer: VirtualPrinter, host: Host) -> None:
    printer.causes.open_cover()
    await host.send(b"KEPT\n" + FENCE + b"KEPT")
    await printer.state.wait_until(lambda state: state.bytes_received == 16, PATIENCE_S)
    await host.close()
    await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
    printer.causes.close_cover()
    await printer.state.wait_until(lambda state: state.bytes_buffered == 0, PATIENCE_S)
    other = await Host.connect(printer)
    await other.expect(b"\x37\x22KEPT\x00")
    await other.close()


async def the_ticket_prints_without_an_answer(printer: VirtualPrinter, host: Host) -> None:
    await host.send(b"MUTE\n" + FENCE + b"MUTE")
    await printer.wait_until(lambda: printer.paper.text == "MUTE", PATIENCE_S)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await host.reader.readexactly(1)


async def the_second_answer_never_comes(_: VirtualPrinter, host: Host) -> None:
    await host.ask(ASK_ONLINE, b"\x16")
    await host.send(ASK_ONLINE)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await host.reader.readexactly(1)


async def the_answer_is_late(_: VirtualPrinter, host: Host) -> None:
    started = asyncio.get_running_loop().time()
    await host.ask(ASK_ONLINE, b"\x16")
    assert asyncio.get_running_loop().time() - started >= 0.1


ROWS = [
    Row(Fault(name="near-end"), answers(ASK_PAPER, b"\x1e")),
    Row(Fault(name="paper-out", until=Operator()), answers(ASK_PAPER, b"\x72")),
    Row(Fault(name="cover-open", until=Operator()), answers(ASK_CAUSE, b"\x16")),
    Row(Fault(name="cutter-jam", trigger=AtCommand("GS V")), the_cutter_stops_before_the_cut),
    Row(Fault(name="head-hot", until=Seconds(0.1)), answers(ASK_ERROR, b"\x52")),
    Row(Fault(name="unrecoverable", until=Operator()), answers(ASK_ERROR, b"\x32")),
    Row(Fault(name="panel-offline"), answers(ASK_ONLINE, b"\x1e")),
    Row(Fault(name="slow-print", params={"speed_mm_s": 400.0}), ten_lines_take_their_time),
    Row(Fault(name="power-cycle", trigger=AtByte(3), until=Times(1)), the_connection_is_reset),
    Row(
        Fault(name="power-cycle", trigger=AtByte(3), until=Times(1), params={"reset_packet": False}),
        the_silent_restart_shows_when_the_host_sends_again,
    ),
    Row(Fault(name="refuse"), new_hosts_are_refused),
    Row(Fault(name="ignore"), nothing_prints_and_nothing_is_answered),
    Row(Fault(name="stall"), the_window_closes),
    Row(Fault(name="reset", trigger=AtByte(3), until=Times(1)), the_connection_is_reset),
    Row(Fault(name="drop", trigger=AtByte(3), until=Times(1)), the_connection_is_closed),
    Row(Fault(name="busy"), new_hosts_wait_unread),
    Row(Fault(name="busy", params={"mode": "refuse"}), new_hosts_are_refused),
    Row(Fault(name="busy", params={"mode": "timeout"}), new_hosts_time_out),
    Row(Fault(name="busy", until=Operator(), params={"mode": "stuck"}), new_hosts_wait_unread),
    Row(Fault(name="deaf-offline"), offline_there_is_no_answer),
    Row(Fault(name="keep-answer"), the_answer_waits_for_the_next_host),
    Row(Fault(name="mute"), the_ticket_prints_without_an_answer),
    Row(Fault(name="mute-after"), the_second_answer_never_comes),
    Row(Fault(name="late", params={"seconds": 0.1}, until=Times(1)), the_answer_is_late),
    Row(Fault(name="doubled", until=Times(1)), answers(ASK_ONLINE + ASK_ERROR, b"\x16\x16\x12")),
    Row(
        Fault(name="split", params={"seconds": 0.01}, until=Times(2)),
        answers(FENCE + b"A7Qk" + FENCE + b"A7Ql", b"\x37\x22A7Qk\x00\x37\x22A7Ql\x00"),
    ),
    Row(Fault(name="junk", params={"count": 2}), answers(ASK_ONLINE, b"\xff\xff\x16")),
    Row(Fault(name="previous"), answers(ASK_ONLINE + ASK_ERROR, b"\x16")),
    Row(Fault(name="wrong-token"), answers(FENCE + b"A7Qk" + ASK_ONLINE, b"\x16\x37\x22ZZZZ\x00")),
    Row(Fault(name="foreign-token-first"), answers(FENCE + b"A7Qk", b"\x37\x22ZZZZ\x00\x37\x22A7Qk\x00")),
    Row(Fault(name="paper-refusal"), answers(FENCE + b"A7Qk", b"\x37\x33A7Qk\x00")),
    Row(Fault(name="asb-never"), answers(bytes.fromhex("1d 61 0e 1d 72 01"), b"\x00")),
    Row(
        Fault(name="asb-burst", params={"count": 2}),
        answers(ASK_ONLINE, bytes.fromhex("1400000f 1400000f 16")),
    ),
    Row(Fault(name="identity-lies"), answers(bytes.fromhex("1d 49 43"), b"\x5fTM-T88III\x00")),
]


def named(row: Row) -> str:
    return "-".join((row.fault.name, *(str(value) for value in row.fault.params.values())))


@pytest.mark.parametrize("row", ROWS, ids=named)
async def test_the_fault_shows_is_told_ends_and_the_next_ticket_prints(row: Row) -> None:
    events: list[Event] = []
    async with VirtualPrinter(on_event=events.append) as printer:
        host = await Host.connect(printer)
        await printer.state.wait_until(lambda state: state.connected, PATIENCE_S)
        number = printer.causes.add(row.fault)
        await row.watch(printer, host)
        await host.close()
        await end(printer, number)
        await printer.state.wait_until(lambda state: state.online and not state.connected, PATIENCE_S)
        told = [event.name for event in events if event.details.get("id") == number]
        assert told == ["fault began", "fault ended"]
        before = len(printer.paper.sheets)
        await next_ticket_prints(printer)
        assert printer.paper.sheets[-1].lines[-1] == "NEXT TICKET"
        assert len(printer.paper.sheets) > before


async def end(printer: VirtualPrinter, number: int) -> None:
    """As its `until` says; whatever has no end of its own is cleared."""
    fault = next((case.fault for case in printer.causes.faults if case.id == number), None)
    match fault.until if fault else None:
        case Operator():
            await printer.causes.power_cycle()
            printer.causes.refill()
            printer.causes.close_cover()
        case Seconds():
            await printer.wait_until(lambda: not printer.causes.faults, PATIENCE_S)
        case None:
            pass
        case _:
            printer.causes.remove(number)
    assert not printer.causes.faults


async def next_ticket_prints(printer: VirtualPrinter) -> None:
    await printer.state.wait_until(lambda state: state.accepting, PATIENCE_S)
    host = await Host.connect(printer)
    sheets = len(printer.paper.sheets)
    await host.ask(b"\x1b@NEXT TICKET\n" + FENCE + b"A7Qk" + CUT, b"\x37\x22A7Qk\x00")
    await printer.paper.wait_for_sheets(sheets + 1, PATIENCE_S)
    await host.close()


def test_every_fault_of_the_catalogue_has_a_row() -> None:
    assert {row.fault.name for row in ROWS} == set(KINDS)


@pytest.mark.parametrize(
    ("trigger", "until"),
    [
        (Now(), Seconds(1.5)),
        (AtByte(7), Times(2)),
        (AtCommand("GS ( H", 2), Times(1)),
        (AtLine(0), Operator()),
        (AtConnect(3), Times(1)),
        (Chance(0.25, 42), Times(9)),
    ],
)
def test_a_fault_survives_its_way_through_json(trigger: Trigger, until: Until) -> None:
    fault = Fault(name="paper-out", trigger=trigger, until=until, params={"recovery": "discard"})
    assert fault_from_dict(fault_to_dict(fault)) == fault


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({}, "needs a name"),
        ({"name": "fire"}, "no fault 'fire'"),
        ({"name": "late", "params": {"minutes": 1}}, "no parameter 'minutes'"),
        ({"name": "late", "params": {"seconds": -1}}, "not negative"),
        ({"name": "late", "params": {"seconds": "soon"}}, "must be a number"),
        ({"name": "paper-out", "params": {"recovery": "pray"}}, "resume, discard, reprint"),
        ({"name": "late", "until": {"end": "operator"}}, "nothing an operator can end"),
        ({"name": "cover-open", "until": {"end": "times"}}, "cannot end after n times"),
        ({"name": "mute", "trigger": {"at": "noon"}}, "one of now"),
        ({"name": "mute", "trigger": {"at": "line", "n": "3"}}, "whole number"),
        ({"name": "mute", "trigger": {"at": "chance", "p": 2}}, "between 0 and 1"),
        ({"name": "mute", "when": "now"}, "knows no 'when'"),
        (["mute"], "a table"),
    ],
)
async def test_an_impossible_fault_is_refused_in_words(
    printer: VirtualPrinter, data: object, complaint: str
) -> None:
    with pytest.raises(FaultError, match=complaint):
        printer.causes.add(fault_from_dict(data))
    assert printer.causes.faults == ()


async def test_the_same_seed_breaks_the_same_connections() -> None:
    async def resets(seed: int) -> list[bool]:
        seen: list[bool] = []
        async with VirtualPrinter() as printer:
            printer.causes.add(Fault(name="reset", trigger=Chance(0.5, seed), until=Times(100)))
            for _ in range(12):
                try:
                    host = await Host.connect(printer)
                    await host.ask(ASK_ONLINE, b"\x16")
                    await host.close()
                    seen.append(False)
                except (ConnectionError, asyncio.IncompleteReadError):
                    seen.append(True)
        return seen

    first = await resets(7)
    assert first == await resets(7)
    assert len(set(first)) == 2


async def test_the_third_connection_finds_the_cover_open(printer: VirtualPrinter) -> None:
    printer.causes.add(Fault(name="cover-open", trigger=AtConnect(3), until=Operator()))
    for answer in (b"\x12", b"\x12", b"\x16"):
        host = await Host.connect(printer)
        await host.ask(ASK_CAUSE, answer)
        await host.close()


@pytest.mark.parametrize(
    ("recovery", "lines"),
    [
        ("resume", ("one", "two", "three")),
        ("reprint", ("one", "two", "two", "three")),
        ("discard", ("one", "two")),
    ],
)
async def test_after_new_paper_a_printer_resumes_reprints_or_discards(
    printer: VirtualPrinter, host: Host, recovery: str, lines: tuple[str, ...]
) -> None:
    printer.causes.paper_out_at_line(2, recovery)
    await host.send(b"one\ntwo\nthree\n")
    await printer.state.wait_until(lambda state: state.paper_out and state.bytes_buffered == 6, PATIENCE_S)
    printer.causes.refill()
    await host.ask(bytes.fromhex("1d 72 01"), b"\x00")
    assert printer.paper.rest.lines == lines


async def test_a_host_ends_a_cutter_jam_with_dle_enq_and_the_cut_is_made_up_for(
    printer: VirtualPrinter, host: Host
) -> None:
    printer.causes.jam_cutter()
    await host.send(b"TICKET\n" + CUT)
    await printer.state.wait_until(lambda state: not state.online, PATIENCE_S)
    await host.send(bytes.fromhex("10 05 01"))
    (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
    assert sheet.lines == ("TICKET",)
    assert printer.causes.faults == ()


@pytest.mark.parametrize(
    ("trigger", "lines"), [(AtLine(2), ("one", "two")), (AtCommand("GS V"), ("one", "two", "three"))]
)
async def test_the_plug_is_pulled_in_the_middle_of_a_ticket(
    printer: VirtualPrinter, host: Host, trigger: Trigger, lines: tuple[str, ...]
) -> None:
    printer.causes.add(Fault(name="power-cycle", trigger=trigger, until=Times(1)))
    await host.send(b"one\ntwo\nthree\n" + CUT + b"never\n")
    await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
    await printer.state.wait_until(lambda state: state.accepting, PATIENCE_S)
    assert printer.paper.rest.lines == lines
    assert printer.paper.sheets == ()
    await next_ticket_prints(printer)
