"""What a printer proves too late changes no decision, and people can see it all the same."""

import pytest

from kitchen_printer.service.facts import LateProof
from tests.service.broken_off import SO_FAR, break_off
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


async def test_a_late_proof_that_comes_while_the_database_is_away_is_on_record_once_it_is_back(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitchen_printer.decisions.retry.BACKOFF_SECONDS", (0.05,))
    await break_off(kitchen, "INSERT ON print_events", which="NEW.event = 'late_proof'")
    await kitchen.pin(printer, "B")  # What was lost on the way is not asked for afterwards.
    await kitchen.route("BAR", printer)
    printer.causes.reset_after_byte(150)
    doubtful = await kitchen.submit("BAR", "Negroni", bill_id=1)
    service = await kitchen.start_service()
    await kitchen.wait_for_status(doubtful, "PRINTED")
    assert [each[:3] for each in await kitchen.attempts(doubtful)] == [
        (1, False, "UNCERTAIN"),
        (2, True, "CONFIRMED"),
    ]
    (lane,) = service.lanes
    first = await kitchen.one("SELECT token_printed FROM print_attempts WHERE attempt_no = 1")
    lane.late_tokens.append(first["token_printed"])  # As if it came on the line of the ticket after.

    await kitchen.wait_for_status(await kitchen.submit("BAR", "Spritz", bill_id=2), "PRINTED")
    await kitchen.wait_until(f"SELECT {SO_FAR} >= 1 AS yes")
    await kitchen.wait_for_status(await kitchen.submit("BAR", "Bellini", bill_id=3), "PRINTED")

    assert await service.facts.wait_for(LateProof) == LateProof(printer.address, 1)
    assert (await kitchen.events(doubtful)).count("late_proof") == 1
    assert lane.late_tokens == []
