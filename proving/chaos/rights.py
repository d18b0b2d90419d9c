"""What the service's own password must not be able to do to the record, tried."""

from typing import Final, LiteralString

import psycopg

FORBIDDEN: Final[tuple[LiteralString, ...]] = (
    "UPDATE print_events SET event = 'never happened' WHERE id = (SELECT min(id) FROM print_events)",
    "DELETE FROM print_events WHERE id = (SELECT min(id) FROM print_events)",
    "TRUNCATE print_events",
    "INSERT INTO print_events (event, actor) VALUES ('forged', 'somebody else')",
    "DELETE FROM print_attempts WHERE id = (SELECT min(id) FROM print_attempts)",
    (
        "UPDATE print_attempts SET outcome = 'NOT_SENT', finished_at = now(), settled_by = owner, evidence = NULL"
        " WHERE id = (SELECT min(id) FROM print_attempts WHERE outcome = 'CONFIRMED')"
    ),
    "UPDATE print_attempts SET marked = NOT marked WHERE id = (SELECT min(id) FROM print_attempts)",
    "DELETE FROM kitchen_tickets WHERE id = (SELECT min(id) FROM kitchen_tickets)",
    "UPDATE kitchen_ticket_items SET menu_name = 'something else'",
    "DELETE FROM print_jobs WHERE id = (SELECT min(id) FROM print_jobs)",
    "INSERT INTO kitchen_tickets (bill_id, printer_target) VALUES (1, 'BAR')",
    "ALTER TABLE print_events DISABLE TRIGGER ALL",
    "DROP TABLE print_events",
    "SELECT * FROM pos_bill",
)


def forbidden_things_done(service_dsn: str) -> tuple[list[str], int]:
    """Return which of them could be done, and how many were tried. Nothing stays done."""
    done: list[str] = []
    for statement in FORBIDDEN:
        with psycopg.connect(service_dsn) as connection:
            try:
                connection.execute(statement)
            except psycopg.Error:
                pass
            else:
                done.append(f"the service's login can: {statement}")
            connection.rollback()
    return done, len(FORBIDDEN)
