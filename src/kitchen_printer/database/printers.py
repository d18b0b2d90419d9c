"""What people decide and learn about printers on the command line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString

from psycopg.rows import DictRow

from kitchen_printer.database.requests import RequestRefusedError, asking
from kitchen_printer.decisions.capability import Identity
from kitchen_printer.decisions.level import Level, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrinter:
    """What is on record of a printer, and whether a running service serves it now."""

    address: str
    level: Level
    level_provenance: Provenance
    pinned_by: str | None
    state: Literal["parked", "unserved", "unknown", "passed over", "ready", "down"]
    reason: str | None
    since: datetime | None
    is_passed_over: bool
    parked_by: str | None
    parked_reason: str | None
    waiting: int
    oldest_seconds: float | None
    stations: list[str]
    redirects: list[str]
    is_served: bool
    paper_low_since: datetime | None
    paper_low_tickets: int | None


_KNOWN: LiteralString = """
SELECT address, level, level_provenance, pinned_by, state, reason, since, is_passed_over, parked_by, parked_reason,
       waiting, extract(epoch FROM now() - oldest)::float8 AS oldest_seconds, stations, redirects, is_served,
       paper_low_since, paper_low_tickets
  FROM kitchen_printers
"""


def read_printers(dsn: str) -> tuple[KnownPrinter, ...]:
    """Read what is known of all printers. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        return tuple(_known(row) for row in asked.execute(_KNOWN + " ORDER BY address"))


def read_printer(dsn: str, address: str) -> KnownPrinter | None:
    """Read what is known of a printer; None when it is on no record. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(_KNOWN + " WHERE address = %s", [address]).fetchone()
    return _known(row) if row else None


def _known(row: DictRow) -> KnownPrinter:
    row["level"] = Level(row["level"])
    return KnownPrinter(**row)


def pin_level(dsn: str, address: str, level: Level, by: str) -> Level | None:
    """Fix a printer's level; return the one before. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_pin_level(%s, %s, %s) AS before", [address, level, by]).fetchone()
    return Level(row["before"]) if row and row["before"] else None


def unpin_level(dsn: str, address: str, by: str) -> bool:
    """Let a printer be asked again; return whether it was pinned. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_unpin_level(%s, %s) AS was_pinned", [address, by]).fetchone()
    return bool(row and row["was_pinned"])


ProbeKept = Literal["stored", "unknown", "served", "pinned", "proven on paper"]


def note_probe(dsn: str, address: str, level: Level, identity: Identity) -> ProbeKept:
    """Keep what a probe found; return what became of it. Raises :class:`RequestRefusedError`."""
    values = [address, level, identity.serial, identity.firmware]
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_note_probe(%s, %s, %s, %s) AS kept", values).fetchone()
    kept: ProbeKept = row["kept"] if row else "unknown"
    return kept


def park(dsn: str, address: str, *, by: str, reason: str) -> bool:
    """Park a printer; return whether that is news. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_park(%s, %s, %s) AS done", [address, by, reason]).fetchone()
    return bool(row and row["done"])


def resume(dsn: str, address: str, *, by: str) -> bool:
    """Let a printer print again; return whether that is news. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_resume(%s, %s) AS done", [address, by]).fetchone()
    return bool(row and row["done"])


def redirect(dsn: str, address: str, to_address: str, *, by: str, station: str | None, reason: str) -> None:
    """Send what one printer would print to another. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        asked.execute(
            "SELECT kitchen_redirect(%s, %s, %s, %s, %s)", [address, to_address, by, station, reason]
        )


def undo_redirect(dsn: str, address: str, *, by: str, station: str | None) -> int:
    """End redirects of a printer; return how many there were. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute(
            "SELECT kitchen_undo_redirect(%s, %s, %s) AS ended", [address, by, station]
        ).fetchone()
    return int(row["ended"]) if row else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperUnderTest:
    """How far a test paper is: its job, why its printer cannot print, and what it has ``shown`` when it is done."""

    state: Literal["WAITING", "PRINTING", "HELD", "PRINTED", "FAILED", "CANCELLED"]
    failed_reason: str | None
    printer_reason: str | None
    services: int
    shown: dict[str, Any] | None


def request_test_print(dsn: str, address: str, by: str) -> int:
    """Queue a test paper; return its job. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_request_test_print(%s, %s) AS job", [address, by]).fetchone()
    return int(row["job"]) if row else 0


def read_test_print(dsn: str, job: int) -> PaperUnderTest:
    """Look how far a test paper is. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_test_print_result(%s) AS result", [job]).fetchone()
    if row is None or row["result"] is None:
        raise RequestRefusedError(f"there is no test paper {job}")
    return PaperUnderTest(**row["result"])


def cancel_test_print(dsn: str, job: int) -> bool:
    """Take a test paper back that was not begun; return whether it was. Raises :class:`RequestRefusedError`."""
    with asking(dsn) as asked:
        row = asked.execute("SELECT kitchen_cancel_test_print(%s) AS is_cancelled", [job]).fetchone()
    return bool(row and row["is_cancelled"])
