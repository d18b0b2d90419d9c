"""The schema that other programs rely on, kept as text so that every change of it shows in review.

`KITCHEN_WRITE_SCHEMA=1 pytest tests/database/test_contract_schema.py` writes the text anew after a migration changed.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

from tests.database.schema_dump import dump_schema

Connection = psycopg.Connection[Any]

KEPT = Path(__file__).with_name("schema.sql")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def test_the_schema_is_the_one_that_was_reviewed(connection: Connection) -> None:
    dump = dump_schema(connection)
    if os.environ.get("KITCHEN_WRITE_SCHEMA"):
        KEPT.write_text(dump, encoding="utf-8")
    assert dump == KEPT.read_text(encoding="utf-8"), (
        "review the change, then write the file anew with KITCHEN_WRITE_SCHEMA=1"
    )


def test_a_ticket_inserted_with_the_columns_of_the_brief_alone_is_complete(connection: Connection) -> None:
    connection.execute(
        """
        INSERT INTO kitchen_tickets (bill_id, printer_target, status) VALUES (1, 'BAR', 'NEW');
        INSERT INTO kitchen_ticket_items (kitchen_ticket_id, order_item_id, qty) VALUES (1, 1, 2);
        """
    )
    rows = connection.execute(
        "SELECT kind, part, parts, action, line_no, expanded_at FROM kitchen_tickets t, kitchen_ticket_items i"
    )
    assert rows.fetchall() == [("ORDER", 1, 1, "ADD", 1, None)]


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [
        ("qty", "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty) VALUES (1, 0)"),
        ("qty", "INSERT INTO kitchen_ticket_items (kitchen_ticket_id, qty) VALUES (1, 'NaN')"),
        ("printer_target", "INSERT INTO kitchen_tickets (printer_target) VALUES (' ')"),
        ("printer_target", "INSERT INTO kitchen_tickets (printer_target) VALUES (E'BAR\\x1b')"),
        ("status", "INSERT INTO kitchen_tickets (printer_target, status) VALUES ('BAR', 'DONE')"),
        (
            "printer_ip",
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', 'not an address')",
        ),
        ("station_code", "INSERT INTO stations (station_code) VALUES ('bar')"),
        ("retention", "UPDATE kitchen_settings SET retention = '1 hour'"),
        ("business_day_start", "UPDATE kitchen_settings SET business_day_start = '25 hours'"),
    ],
)
def test_values_that_make_no_sense_are_refused(
    connection: Connection, constraint: str, statement: LiteralString
) -> None:
    with pytest.raises(errors.CheckViolation) as error:
        connection.execute(statement)
    assert constraint in str(error.value.diag.constraint_name)


def test_a_time_zone_that_does_not_exist_is_refused_when_it_is_set(connection: Connection) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="Europe/Atlantis"):
        connection.execute("UPDATE kitchen_settings SET time_zone = 'Europe/Atlantis'")
    connection.execute("UPDATE kitchen_settings SET time_zone = 'Europe/Berlin'")


class TestARoutingChange:
    @pytest.mark.parametrize(
        "change",
        [
            "INSERT INTO stations (station_code) VALUES ('GRILL')",
            "UPDATE stations SET is_open = false",
            "INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', '10.0.0.2')",
            "UPDATE station_printers SET is_active = false",
            "DELETE FROM station_printers",
            "INSERT INTO printers (address) VALUES ('10.0.0.2:9100')",
            "UPDATE printers SET columns = 32",
            "UPDATE kitchen_settings SET default_station = 'BAR'",
        ],
    )
    def test_is_counted(self, connection: Connection, change: LiteralString) -> None:
        prepare_routing(connection)
        before = routing_version(connection)
        connection.execute(change)
        assert routing_version(connection) == before + 1

    @pytest.mark.parametrize(
        "change",
        [
            "INSERT INTO printers (address) VALUES ('10.0.0.1:9100') ON CONFLICT DO NOTHING",
            "UPDATE printers SET state = 'ready', state_since = now()",
            "UPDATE kitchen_settings SET retention = '30 days'",
        ],
    )
    def test_is_not_what_the_service_writes_by_itself(
        self, connection: Connection, change: LiteralString
    ) -> None:
        prepare_routing(connection)
        before = routing_version(connection)
        connection.execute(change)
        assert routing_version(connection) == before


def prepare_routing(connection: Connection) -> None:
    connection.execute(
        """
        INSERT INTO stations (station_code) VALUES ('BAR');
        INSERT INTO station_printers (station_code, printer_ip) VALUES ('BAR', '10.0.0.1');
        INSERT INTO printers (address) VALUES ('10.0.0.1:9100');
        """
    )


def routing_version(connection: Connection) -> int:
    row = connection.execute("SELECT routing_version FROM kitchen_settings").fetchone()
    assert row is not None
    return int(row[0])
