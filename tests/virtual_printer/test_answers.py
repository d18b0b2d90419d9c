"""Conversations byte for byte, as the makers' documents describe them."""

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from virtual_printer import VirtualPrinter

FENCE = bytes.fromhex("1d 28 48 06 00 30 30")
CUT = bytes.fromhex("1d 56 42 00")


async def test_a_healthy_printer_answers_the_four_real_time_questions(host: Host) -> None:
    await host.ask(bytes.fromhex("10 04 01"), b"\x16")
    await host.ask(bytes.fromhex("10 04 02"), b"\x12")
    await host.ask(bytes.fromhex("10 04 03"), b"\x12")
    await host.ask(bytes.fromhex("10 04 04"), b"\x12")


async def test_a_ticket_with_two_fences_is_answered_in_order_and_cut(
    printer: VirtualPrinter, host: Host
) -> None:
    await host.ask(bytes.fromhex("1b 40 1c 2e 1d 61 0e"), bytes.fromhex("14 00 00 0f"))
    await host.ask(bytes.fromhex("1d 67 32 00 b2 00"), b"\x5f0\x00")
    await host.ask(bytes.fromhex("1d 67 32 00 95 00"), b"\x5f0\x00")
    await host.send(b"KITCHEN 12\n2 x SOUP\n" + FENCE + b"A7Qk" + CUT + FENCE + b"A7Ql")
    await host.expect(b"\x37\x22A7Qk\x00\x37\x22A7Ql\x00")
    await host.ask(bytes.fromhex("10 04 03"), b"\x12")
    await host.ask(bytes.fromhex("1d 67 32 00 b2 00"), b"\x5f1\x00")
    assert [sheet.lines for sheet in printer.paper.sheets] == [("KITCHEN 12", "2 x SOUP")]
    assert printer.state.cuts == 1


async def test_a_fence_is_answered_only_when_the_line_before_it_is_printed(host: Host) -> None:
    await host.send(b"half a line" + FENCE + b"WAIT" + bytes.fromhex("10 04 01"))
    await host.expect(b"\x16")
    await host.ask(b"\n", b"\x37\x22WAIT\x00")


async def test_initialising_drops_the_half_line_and_its_fence_without_an_answer(
    printer: VirtualPrinter, host: Host
) -> None:
    await host.send(b"half a line" + FENCE + b"WAIT" + b"\x1b@" + FENCE + b"NEXT")
    await host.expect(b"\x37\x22NEXT\x00")
    assert printer.paper.text == ""


async def test_paper_out_in_the_middle_is_told_by_itself_and_the_rest_prints_after_refill(
    printer: VirtualPrinter, host: Host
) -> None:
    await host.ask(bytes.fromhex("1d 61 0e"), bytes.fromhex("14 00 00 0f"))
    printer.causes.paper_out_at_line(2)
    await host.send(b"one\ntwo\nthree\n" + FENCE + b"A7Qk")
    await host.expect(bytes.fromhex("1c 00 0c 0f"))
    assert printer.paper.text == "one\ntwo"
    await host.ask(bytes.fromhex("10 04 02"), b"\x32")
    await host.ask(bytes.fromhex("10 04 04"), b"\x72")
    printer.causes.refill()
    await host.expect(bytes.fromhex("14 00 00 0f") + b"\x37\x22A7Qk\x00")
    assert printer.paper.text == "one\ntwo\nthree"


async def test_queued_questions_stay_unanswered_while_the_cover_is_open(
    printer: VirtualPrinter, host: Host
) -> None:
    printer.causes.open_cover()
    await host.send(bytes.fromhex("1d 72 01 1d 49 42") + FENCE + b"A7Qk" + bytes.fromhex("10 04 02"))
    await host.expect(b"\x16")
    printer.causes.close_cover()
    await host.expect(b"\x00" + b"\x5fEPSON\x00" + b"\x37\x22A7Qk\x00")


async def test_real_time_questions_are_answered_from_inside_image_data_queued_ones_are_not(
    printer: VirtualPrinter, host: Host
) -> None:
    image_head = bytes.fromhex("1d 76 30 00 01 00 08 00")
    await host.ask(image_head + bytes.fromhex("10 04 01"), b"\x16")
    await host.ask(bytes.fromhex("1d 72 01 00 00") + FENCE + b"DONE", b"\x37\x22DONE\x00")
    assert printer.paper.text == "[image 8x8]"


async def test_a_real_time_question_split_over_three_packets_is_answered(host: Host) -> None:
    await host.send(b"\x10")
    await host.send(b"\x04")
    await host.ask(b"\x01", b"\x16")


async def test_clearing_the_buffers_is_receipted_and_the_waiting_ticket_never_prints(
    printer: VirtualPrinter, host: Host
) -> None:
    printer.causes.paper_out_at_line(0)
    await host.send(b"VOID ME\n" + FENCE + b"LOST")
    await host.ask(bytes.fromhex("10 14 08 01 03 14 01 06 02 08"), b"\x37\x25\x00")
    printer.causes.refill()
    await host.ask(FENCE + b"NEXT", b"\x37\x22NEXT\x00")
    assert printer.paper.text == ""


async def test_an_unfinished_image_eats_the_next_hosts_bytes_until_zeros_fill_it(
    printer: VirtualPrinter,
) -> None:
    first = await Host.connect(printer)
    await first.send(bytes.fromhex("1d 76 30 00 02 00 08 00") + b"\xff" * 4)
    await first.close()
    second = await Host.connect(printer)
    await second.send(b"TICKET HEAD\n" + FENCE + b"EATN")
    await second.ask(b"\x00" * 16 + FENCE + b"SEEN", b"\x37\x22EATN\x00\x37\x22SEEN\x00")
    assert "TICKET HEAD" not in printer.paper.text
    await second.close()


async def test_what_a_host_left_in_the_buffer_prints_after_it_has_gone(printer: VirtualPrinter) -> None:
    printer.causes.open_cover()
    host = await Host.connect(printer)
    await host.send(b"LEFT BEHIND\n" + CUT)
    await printer.state.wait_until(lambda state: state.bytes_received == 16, PATIENCE_S)
    await host.close()
    printer.causes.close_cover()
    (sheet,) = await printer.paper.wait_for_sheets(1, PATIENCE_S)
    assert sheet.lines == ("LEFT BEHIND",)


@pytest.mark.parametrize(("profile", "is_told"), [("epson-80", True), ("clone-80", False)])
async def test_automatic_status_outlives_the_connection_on_one_make_and_not_on_another(
    profile: str, is_told: bool
) -> None:
    async with VirtualPrinter(profile=profile) as printer:
        first = await Host.connect(printer)
        await first.send(bytes.fromhex("1d 61 ff"))
        await first.reader.readexactly(4)
        await first.close()
        await printer.state.wait_until(lambda state: not state.connected, PATIENCE_S)
        second = await Host.connect(printer)
        await second.ask(bytes.fromhex("10 04 01"), b"\x16")
        printer.causes.open_cover()
        await second.send(bytes.fromhex("10 04 02"))
        if is_told:
            await second.expect(bytes.fromhex("3c 00 00 0f"))
        await second.expect(b"\x16")
        await second.close()


async def test_a_star_greets_and_ignores_our_questions() -> None:
    async with VirtualPrinter(profile="star-line") as printer:
        host = await Host.connect(printer)
        await host.expect(bytes.fromhex("23 86 00 00 00 00 00 00 00"))
        await host.send(bytes.fromhex("10 04 01") + b"TABLE 12\n\x1bd\x01")
        await printer.paper.wait_for_sheets(1, PATIENCE_S)
        host.writer.write_eof()
        assert await host.everything_until_closed() == b""
        await host.close()
