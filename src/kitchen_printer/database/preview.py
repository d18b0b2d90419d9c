"""A stored ticket and the printer it would come out of, for looking at it without printing."""

from dataclasses import dataclass
from typing import Literal, LiteralString

from pydantic import JsonValue

from kitchen_printer.database.requests import RequestRefusedError, asking


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTicket:
    """What the claim would hand out, and how the first printer of its station is set up."""

    content: str
    station: str
    time_zone: str
    language: str | None
    options: dict[str, JsonValue]
    columns: int
    code_page: str
    raster: Literal["GS v 0", "GS ( L", "none"]


_STORED: LiteralString = """
SELECT upper(btrim(t.printer_target)) AS station,
       (to_jsonb(t) || jsonb_build_object(
           'station', upper(btrim(t.printer_target)),
           'lines', coalesce((SELECT jsonb_agg(to_jsonb(i) ORDER BY i.line_no, i.id)
                                FROM kitchen_ticket_items i WHERE i.kitchen_ticket_id = t.id), '[]')))::text AS content,
       (SELECT time_zone FROM kitchen_settings) AS time_zone,
       s.language, coalesce(s.options, '{}') AS options,
       coalesce(p.columns, 48) AS columns, coalesce(p.code_page, 'CP858') AS code_page,
       coalesce(p.raster, 'GS v 0') AS raster
  FROM kitchen_tickets t
  LEFT JOIN stations s ON s.station_code = upper(btrim(t.printer_target))
  LEFT JOIN LATERAL (
       SELECT p.columns, p.code_page, p.raster
         FROM station_printers r
         JOIN printers p ON p.address IN (lower(btrim(r.printer_ip)), lower(btrim(r.printer_ip)) || ':9100')
        WHERE r.is_active AND upper(btrim(r.station_code)) = upper(btrim(t.printer_target))
        ORDER BY r.copy_no, r.priority, r.id LIMIT 1) p ON true
 WHERE t.id = %s
"""


def read_stored_ticket(dsn: str, ticket_id: int) -> StoredTicket:
    """Return a ticket as it is stored. Raises ``RequestRefusedError`` when there is none."""
    with asking(dsn) as asked:
        row = asked.execute(_STORED, [ticket_id]).fetchone()
    if row is None:
        raise RequestRefusedError(f"there is no ticket {ticket_id}")
    return StoredTicket(**row)
