"""An outcome that the database refuses to store is a mistake of ours: it must cost no other ticket anything."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from kitchen_printer.database.connection import Database
from kitchen_printer.database.ledger import ClaimRequest, Settlement, Written, write
from kitchen_printer.decisions.outcome import Confirmed, Outcome
from kitchen_printer.service.facts import RecordRefused
from kitchen_printer.service.settle_doubt import settle_doubt
from tests.service.kitchen_under_test import KitchenUnderTest
from virtual_printer import VirtualPrinter


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Attempts whose CONFIRMED is refused, for as long as they are in it."""
    refused: set[int] = set()

    async def refusing_write(
        database: Database, me: UUID, settlements: Sequence[Settlement], requests: Sequence[ClaimRequest]
    ) -> Written:
        for each in settlements:
            if each.attempt_id in refused and isinstance(each.outcome, Confirmed):
                raise ValueError("this cannot be stored")
        return await write(database, me, settlements, requests)

    monkeypatch.setattr("kitchen_printer.service.ledger.write", refusing_write)
    monkeypatch.setattr("kitchen_printer.service.ledger.REFUSED_SECONDS", 0.05)
    return refused


async def test_an_outcome_that_is_refused_once_is_stored_the_next_time(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, refusing: set[int]
) -> None:
    refusing.add(1)
    await kitchen.route("BAR", printer)
    ticket = await kitchen.submit("BAR")
    service = await kitchen.start_service()
    await service.facts.wait_for(RecordRefused)
    refusing.clear()
    await kitchen.wait_for_status(ticket, "PRINTED")
    assert await kitchen.attempts(ticket) == [(1, False, "CONFIRMED", "token", None)]
    assert len(printer.paper.sheets) == 1


async def test_a_ticket_whose_outcome_cannot_be_stored_is_shown_as_failed_and_the_next_one_prints(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, refusing: set[int]
) -> None:
    refusing.add(1)
    await kitchen.route("BAR", printer)
    ticket = await kitchen.submit("BAR", bill_id=1)
    following = await kitchen.submit("BAR", bill_id=2)
    service = await kitchen.start_service()
    await kitchen.wait_for_status(following, "PRINTED")
    assert await kitchen.status(ticket) == "FAILED"
    assert await kitchen.attempts(ticket) == [(1, False, "UNCERTAIN", None, "internal_error")]
    # Told when it was first refused and when it was given up, not in between.
    assert len(service.facts.of(RecordRefused)) == 2


async def test_a_lane_that_fails_between_sending_and_recording_leaves_no_attempt_open(
    kitchen: KitchenUnderTest, printer: VirtualPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = [True]

    async def failing(*args: Any, **kwargs: Any) -> Outcome:
        if fails.pop() if fails else False:
            raise ValueError("a mistake of ours")
        return await settle_doubt(*args, **kwargs)

    monkeypatch.setattr("kitchen_printer.service.attempt.settle_doubt", failing)
    monkeypatch.setattr("kitchen_printer.decisions.retry.BACKOFF_SECONDS", (0.05,))
    await kitchen.pin(printer, "A")
    await kitchen.route("BAR", printer)
    printer.causes.reset_after_byte(150)
    ticket = await kitchen.submit("BAR")
    await kitchen.start_service()
    await kitchen.wait_for_status(ticket, "PRINTED")
    first, second = await kitchen.attempts(ticket)
    assert first == (1, False, "UNCERTAIN", None, "internal_error")
    assert second[:3] == (2, True, "CONFIRMED")
