"""A line that breaks after each single byte of a conversation: no byte may change the truth of the verdict."""

import pytest

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Confirmed, NotSent, Outcome, Uncertain, Unconfirmed
from kitchen_printer.decisions.page import Page, Row
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.connection import NoConnectionError
from kitchen_printer.printers.encode import encode
from tests.printers.delivering import PATIENCE_S, deliver
from virtual_printer import VirtualPrinter

SHORT = encode(Page((Row(text="SOUP"), Row(text="#1-1/1 A7Qk"))), "CP437")

CUT = bytes.fromhex("1d 56 42 00")
AROUND_IT_BY_TOKEN = b"\x1d(H\x06\x0000A7Qk" + CUT + b"\x1d(H\x06\x0000A7Ql"
AROUND_IT_ANONYMOUS = b"\x1dr\x01" + CUT + b"\x1dr\x01"


async def bytes_of_a_whole_conversation(level: Level) -> int:
    async with VirtualPrinter() as printer:
        assert isinstance(await deliver(printer.address, level, body=SHORT), Confirmed)
        return printer.state.bytes_received


async def outcome_with_reset_after(count: int, level: Level) -> tuple[Outcome, VirtualPrinter]:
    """Deliver to a printer that breaks the line after `count` bytes, and let it print what it has got."""
    async with VirtualPrinter() as printer:
        printer.causes.reset_after_byte(count)
        try:
            outcome = await deliver(printer.address, level, body=SHORT)
        except NoConnectionError as none:
            assert count == 0
            outcome = NotSent(none.reason)
        await printer.state.wait_until(lambda state: state.bytes_buffered == 0, PATIENCE_S)
        return outcome, printer


@pytest.mark.parametrize("level", [Level.TOKEN_FENCE, Level.QUEUED_STATUS])
async def test_a_reset_after_any_byte_gives_a_verdict_that_the_paper_bears_out(level: Level) -> None:
    whole = await bytes_of_a_whole_conversation(level)
    preflight = whole - len(SHORT) - len(AROUND_IT_BY_TOKEN if level.echoes_tokens else AROUND_IT_ANONYMOUS)
    seen: set[type[Outcome]] = set()
    for count in range(whole + 1):
        outcome, printer = await outcome_with_reset_after(count, level)
        seen.add(type(outcome))
        printed = printer.paper.text.split("\n") if printer.paper.text else []
        match outcome:
            case NotSent(reason):
                assert reason is (Reason.REFUSED if count < 3 else Reason.CONNECTION_LOST) or count == 3
                assert count <= preflight, count
                assert printer.state.lines_printed == 0, count
            case Uncertain():
                assert outcome.reason is Reason.CONNECTION_LOST
                assert count >= preflight, count
            case Confirmed():
                assert printed == ["SOUP", "#1-1/1 A7Qk"], count
            case Unconfirmed():
                raise AssertionError(f"{level} proves")
    assert {NotSent, Uncertain} <= seen
