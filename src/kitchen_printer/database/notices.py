"""Notices: print jobs without a ticket, on record like any other, each at most once."""

from typing import LiteralString

from psycopg.types.json import Jsonb

from kitchen_printer.database.connection import Connection
from kitchen_printer.decisions.notice import Notice

_ADD: LiteralString = """
WITH added AS (
    INSERT INTO print_jobs (kind, printer_id, notice, notice_key, requested_by)
    VALUES ('NOTICE', %(printer)s, %(notice)s, %(key)s, %(by)s)
    ON CONFLICT (notice_key) DO NOTHING
    RETURNING id, printer_id),
noted AS (
    INSERT INTO print_events (event, job_id, printer_id, detail)
    SELECT 'notice_added', id, printer_id,
           jsonb_build_object('kind', %(notice)s::jsonb ->> 'kind', 'key', %(key)s::text)
      FROM added)
SELECT id, pg_notify('kitchen', '') FROM added
"""


async def add_notice(
    connection: Connection, printer_id: int, notice: Notice, key: str, *, requested_by: str | None = None
) -> int | None:
    """Queue a notice for a printer; return its job, or None when one of that key exists already.

    The key says what the notice is about, so that two replicas, or one that begins again, print one paper.
    """
    values = {
        "printer": printer_id,
        "notice": Jsonb(notice.model_dump(mode="json")),
        "key": key,
        "by": requested_by,
    }
    row = await (await connection.execute(_ADD, values)).fetchone()
    return row["id"] if row else None
