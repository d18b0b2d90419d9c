"""A piece of a ticket is declared void, and whoever asks about the ticket later takes that for no proof of it."""

import pytest

from kitchen_printer.decisions.level import Level
from kitchen_printer.decisions.outcome import Outcome, Uncertain
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.decisions.reconcile import Doubt, Odometer
from kitchen_printer.printers.afterwards import ask_afterwards, declare_void
from kitchen_printer.printers.ask import Interview
from kitchen_printer.printers.connection import connected_line
from tests.printers.delivering import LINES
from tests.printers.test_revocation import jam, revoked
from virtual_printer import VirtualPrinter
from virtual_printer.faults import AtLine


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kitchen_printer.printers.afterwards.LISTEN_SECONDS", 0.05)


async def odometer(printer: VirtualPrinter) -> Odometer | None:
    async with connected_line(printer.address) as line:
        return await Interview(line).odometer(1.0)


async def asked(printer: VirtualPrinter, before: Odometer | None) -> Outcome:
    """What a successor finds out about the ticket of a service that died."""
    doubt = Doubt(
        reason=Reason.SERVICE_STOPPED,
        token_printed="A7Qk",
        token_cut="A7Ql",
        before=before,
        expected_cuts=1,
    )
    return await ask_afterwards(printer.address, doubt, "Ask!", 5)


async def test_services_that_die_one_after_the_other_over_a_piece_never_make_a_printed_ticket_of_it(
    printer: VirtualPrinter,
) -> None:
    """Declaring it void prints and cuts: counters that had moved by that looked like those of a whole ticket."""
    before = await odometer(printer)
    assert await revoked(printer, jam(AtLine(2))) == Uncertain(Reason.PARTIAL, is_revoked=True)
    assert await asked(printer, before) == Uncertain(Reason.PARTIAL)
    assert await asked(printer, before) == Uncertain(Reason.PARTIAL)


@pytest.mark.parametrize("level", [Level.COUNTERS, Level.TOKEN_FENCE])
async def test_a_piece_is_cut_off_with_words_that_say_what_it_is(
    printer: VirtualPrinter, level: Level
) -> None:
    await revoked(printer, jam(AtLine(2)), level=level)
    await declare_void(printer.address)
    await printer.paper.wait_for_sheets(1, timeout=5)
    (piece,) = printer.paper.sheets
    assert piece.lines == (*LINES[:2], "INCOMPLETE - THROW AWAY")
