"""What each role may do, and that it may do nothing else."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors, sql

from tests.bill_changes import FIRST_SEND, Ids, open_bill, send

Connection = psycopg.Connection[Any]

ROLES = ("kitchen_backend", "kitchen_service", "kitchen_operator", "kitchen_reader", "pg_monitor")
"""The last one stands for a stranger: a role without grants of ours."""

TABLES = (
    "kitchen_alarms",
    "kitchen_bills",
    "kitchen_history",
    "kitchen_redirects",
    "kitchen_replicas",
    "kitchen_schema",
    "kitchen_settings",
    "kitchen_station_days",
    "kitchen_ticket_items",
    "kitchen_tickets",
    "lanes",
    "print_attempts",
    "print_events",
    "print_jobs",
    "printers",
    "station_printers",
    "stations",
)
VIEWS = ("kitchen_exceptions", "kitchen_stations", "kitchen_ticket_status", "kitchen_unsent_items")
WITH_ADDRESSES = ("kitchen_printers",)
"""Views that no backend may see."""
MAY_READ = {
    "kitchen_backend": {"kitchen_tickets", "kitchen_ticket_items", *VIEWS},
    "kitchen_service": {*TABLES, *WITH_ADDRESSES} - {"kitchen_bills"},
    "kitchen_operator": {
        "kitchen_alarms",
        "kitchen_settings",
        "kitchen_ticket_items",
        "kitchen_tickets",
        "print_events",
        "printers",
        "station_printers",
        "stations",
        *VIEWS,
        *WITH_ADDRESSES,
    },
    "kitchen_reader": {"kitchen_alarms", *VIEWS, *WITH_ADDRESSES},
    "pg_monitor": set[str](),
}
MAY_CALL = {
    "kitchen_backend": {
        "kitchen_contract_version",
        "kitchen_find_unsent_items",
        "kitchen_request_reprint",
        "kitchen_send_bill",
        "kitchen_send_message",
        "kitchen_tell_move",
    },
    "kitchen_service": {
        "kitchen_cancel_test_print",
        "kitchen_contract_version",
        "kitchen_derive_status",
        "kitchen_expand",
        "kitchen_history_now",
        "kitchen_request_test_print",
        "kitchen_test_print_result",
        "kitchen_write_ledger",
    },
    "kitchen_operator": {
        "kitchen_cancel_test_print",
        "kitchen_confirm",
        "kitchen_contract_version",
        "kitchen_find_unsent_items",
        "kitchen_note_probe",
        "kitchen_park",
        "kitchen_print_exceptions",
        "kitchen_pin_level",
        "kitchen_prune",
        "kitchen_prune_events",
        "kitchen_redirect",
        "kitchen_reprint_on",
        "kitchen_request_reprint",
        "kitchen_request_test_print",
        "kitchen_resume",
        "kitchen_retry",
        "kitchen_retry_station",
        "kitchen_send_message",
        "kitchen_test_print_result",
        "kitchen_undo_redirect",
        "kitchen_unpin_level",
    },
    "kitchen_reader": {"kitchen_contract_version", "kitchen_find_unsent_items"},
    "pg_monitor": set[str](),
}


@pytest.fixture
def superuser(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@contextmanager
def role(connection: Connection, name: str) -> Generator[None]:
    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        connection.execute("RESET ROLE")


def is_refused(
    connection: Connection, name: str, statement: LiteralString, values: Ids | None = None
) -> bool:
    """Whether the role lacks a right to run the statement; raises what else goes wrong with it."""
    with role(connection, name):
        try:
            connection.execute(statement, values)
        except errors.InsufficientPrivilege:
            return True
    return False


@pytest.mark.parametrize("name", ROLES)
def test_each_role_reads_what_it_needs(superuser: Connection, name: str) -> None:
    every = superuser.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
        " AND relname !~ '^(pos|core)_'"
    ).fetchall()
    assert {relation for (relation,) in every} == {*TABLES, *VIEWS, *WITH_ADDRESSES}
    readable: set[str] = set()
    for relation in (*TABLES, *VIEWS, *WITH_ADDRESSES):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(relation))
        with role(superuser, name):
            try:
                superuser.execute(query)
                readable.add(relation)
            except errors.InsufficientPrivilege:
                pass
    assert readable == MAY_READ[name]


@pytest.mark.parametrize("name", ROLES)
def test_each_role_calls_its_functions_and_no_inner_one(superuser: Connection, name: str) -> None:
    callable_ones = superuser.execute(
        "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND has_function_privilege(%s, oid, 'EXECUTE')",
        [name],
    ).fetchall()
    assert {function for (function,) in callable_ones} == MAY_CALL[name]


@pytest.mark.parametrize("name", ROLES)
def test_no_role_deletes_truncates_creates_or_touches_the_point_of_sale(
    superuser: Connection, name: str
) -> None:
    granted = superuser.execute(
        """
        SELECT relname, privilege FROM pg_class, unnest('{DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
           AND has_table_privilege(%(name)s, pg_class.oid, privilege)
        UNION ALL
        SELECT relname, privilege FROM pg_class, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS privilege
         WHERE relname IN ('pos_bill', 'pos_billitem', 'core_product')
           AND has_table_privilege(%(name)s, pg_class.oid, privilege)
        UNION ALL
        SELECT 'schema', 'CREATE' WHERE has_schema_privilege(%(name)s, 'public', 'CREATE')
        """,
        {"name": name},
    ).fetchall()
    assert granted == []


class TestTheBackend:
    def test_sends_reprints_and_writes_messages(self, superuser: Connection) -> None:
        ids = open_bill(superuser)
        superuser.execute("INSERT INTO stations (station_code) VALUES ('BAR')")
        with role(superuser, "kitchen_backend"):
            assert send(superuser, ids["bill"]) == FIRST_SEND
            superuser.execute("SELECT kitchen_request_reprint(min(id), 'Maria', 'lost') FROM kitchen_tickets")
            superuser.execute("SELECT kitchen_send_message('BAR', '86 limes', 'Maria')")

    def test_writes_no_ticket_of_its_own(self, superuser: Connection) -> None:
        for statement in (
            "INSERT INTO kitchen_tickets (printer_target) VALUES ('BAR')",
            "UPDATE kitchen_tickets SET status = 'PRINTED'",
            "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty) VALUES (1, 1)",
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', '10.0.0.1')",
            "SELECT kitchen_prune('-infinity')",
            "SELECT kitchen_prune_events('-infinity')",
        ):
            assert is_refused(superuser, "kitchen_backend", statement), statement


class TestTheService:
    def test_takes_a_ticket_from_submission_to_outcome(self, superuser: Connection) -> None:
        ids = open_bill(superuser)
        send(superuser, ids["bill"])
        with role(superuser, "kitchen_service"):
            superuser.execute(
                """
                INSERT INTO printers (address) VALUES ('127.0.0.1:9100') ON CONFLICT (address) DO NOTHING;
                INSERT INTO lanes (printer_id) SELECT id FROM printers ON CONFLICT (printer_id) DO NOTHING;
                INSERT INTO kitchen_replicas (owner, until, version) VALUES (gen_random_uuid(), now(), '1')
                    ON CONFLICT (owner) DO UPDATE SET until = excluded.until;
                UPDATE lanes SET owner = (SELECT owner FROM kitchen_replicas), epoch = epoch + 1;
                INSERT INTO kitchen_station_days AS d (station_code, business_day, last_seq)
                    VALUES ('BAR', '2026-01-01', 1)
                    ON CONFLICT (station_code, business_day) DO UPDATE SET last_seq = d.last_seq + excluded.last_seq;
                SELECT id FROM kitchen_tickets ORDER BY id FOR NO KEY UPDATE;
                UPDATE kitchen_tickets SET business_day = '2026-01-01', station_seq = 1, expanded_at = now();
                INSERT INTO print_jobs (kind, ticket_id, copy_no, bill_id, station_code, printer_id)
                    SELECT 'TICKET', t.id, 1, t.bill_id, 'BAR', p.id FROM kitchen_tickets t, printers p
                     ORDER BY t.id LIMIT 1;
                INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,
                                            token_printed, token_cut)
                    SELECT j.id, j.kind, 1, j.printer_id, l.epoch, l.owner, false, 'aaaa', 'bbbb'
                      FROM print_jobs j JOIN lanes l USING (printer_id);
                UPDATE print_jobs SET state = 'PRINTING', attempts = 1;
                UPDATE print_attempts SET outcome = 'CONFIRMED', evidence = 'token', settled_by = owner,
                       finished_at = now(), payload_bytes = 1, payload_sha256 = '';
                UPDATE print_jobs SET state = 'PRINTED', spent = 1, waited_seconds = 0, settled_at = now();
                UPDATE kitchen_tickets SET status = 'PRINTED', printed_at = now() WHERE id = 1;
                UPDATE printers SET state = 'ready', state_reason = NULL, state_since = now();
                INSERT INTO print_events (event, ticket_id, detail) VALUES ('confirmed', 1, '{}');
                """
            )

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE kitchen_tickets SET printer_target = 'BAR'",
            "UPDATE kitchen_tickets SET note = 'x'",
            "UPDATE kitchen_tickets SET bill_number = 'x'",
            "UPDATE kitchen_ticket_items SET qty = 1",
            "INSERT INTO kitchen_tickets (printer_target) VALUES ('BAR')",
            "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty) VALUES (1, 1)",
            "INSERT INTO print_jobs (ticket_id, state) VALUES (1, 'PRINTED')",
            "INSERT INTO print_attempts (job_id, outcome) VALUES (1, 'CONFIRMED')",
            "UPDATE print_attempts SET marked = false",
            "UPDATE print_attempts SET token_printed = 'aaaa'",
            "UPDATE print_jobs SET ticket_id = 1",
            "INSERT INTO print_events (event, actor) VALUES ('x', 'somebody else')",
            "INSERT INTO print_events (event, at) VALUES ('x', now())",
            "UPDATE print_events SET event = 'x'",
            "UPDATE printers SET address = 'x'",
            "UPDATE station_printers SET is_active = false",
            "UPDATE kitchen_settings SET retention = '1 day'",
            "UPDATE kitchen_schema SET version = 0",
            "ALTER TABLE print_events DISABLE TRIGGER ALL",
            "CREATE TABLE mine ()",
            "SELECT kitchen_send_bill(1)",
        ],
    )
    def test_changes_no_content_and_no_history(self, superuser: Connection, statement: LiteralString) -> None:
        assert is_refused(superuser, "kitchen_service", statement)


def test_events_are_never_rewritten_not_even_by_their_owner(superuser: Connection) -> None:
    superuser.execute("INSERT INTO print_events (event) VALUES ('x')")
    for statement in (
        "UPDATE print_events SET event = 'y'",
        "DELETE FROM print_events",
        "TRUNCATE print_events",
    ):
        with pytest.raises(psycopg.DatabaseError) as error:
            superuser.execute(statement)
        assert error.value.sqlstate == "KP003"


def test_nobody_can_log_in_as_a_role_of_the_contract(superuser: Connection) -> None:
    # The names of roles alone: other tests of this process have logins that are called after a role and a number.
    may_log_in = dict(
        superuser.execute(
            r"SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname ~ '^kitchen_[a-z]+$'"
        ).fetchall()
    )
    assert {*may_log_in} >= {name for name in ROLES if name.startswith("kitchen_")}
    assert not any(may_log_in.values()), may_log_in
