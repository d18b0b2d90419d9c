"""The Kitchen Printer Service as anybody runs it: `kitchen-printer run` with its defaults."""

import time
from pathlib import Path
from typing import Final, LiteralString

import psycopg

from bench.rivals.contender import Connection, Contender, Scene
from bench.rivals.shop import LINES, Ticket
from kitchen_demo.child_process import ChildProcess
from kitchen_demo.edge import set_routes
from kitchen_demo.logins import Login, create_login
from kitchen_demo.service_process import ServiceProcess
from kitchen_printer.database.migrate import migrate

_ORDER: Final[LiteralString] = """
WITH ticket AS (
    INSERT INTO kitchen_tickets (bill_id, round_no, printer_target, table_label, bill_number, server_name, guests)
    SELECT number, 1, printer, table_label, number::text, 'Ana', 2
      FROM unnest(%(numbers)s::bigint[], %(printers)s::text[], %(tables)s::text[]) AS t (number, printer, table_label)
    RETURNING id)
INSERT INTO kitchen_ticket_items (kitchen_ticket_id, line_no, qty, menu_name, note)
SELECT id, line, line, 'Grilled sea bass ' || line, CASE line WHEN 1 THEN 'sauce on the side' END
  FROM ticket, generate_series(1, %(lines)s) line
"""
_RECORDED: Final[LiteralString] = """
SELECT bill_id, extract(epoch FROM printed_at)::float8 FROM kitchen_tickets
 WHERE bill_id = ANY(%s) AND status = 'PRINTED'
"""


class Service(Contender):
    """Its database is cloned for each turn, so its login is made once and works in all of them."""

    name = "service"
    _login: Login | None = None

    def prepare(self, dsn: str) -> None:
        """Migrate, and make a login."""
        migrate(dsn)
        with psycopg.connect(dsn) as connection:
            self._login = create_login(connection, "kitchen_service")

    def order(self, connection: Connection, tickets: list[Ticket], scene: Scene) -> float:
        """Insert tickets and lines as a backend's call does, in one statement."""
        values = {
            "numbers": [each.number for each in tickets],
            "printers": [each.printer for each in tickets],
            "tables": [each.table for each in tickets],
            "lines": LINES,
        }
        connection.execute(_ORDER, values)
        return time.time()

    def recorded(self, connection: Connection, numbers: list[int]) -> dict[int, float]:
        """Read it from the service's own tables."""
        return dict(connection.execute(_RECORDED, [numbers]).fetchall())

    def worker(self, scene: Scene, log: Path) -> ChildProcess:
        """Return the service's process; the printers are routed first, each to the station of its name."""
        assert self._login is not None
        set_routes(scene.dsn, scene.printers)
        return ServiceProcess(self._login.dsn(scene.dsn), log)


CONTENDER = Service()
