"""What people ask for on the command line: the story of a ticket, a reprint, a decision about a held one."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row

from kitchen_printer.database.patience import DatabaseUnreachableError, open_database

ANSWER_SECONDS: Final = 10.0
"""A person waits for this at a terminal, and may ask again."""


class RequestRefusedError(Exception):
    """The database refuses what was asked, or cannot be asked; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of a ticket."""

    at: datetime
    actor: str
    event: str
    address: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStory:
    """A ticket's heading, how it stands, and everything that happened to it, oldest first."""

    ticket_id: int
    station: str
    station_seq: int | None
    status: str
    failed_reason: str | None
    happenings: tuple[Happening, ...]


_HAPPENINGS: LiteralString = """
WITH own AS (SELECT * FROM print_events WHERE ticket_id = %s),
told AS (SELECT * FROM own
         UNION ALL
         SELECT * FROM print_events
          WHERE ticket_id IS NULL AND job_id IS NULL AND printer_id IN (SELECT printer_id FROM own)
            AND id BETWEEN (SELECT min(id) FROM own) AND (SELECT max(id) FROM own))
SELECT t.at, t.actor, t.event, p.address, t.detail
  FROM told t LEFT JOIN printers p ON p.id = t.printer_id ORDER BY t.id
"""
"""What is on record of a ticket, and meanwhile of the printers that had it."""


def read_story(dsn: str, ticket_id: int) -> TicketStory:
    """Read the story of a ticket. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        ticket = asked.execute(
            "SELECT upper(btrim(printer_target)) AS station, station_seq, status, failed_reason"
            "  FROM kitchen_tickets WHERE id = %s",
            [ticket_id],
        ).fetchone()
        if ticket is None:
            raise RequestRefusedError(f"there is no ticket {ticket_id}")
        events = asked.execute(_HAPPENINGS, [ticket_id]).fetchall()
    return TicketStory(ticket_id=ticket_id, happenings=tuple(Happening(**row) for row in events), **ticket)


def request_reprint(dsn: str, ticket_id: int, *, by: str, reason: str, copy_no: int) -> int | None:
    """Ask for a reprint; return its job, None when the ticket has none yet. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_request_reprint(%s, %s, %s, %s) AS job", [ticket_id, by, reason, copy_no]
        ).fetchone()
    return row["job"] if row else None


def request_reprint_on(
    dsn: str, ticket_id: int, address: str, *, by: str, reason: str, copy_no: int
) -> int | None:
    """Ask for a paper on a printer of one's choice; return its job. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_reprint_on(%s, %s, %s, %s, %s) AS job", [ticket_id, address, by, reason, copy_no]
        ).fetchone()
    return row["job"] if row else None


def retry_ticket(dsn: str, ticket_id: int, *, by: str) -> int:
    """Try the failed copies of a ticket again; return how many. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_retry(%s, %s) AS copies", [ticket_id, by]).fetchone()
    return int(row["copies"]) if row else 0


def retry_station(dsn: str, station: str, since: datetime, *, by: str) -> int:
    """Try what failed at a station since then again; return how many copies. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_retry_station(%s, %s, %s) AS copies", [station, since, by]
        ).fetchone()
    return int(row["copies"]) if row else 0


def confirm(dsn: str, ticket_id: int, *, is_on_paper: bool, by: str, copy_no: int) -> str:
    """Settle a held copy by what a person saw; return its new state. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_confirm(%s, %s, %s, %s) AS state", [ticket_id, is_on_paper, by, copy_no]
        ).fetchone()
    return str(row["state"]) if row else ""


@contextmanager
def asking(dsn: str) -> Generator[psycopg.Cursor[DictRow], None, None]:
    """Ask within a deadline, also a server that is frozen; whatever goes wrong is said in one sentence."""
    try:
        with (
            open_database(dsn, ANSWER_SECONDS) as database,
            database.deadline(),
            database.connection.cursor(row_factory=dict_row) as cursor,
        ):
            yield cursor
    except DatabaseUnreachableError as error:
        raise RequestRefusedError(str(error)) from None
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction) as error:
        raise RequestRefusedError(f"{_first_line(error)}: run kitchen-printer migrate") from None
    except psycopg.errors.InsufficientPrivilege as error:
        remedy = "use a login with the role kitchen_operator, or one that owns the database"
        raise RequestRefusedError(f"{_first_line(error)}: {remedy}") from None
    except psycopg.Error as error:
        raise RequestRefusedError(_first_line(error)) from None


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
