"""Tells people of stations whose tickets have no way to paper, each once while that lasts."""

from collections.abc import Iterable

from kitchen_printer.database.connection import Database
from kitchen_printer.database.tickets import unroutable_stations
from kitchen_printer.service.facts import StationWithoutRoute, Subscriber


class MissingRoutes:
    """The stations that were told of."""

    def __init__(self, database: Database, announce: Subscriber) -> None:
        self._database = database
        self._announce = announce
        self._told: frozenset[str] = frozenset()

    async def tell(self, tickets: int, destinations: Iterable[str]) -> None:
        """Tell of the stations of ``tickets`` tickets that are none of the ``destinations``."""
        missing: frozenset[str] = frozenset()
        if tickets:
            missing = frozenset(await unroutable_stations(self._database, sorted(destinations)))
        for station in sorted(missing - self._told):
            self._announce(StationWithoutRoute(station))
        self._told = missing
