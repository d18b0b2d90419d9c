"""The wall: what the backend's and the service's logins may do, cell by cell, and what they are refused for real.

`rights.txt` is the list. After a change of grants, review what `KITCHEN_WRITE_RIGHTS=1 pytest
tests/backend/test_rights.py` writes into it. A capital letter is the whole object, a small one some of its columns.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
import pytest
from psycopg import errors

from kitchen_demo.logins import Login, create_login, drop_login
from kitchen_demo.orders import SIX_ITEMS
from tests.backend.till import Till

KEPT: Final = Path(__file__).with_name("rights.txt")
CELLS_MIN: Final = 120
VERBS: Final = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")

_RIGHTS: Final[LiteralString] = """
SELECT c.relname,
       has_table_privilege(%(login)s, c.oid, v.verb) AS all_of_it,
       v.verb IN ('SELECT', 'INSERT', 'UPDATE') AND has_any_column_privilege(%(login)s, c.oid, v.verb) AS some
  FROM pg_class c CROSS JOIN unnest(%(verbs)s::text[]) WITH ORDINALITY AS v(verb, place)
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
   AND c.relname ~ '^(kitchen|print|station|lanes|pos|core)'
 ORDER BY c.relname COLLATE "C", v.place
"""


@pytest.fixture
def service_login(till: Till) -> Iterator[Login]:
    with psycopg.connect(till.dsn) as connection:
        login = create_login(connection, "kitchen_service")
    yield login
    with psycopg.connect(till.dsn) as connection:
        drop_login(connection, login)


def rights(till: Till, login: Login) -> dict[str, str]:
    """Return the letters of each object."""
    letters: dict[str, str] = {}
    with psycopg.connect(till.dsn) as connection:
        rows = connection.execute(_RIGHTS, {"login": login.name, "verbs": list(VERBS)}).fetchall()
    for (name, all_of_it, some), verb in zip(rows, VERBS * (len(rows) // len(VERBS)), strict=True):
        letter = verb[0] if all_of_it else verb[0].lower() if some else "-"
        letters[name] = letters.get(name, "") + letter
    return letters


def test_each_login_may_do_what_is_listed_and_nothing_else(
    till: Till, restaurant_login: Login, service_login: Login
) -> None:
    backend, service = rights(till, restaurant_login), rights(till, service_login)
    lines = [f"{'':24} backend service   ({', '.join(VERBS)})"]
    lines += [f"{name:24} {letters:7} {service[name]}" for name, letters in backend.items()]
    if os.environ.get("KITCHEN_WRITE_RIGHTS"):
        KEPT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "\n".join(lines) + "\n" == KEPT.read_text(encoding="utf-8")
    assert len(backend) * 2 * len(VERBS) >= CELLS_MIN


REFUSED: Final[tuple[tuple[str, LiteralString], ...]] = (
    ("backend", "SELECT * FROM station_printers"),
    ("backend", "SELECT * FROM printers"),
    ("backend", "SELECT * FROM print_jobs"),
    ("backend", "SELECT * FROM kitchen_bills"),
    ("backend", "UPDATE kitchen_tickets SET status = 'PRINTED'"),
    ("backend", "UPDATE kitchen_ticket_items SET qty = 9"),
    ("backend", "INSERT INTO kitchen_tickets (printer_target) VALUES ('BAR')"),
    ("backend", "DELETE FROM kitchen_tickets"),
    ("backend", "DELETE FROM pos_bill"),
    ("backend", "DELETE FROM pos_billitem"),
    ("backend", "DELETE FROM core_product"),
    ("backend", "DELETE FROM pos_idempotencykey"),
    ("backend", "TRUNCATE pos_bill CASCADE"),
    ("backend", "SELECT kitchen_confirm(1, true, 'x')"),
    ("backend", "CREATE TABLE mine ()"),
    ("backend", "GRANT kitchen_service TO CURRENT_USER"),
    ("service", "SELECT * FROM pos_bill"),
    ("service", "SELECT * FROM pos_billitem"),
    ("service", "SELECT * FROM core_product"),
    ("service", "SELECT * FROM pos_apiclient"),
    ("service", "UPDATE pos_billitem SET status = 'SENT'"),
    ("service", "UPDATE kitchen_tickets SET table_label = 'x'"),
    ("service", "UPDATE kitchen_ticket_items SET menu_name = 'x'"),
    ("service", "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty) VALUES (1, 1)"),
    ("service", "DELETE FROM kitchen_ticket_items"),
    ("service", "UPDATE print_events SET event = 'x'"),
    ("service", "DELETE FROM print_events"),
    ("service", "TRUNCATE print_events"),
    ("service", "UPDATE station_printers SET printer_ip = '10.0.0.1'"),
    ("service", "SELECT kitchen_send_bill(1)"),
    ("service", "SELECT kitchen_tell_move(1, '1', 'x')"),
)


def test_what_lies_behind_the_wall_is_refused_to_who_really_logs_in(
    till: Till, restaurant_login: Login, service_login: Login
) -> None:
    till.order(SIX_ITEMS)
    doors = {"backend": restaurant_login, "service": service_login}
    for who, statement in REFUSED:
        with (
            psycopg.connect(doors[who].dsn(till.dsn), autocommit=True) as door,
            pytest.raises(errors.Error) as error,
        ):
            _run(door, statement)
        assert isinstance(error.value, errors.InsufficientPrivilege), (who, statement, error.value)


def _run(door: psycopg.Connection[Any], statement: LiteralString) -> None:
    door.execute(statement)
