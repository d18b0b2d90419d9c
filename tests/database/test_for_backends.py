"""What a backend asks beside sending bills: the contract's version, and that stations be told of a table's move."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from kitchen_printer.database.migrate import known_version
from tests.bill_changes import open_bill, send

Connection = psycopg.Connection[Any]


@pytest.fixture
def till(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def told_of_move(till: Connection, bill: int | None, from_table: str | None, by: str | None = "Maria") -> Any:
    return till.execute(
        "SELECT printer_target, kind, message, part, parts, server_name FROM kitchen_tell_move(%s, %s, %s)",
        [bill, from_table, by],
    ).fetchall()


def test_a_backend_can_ask_which_contract_this_is(till: Connection) -> None:
    assert till.execute("SELECT kitchen_contract_version()").fetchone() == (known_version(),)


def test_every_station_that_has_something_of_the_bill_is_told_of_the_move(till: Connection) -> None:
    ids = open_bill(till)
    send(till, ids["bill"])
    till.execute("UPDATE pos_billitem SET status = 'VOID' WHERE printer_target = 'DESSERT'")
    send(till, ids["bill"])
    till.execute("UPDATE pos_bill SET table_name = '15' WHERE id = %s", [ids["bill"]])
    assert told_of_move(till, ids["bill"], "Table 12") == [
        ("BAR", "MESSAGE", "TABLE 12 IS NOW TABLE 15", 1, 2, "Maria"),
        ("KITCHEN", "MESSAGE", "TABLE 12 IS NOW TABLE 15", 2, 2, "Maria"),
    ]
    assert till.execute("SELECT count(*) FROM print_events WHERE detail ? 'moved_bill'").fetchone() == (2,)


def test_nobody_is_told_of_a_move_when_the_table_is_the_same_or_nothing_was_sent(till: Connection) -> None:
    ids = open_bill(till)
    assert told_of_move(till, ids["bill"], "11") == []
    send(till, ids["bill"])
    assert told_of_move(till, ids["bill"], "Table 12") == []


@pytest.mark.parametrize(
    ("bill", "from_table", "by", "sqlstate"),
    [
        (0, "1", "Maria", "P0002"),
        (None, "1", "Maria", "P0002"),
        (1, " ", "Maria", "22023"),
        (1, "1", "", "22023"),
    ],
)
def test_a_move_that_cannot_be_told_says_why(
    till: Connection, bill: int | None, from_table: str, by: str, sqlstate: str
) -> None:
    with pytest.raises(psycopg.DatabaseError) as error:
        told_of_move(till, bill, from_table, by)
    assert error.value.sqlstate == sqlstate


def test_a_bill_at_no_table_has_not_moved_to_one(till: Connection) -> None:
    ids = open_bill(till)
    till.execute("UPDATE pos_bill SET table_name = '', table_id = NULL")
    with pytest.raises(psycopg.DatabaseError, match="is at no table"):
        told_of_move(till, ids["bill"], "12")
