"""Hears how tickets end, from a service inside the test."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from kitchen_printer.config import read_settings
from kitchen_printer.decisions.retry import JobState
from kitchen_printer.service.facts import Announcer, Fact, OutcomeRecorded, TicketHandedOver
from kitchen_printer.service.run import Service
from tests.service.kitchen_under_test import QUICK

END_SECONDS = 30.0
"""How long one ticket may take to end, with a printer that is well again."""


class Ends:
    """A subscriber; ``recorded`` is called with each outcome the moment it is on record."""

    def __init__(self, recorded: Callable[[OutcomeRecorded], None] = lambda _: None) -> None:
        self.payload_bytes: dict[int | None, int] = {}
        self.outcomes: defaultdict[int | None, list[OutcomeRecorded]] = defaultdict(list)
        self._recorded = recorded
        self._ended: defaultdict[int | None, asyncio.Event] = defaultdict(asyncio.Event)

    def __call__(self, fact: Fact) -> None:
        match fact:
            case TicketHandedOver():
                self.payload_bytes[fact.job.ticket_id] = fact.payload_bytes
            case OutcomeRecorded():
                self.outcomes[fact.job.ticket_id].append(fact)
                if fact.job_state in (JobState.PRINTED, JobState.FAILED):
                    self._ended[fact.job.ticket_id].set()
                self._recorded(fact)
            case _:
                pass

    async def of(self, ticket_id: int) -> JobState:
        """Return how a ticket ended, once it has."""
        async with asyncio.timeout(END_SECONDS):
            await self._ended[ticket_id].wait()
        return self.outcomes[ticket_id][-1].job_state


@asynccontextmanager
async def service_with(dsn: str, ends: Ends, **settings: str) -> AsyncGenerator[Service, None]:
    """A service inside the test that tells ``ends`` everything; it is stopped the orderly way."""
    service = Service(read_settings({"DATABASE_URL": dsn, **QUICK, **settings}), Announcer([ends]))
    task = asyncio.create_task(service.run())
    try:
        yield service
    finally:
        service.stop()
        await task
