"""The printer as a whole: what its owner learns when something is wrong with the printer itself."""

import pytest

from tests.virtual_printer.host import PATIENCE_S, Host
from tests.virtual_printer.press import CUT
from virtual_printer import Event, PrinterBroken, Sheet, VirtualPrinter


class LostScissors(Exception):
    """A bug of a kind that no `except` in the printer can have been written for."""


def lose_scissors(_: Sheet) -> None:
    raise LostScissors


async def test_a_bug_reaches_whoever_waits_and_whoever_stops_the_printer() -> None:
    events: list[Event] = []
    printer = VirtualPrinter(on_event=events.append)
    printer.on_sheet.append(lose_scissors)
    await printer.start()
    host = await Host.connect(printer)
    await host.send(b"one line\n" + CUT)
    with pytest.raises(PrinterBroken) as told_waiting:
        await printer.state.wait_until(lambda _: False, timeout=PATIENCE_S)
    with pytest.raises(PrinterBroken) as told_stopping:
        await printer.stop()
    await host.close()
    assert isinstance(told_waiting.value.__cause__, LostScissors)
    assert isinstance(told_stopping.value.__cause__, LostScissors)
    assert [event.details for event in events if event.name == "broken"] == [{"error": "LostScissors()"}]
