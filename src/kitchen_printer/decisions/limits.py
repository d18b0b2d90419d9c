"""How much of anything a paper takes. What is beyond is counted where it is missing: ``…(+n)``."""

from typing import Final

NAME_MAX: Final = 200
"""Graphemes of a dish or modifier: nine rows of large letters, more than any menu needs."""

NOTE_MAX: Final = 1000
"""Graphemes of a note or message: more than anybody reads while cooking."""

FACT_MAX: Final = 100
"""Graphemes of a table, server, bill, seat or course."""

ALLERGY_MAX: Final = 10_000
"""Graphemes of a warning: as much as can be read at all."""

MODIFIERS_MAX: Final = 50
"""Modifiers of one dish."""

LINES_MAX: Final = 300
"""Dishes of one ticket."""

STATIONS_MAX: Final = 20
"""Other stations that a ticket names."""

SHEET_MM: Final = 2000.0
"""A sheet longer than a cook's arms hold is cut, and goes on as the next one."""

SHEETS_MAX: Final = 5
"""More paper than this for one ticket is a mistake of somebody's, and would stop a kitchen."""
