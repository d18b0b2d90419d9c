"""Each thing that can go wrong with a printer on a LAN, over real sockets."""

import asyncio

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from virtual_printer import PaperTimeout, VirtualPrinter

CUT = bytes.fromhex("1d 56 42 00")
TICKET = b"TABLE 12\n2 x SOUP\n" + CUT


async def prints_a_ticket(printer: VirtualPrinter) -> None:
    before = len(printer.paper.sheets)
    host = await Host.connect(printer)
    await host.send(TICKET)
    sheets = await printer.paper.wait_for_sheets(before + 1, PATIENCE_S)
    assert sheets[-1].lines[-2:] == ("TABLE 12", "2 x SOUP")
    await host.close()


async def send_and_read_to_the_end(printer: VirtualPrinter, data: bytes) -> bytes:
    host = await Host.connect(printer)
    await host.send(data)
    return await host.everything_until_closed()


async def test_a_refusing_printer_keeps_its_port_and_accepts_again(printer: VirtualPrinter) -> None:
    address = printer.address
    printer.causes.refuse()
    with pytest.raises(ConnectionRefusedError):
        await Host.connect(printer)
    printer.causes.accept()
    assert printer.address == address
    await prints_a_ticket(printer)


async def test_a_mute_printer_prints_and_never_answers(printer: VirtualPrinter, host: Host) -> None:
    printer.causes.mute()
    await host.send(bytes.fromhex("10 04 01") + TICKET + bytes.fromhex("1d 72 01"))
    await printer.paper.wait_for_sheets(1, PATIENCE_S)
    printer.causes.unmute()
    await host.ask(bytes.fromhex("1d 49 01"), b"\x20")


async def test_an_ignoring_printer_swallows_a_ticket_without_a_word(
    printer: VirtualPrinter, host: Host
) -> None:
    printer.causes.ignore()
    await host.send(bytes.fromhex("10 04 01") + TICKET * 1000)
    host.writer.write_eof()
    assert await host.everything_until_closed() == b""
    printer.causes.heed()
    await prints_a_ticket(printer)
    assert len(printer.paper.sheets) == 1


@pytest.mark.parametrize("count", [0, 1, 9, 10])
async def test_a_reset_after_so_many_bytes_prints_exactly_those(printer: VirtualPrinter, count: int) -> None:
    printer.causes.reset_after_byte(count)
    with pytest.raises(ConnectionResetError):
        await send_and_read_to_the_end(printer, TICKET)
    await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
    assert printer.state.bytes_received == count
    assert printer.paper.rest.lines == (("TABLE 12",) if count >= 9 else ())
    next_host = await Host.connect(printer)
    await next_host.ask(b"\x1b@" + bytes.fromhex("10 04 01"), b"\x16")
    await next_host.close()


async def test_a_power_cycle_loses_the_buffer_keeps_the_paper_and_refuses_while_booting(
    printer: VirtualPrinter,
) -> None:
    host = await Host.connect(printer)
    await host.ask(b"ON PAPER\nhalf a line\x1b!\x30" + bytes.fromhex("1d 72 01"), b"\x00")
    printer.causes.open_cover()
    await host.send(b"IN THE BUFFER\n" + bytes.fromhex("10 04 01"))
    await host.expect(b"\x1e")
    cycle = asyncio.create_task(printer.causes.power_cycle(boot_seconds=0.05))
    with pytest.raises(ConnectionResetError):
        await host.everything_until_closed()
    with pytest.raises(ConnectionRefusedError):
        await Host.connect(printer)
    await cycle
    printer.causes.close_cover()
    await prints_a_ticket(printer)
    assert printer.paper.sheets[0].lines == ("ON PAPER", "TABLE 12", "2 x SOUP")


async def test_a_full_printer_stops_reading_and_the_host_feels_it() -> None:
    async with VirtualPrinter(buffer_bytes=4096) as printer:
        printer.causes.paper_out_at_line(0)
        host = await Host.connect(printer)
        host.writer.transport.set_write_buffer_limits(high=0)
        host.writer.write(b"x" * 39 + b"\n" + b"0123456789ABCDEF\n" * 300_000)
        await printer.state.wait_until(lambda state: state.bytes_buffered == 4096, PATIENCE_S)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await host.writer.drain()
        assert printer.state.bytes_received == 4096
        host.writer.transport.abort()


async def test_a_stopped_host_goes_on_when_the_printer_has_room_again() -> None:
    lines = 3000
    async with VirtualPrinter(buffer_bytes=4096) as printer:
        printer.causes.open_cover()
        host = await Host.connect(printer)
        sending = asyncio.create_task(host.send(b"0123456789ABCDEF\n" * lines + CUT))
        await printer.state.wait_until(lambda state: state.bytes_buffered == 4096, PATIENCE_S)
        printer.causes.close_cover()
        (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
        await sending
        assert sheet.lines == ("0123456789ABCDEF",) * lines
        await host.close()


async def test_a_second_host_waits_until_the_first_has_gone(printer: VirtualPrinter, host: Host) -> None:
    await host.ask(bytes.fromhex("10 04 01"), b"\x16")
    second = await Host.connect(printer)
    await second.send(TICKET)
    await host.ask(b"first\n" + bytes.fromhex("1d 72 01"), b"\x00")
    assert printer.state.connections == 1
    await host.close()
    (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
    assert sheet.lines == ("first", "TABLE 12", "2 x SOUP")
    await second.close()


async def test_at_print_speed_the_queued_answer_comes_when_the_paper_has_moved() -> None:
    """225 mm at 1000 mm/s; the real-time question, asked last, is answered first."""
    loop = asyncio.get_running_loop()
    async with VirtualPrinter(speed_mm_s=1000) as printer:
        host = await Host.connect(printer)
        started = loop.time()
        await host.send(b"\x1b\x64\x0a" * 4 + b"\x1bJ\xc8" * 3 + bytes.fromhex("1d 72 01"))
        await host.ask(bytes.fromhex("10 04 01"), b"\x16")
        await host.expect(b"\x00")
        assert loop.time() - started >= (4 * 300 + 3 * 200) / 8 / 1000
        await host.close()


async def test_waiting_for_paper_in_vain_shows_what_was_printed(printer: VirtualPrinter, host: Host) -> None:
    await host.ask(b"ONLY THIS\n" + bytes.fromhex("1d 72 01"), b"\x00")
    with pytest.raises(PaperTimeout, match="ONLY THIS"):
        await printer.paper.wait_for_sheets(1, timeout=0.01)
