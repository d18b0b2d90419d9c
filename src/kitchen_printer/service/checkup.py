"""A check-up of the whole set-up: look at the database, ask the printers that nobody serves, judge."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kitchen_printer.config import Settings
from kitchen_printer.database.examine import CannotExamineError, examine
from kitchen_printer.decisions.checkup import findings
from kitchen_printer.decisions.checkup_database import of_program
from kitchen_printer.decisions.observations import Finding, Surroundings, problem
from kitchen_printer.decisions.reason import Reason
from kitchen_printer.printers.parts import missing_parts
from kitchen_printer.printers.probe import probe
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.own_port import OwnPort

AT_ONCE_MAX: Final = 32
"""Printers that are asked at the same time: dozens that are switched off together cost seconds, not minutes."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    stations: int
    printers: int


def check_up(settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Checkup:
    """Look at everything and judge it; changes nothing and prints nothing."""
    missing = missing_parts()
    try:
        database = examine(settings.dsn)
    except CannotExamineError as error:
        remedy = "Correct DATABASE_URL, or see that PostgreSQL runs and lets this login in."
        return Checkup((problem("database_unusable", str(error), remedy), *of_program(missing)), 0, 0)
    now = clock()
    routed = database.routed_addresses
    ours = frozenset(each for each in routed if _own_port(settings).is_meant_by(each))
    served = {each.address for each in database.printers if each.is_served}
    around = Surroundings(
        clock=now,
        own_health_port=ours,
        answers=asyncio.run(_ask(routed - ours - served)),
        missing_parts=missing,
    )
    stations = {each.station for each in database.routes} | database.stations.keys()
    return Checkup(tuple(findings(database, around)), len(stations), len(routed))


def _own_port(settings: Settings) -> OwnPort:
    own = OwnPort()
    host = f"[{settings.health_host}]" if ":" in settings.health_host else settings.health_host
    if settings.health_port:
        own.is_at(f"{host}:{settings.health_port}")
    return own


async def _ask(addresses: Iterable[str]) -> dict[str, Reason | None]:
    gate = asyncio.Semaphore(AT_ONCE_MAX)

    async def ask(address: str) -> Reason | None:
        async with gate:
            answers = await probe(address, new_token())
            return answers if isinstance(answers, Reason) else None

    wanted = sorted(addresses)
    return dict(zip(wanted, await asyncio.gather(*(ask(each) for each in wanted)), strict=True))
