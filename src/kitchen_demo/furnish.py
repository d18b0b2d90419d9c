"""``python -m kitchen_demo.furnish STATION=PRINTER...``: the demo's menu and routes for a database that is prepared.

It logs in with DATABASE_URL_FILE as the owner, the way a technician does with psql. Doing it again changes nothing.
"""

import os
import sys
from pathlib import Path
from typing import Final

import psycopg
from psycopg.rows import TupleRow

from kitchen_demo.menu import MENU

MISUSE: Final = 2


def furnish(connection: psycopg.Connection[TupleRow], routes: dict[str, str]) -> None:
    """Put on sale and route what is missing. The caller commits."""
    connection.execute(
        """
        INSERT INTO core_product (name)
        SELECT name FROM unnest(%s::text[]) name WHERE name NOT IN (SELECT p.name FROM core_product p)
        """,
        [[dish.name for dish in MENU]],
    )
    for station, printer in routes.items():
        connection.execute(
            """
            INSERT INTO station_printers (station_code, printer_ip)
            SELECT %(station)s, %(printer)s
             WHERE NOT EXISTS (SELECT FROM station_printers WHERE station_code = %(station)s)
            """,
            {"station": station, "printer": printer},
        )


def main() -> None:
    """Run the command line."""
    parts = [each.partition("=") for each in sys.argv[1:]]
    routes = {station: printer for station, _, printer in parts}
    file = os.environ.get("DATABASE_URL_FILE")
    if not file or not routes or not all(routes.values()):
        sys.stderr.write("usage: DATABASE_URL_FILE=FILE python -m kitchen_demo.furnish STATION=PRINTER...\n")
        sys.exit(MISUSE)
    with psycopg.connect(Path(file).read_text(encoding="utf-8").strip()) as connection:
        furnish(connection, routes)
    sys.stdout.write(f"{len(MENU)} dishes are on sale; stations with a printer: {', '.join(routes)}.\n")


if __name__ == "__main__":
    main()
