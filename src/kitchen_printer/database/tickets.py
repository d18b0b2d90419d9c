"""From new tickets to jobs: number each ticket and make one job per copy of its station."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

from kitchen_printer.database.connection import Database
from kitchen_printer.decisions.routing import Choice

EXPAND_MAX: Final = 500
"""Tickets expanded in one transaction; the caller comes back for the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where one copy of a station's tickets goes: the station that takes it, and the printer that was chosen.

    ``of_station`` is None for the tickets of stations that have no way of their own.
    """

    of_station: str | None
    station: str
    copy_no: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class Expanded:
    """How many tickets got numbers and jobs, and the printers that got work."""

    tickets: int
    printers: frozenset[int]


def as_json(ways: Iterable[Way]) -> str:
    """Return ways as :func:`expand` takes them: made once for a book of routes, and used for each of its tickets."""
    return json.dumps(
        [
            {
                "of_station": each.of_station,
                "station": each.station,
                "copy_no": each.copy_no,
                "printer_id": each.choice.printer_id,
                "diverted_from": each.choice.diverted_from,
                "diverted_for": each.choice.absence and each.choice.absence.reason,
                "diverted_since": each.choice.absence and each.choice.absence.since.isoformat(),
            }
            for each in ways
        ]
    )


_EXPAND: LiteralString = "SELECT * FROM kitchen_expand(%s::bigint, %s::jsonb, %s::int)"


async def expand(database: Database, routing_version: int, ways: str) -> Expanded:
    """Give new tickets that have a way their numbers and jobs, oldest first, :data:`EXPAND_MAX` at most.

    None gets any if the routes are of another version than the ways are. The commit does not wait for the disk.
    Raises :class:`~kitchen_printer.database.connection.DatabaseLostError`.
    """
    async with database.expansion() as connection:
        cursor = await connection.execute(_EXPAND, [routing_version, ways, EXPAND_MAX])
        [row] = await cursor.fetchall()
    return Expanded(row["tickets"], frozenset(row["printers"]))


async def unroutable_stations(database: Database, stations: Sequence[str]) -> list[str]:
    """Return the stations that have new tickets but are not among ``stations``, those with a way to paper."""
    async with database.connection() as connection:
        cursor = await connection.execute(
            """
            SELECT DISTINCT upper(btrim(printer_target)) AS station FROM kitchen_tickets
             WHERE expanded_at IS NULL AND NOT upper(btrim(printer_target)) = ANY(%s) ORDER BY 1
            """,
            [list(stations)],
        )
        return [row["station"] async for row in cursor]
