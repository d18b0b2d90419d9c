"""What kitchen_send_bill makes of strange tables and refuses in words; after an error nothing has changed."""

from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

from tests.bill_changes import FIRST_SEND, open_bill, send

Connection = psycopg.Connection[Any]


@pytest.fixture
def till(database: str) -> Iterator[Connection]:
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


def everything(till: Connection) -> list[Any]:
    return till.execute(
        "SELECT (SELECT count(*) FROM kitchen_tickets), (SELECT count(*) FROM print_events),"
        " (SELECT jsonb_agg(k) FROM kitchen_bills k), (SELECT jsonb_agg(i ORDER BY id) FROM pos_billitem i)"
    ).fetchall()


class TestRefused:
    def test_a_bill_that_does_not_exist(self, till: Connection) -> None:
        for bill in (4711, None):
            with pytest.raises(errors.NoDataFound, match=f"there is no bill {bill or 'null'}"):
                till.execute("SELECT kitchen_send_bill(%s)", [bill])
        assert till.execute("SELECT count(*) FROM kitchen_bills").fetchone() == (0,)

    @pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
    def test_an_isolation_that_would_tell_twice(self, till: Connection, isolation: LiteralString) -> None:
        ids = open_bill(till)
        till.execute("SET default_transaction_isolation = '" + isolation + "'")
        refusal = f"READ COMMITTED transactions only, this one is {isolation}"
        with pytest.raises(errors.ActiveSqlTransaction, match=refusal):
            send(till, ids["bill"])

    @pytest.mark.parametrize("quantity", ["-1", "NaN", "Infinity", "-Infinity"])
    @pytest.mark.parametrize("column_type", ["numeric", "double precision", "real"])
    def test_quantities_that_are_none(
        self, till: Connection, column_type: LiteralString, quantity: str
    ) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER quantity TYPE " + column_type)
        ids = open_bill(till)
        till.execute(
            "UPDATE pos_billitem SET quantity = %s WHERE id = ANY(%s)",
            [quantity, [ids["lager"], ids["steak"]]],
        )
        before = everything(till)
        named = f"item {ids['lager']} has quantity {quantity}; item {ids['steak']} has quantity {quantity}\n"
        with pytest.raises(errors.InvalidParameterValue, match=named):
            send(till, ids["bill"])
        assert everything(till) == before

    def test_a_quantity_that_is_missing(self, till: Connection) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER quantity DROP NOT NULL")
        ids = open_bill(till)
        till.execute("UPDATE pos_billitem SET quantity = NULL WHERE id = %s", [ids["lager"]])
        with pytest.raises(errors.InvalidParameterValue, match=f"item {ids['lager']} has quantity missing\n"):
            send(till, ids["bill"])

    def test_items_without_a_usable_station_together_with_everything_else_that_is_wrong(
        self, till: Connection
    ) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER printer_target DROP NOT NULL")
        ids = open_bill(till)
        for item, station in (("lager", None), ("negroni", " "), ("steak", "X" * 33), ("salad", "A\x1b@")):
            till.execute("UPDATE pos_billitem SET printer_target = %s WHERE id = %s", [station, ids[item]])
        till.execute("UPDATE pos_billitem SET quantity = -1 WHERE id = %s", [ids["tiramisu"]])
        before = everything(till)
        with pytest.raises(errors.InvalidParameterValue) as error:
            send(till, ids["bill"])
        unusable = "a station that is not 1 to 32 printable characters"
        assert error.value.diag.message_primary == f"bill {ids['bill']} cannot be sent: " + "; ".join(
            f"item {ids[item]} has {problem}"
            for item, problem in (
                ("lager", "no station"),
                ("negroni", "no station"),
                ("steak", unusable),
                ("salad", unusable),
                ("tiramisu", "quantity -1"),
            )
        )
        assert everything(till) == before

    def test_ids_that_are_no_integers(self, empty_database: str) -> None:
        from kitchen_printer.database.migrate import migrate

        migrate(empty_database)
        with psycopg.connect(empty_database, autocommit=True) as till:
            till.execute(
                "CREATE TABLE pos_bill (id uuid); CREATE TABLE core_product (id bigint);"
                " CREATE TABLE pos_billitem (id bigint, bill_id uuid, product_id bigint)"
            )
            with pytest.raises(errors.DatatypeMismatch, match=r"column pos_bill\.id is uuid"):
                till.execute("SELECT kitchen_send_bill(1)")

    def test_tables_that_do_not_exist_yet(self, empty_database: str) -> None:
        from kitchen_printer.database.migrate import migrate

        migrate(empty_database)
        with psycopg.connect(empty_database, autocommit=True) as till:
            with pytest.raises(errors.UndefinedTable, match=r"there is no table public\.pos_bill"):
                till.execute("SELECT kitchen_send_bill(1)")
            assert till.execute("SELECT * FROM kitchen_unsent_items").fetchall() == []

    def test_tickets_forged_through_temporary_tables(self, till: Connection) -> None:
        till.execute(
            """
            CREATE TEMP TABLE pos_bill AS SELECT 666::bigint AS id, 'FORGED' AS bill_number, 'OPEN' AS status;
            CREATE TEMP TABLE pos_billitem AS SELECT 1::bigint AS id, 666::bigint AS bill_id, 1::bigint AS product_id,
                   9 AS quantity, 'BAR' AS printer_target, 'NEW' AS status;
            CREATE TEMP TABLE core_product AS SELECT 1::bigint AS id, 'Forged' AS name;
            CREATE TEMP TABLE kitchen_settings AS SELECT '{}'::text[] AS cancelled_bill_statuses;
            GRANT ALL ON pos_bill, pos_billitem, core_product, kitchen_settings TO kitchen_owner;
            """
        )
        with pytest.raises(errors.NoDataFound):
            till.execute("SELECT kitchen_send_bill(666)")


class TestAccepted:
    @pytest.mark.parametrize("column_type", ["numeric(12,4)", "double precision", "real", "integer"])
    def test_quantities_of_any_type(self, till: Connection, column_type: LiteralString) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER quantity TYPE " + column_type)
        ids = open_bill(till)
        assert send(till, ids["bill"]) == FIRST_SEND
        assert send(till, ids["bill"]) == {}

    @pytest.mark.parametrize("column_type", ["numeric", "numeric(14,6)", "double precision", "real"])
    def test_quantities_that_no_binary_number_equals(
        self, till: Connection, column_type: LiteralString
    ) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER quantity TYPE " + column_type)
        ids = open_bill(till)
        till.execute("UPDATE pos_billitem SET quantity = 0.3334 WHERE id = %s", [ids["lager"]])
        assert send(till, ids["bill"])["BAR"][0] == "ADD 0.3334 Lager 0.5"
        till.execute("UPDATE pos_billitem SET quantity = 0.1 WHERE id = %s", [ids["lager"]])
        assert send(till, ids["bill"]) == {"BAR": ("VOID 0.2334 Lager 0.5",)}
        assert send(till, ids["bill"]) == {}

    def test_a_point_of_sale_with_the_columns_of_the_brief_alone(self, empty_database: str) -> None:
        from kitchen_printer.database.migrate import migrate

        with psycopg.connect(empty_database, autocommit=True) as till:
            till.execute(
                """
                CREATE TABLE core_product (id serial PRIMARY KEY, name varchar(40));
                CREATE TABLE pos_bill (id serial PRIMARY KEY, bill_number varchar(20), table_id int, status varchar(10),
                                       created_at timestamptz DEFAULT now());
                CREATE TABLE pos_billitem (id serial PRIMARY KEY, bill_id int REFERENCES pos_bill, product_id int,
                                           quantity int, printer_target varchar(40), status varchar(10));
                INSERT INTO core_product (name) VALUES ('Soup');
                INSERT INTO pos_bill (bill_number, table_id, status) VALUES ('7', 3, 'open');
                INSERT INTO pos_billitem (bill_id, product_id, quantity, printer_target, status)
                VALUES (1, 1, 2, 'kitchen', 'NEW'), (1, 99, 1, 'kitchen', 'NEW'), (1, NULL, 1, 'kitchen', 'new');
                """
            )
            migrate(empty_database)
            assert send(till, 1) == {"KITCHEN": ("ADD 2 Soup", "ADD 1 ITEM #2", "ADD 1 ITEM #3")}
            assert send(till, 1) == {}
            assert till.execute("SELECT table_label, guests FROM kitchen_tickets").fetchall() == [("3", None)]

    def test_modifiers_of_any_shape(self, till: Connection) -> None:
        till.execute("ALTER TABLE pos_billitem ALTER modifiers TYPE text USING modifiers::text")
        ids = open_bill(till)
        till.execute("UPDATE pos_billitem SET modifiers = 'extra hot' WHERE id = %s", [ids["steak"]])
        told = send(till, ids["bill"])
        assert told["KITCHEN"][0] == 'ADD 2 Steak Frites [note medium, modifiers "extra hot"]'
        for nothing in ("", None):
            till.execute("UPDATE pos_billitem SET modifiers = %s WHERE id = %s", [nothing, ids["salad"]])
            assert send(till, ids["bill"]) == {}

    def test_voided_items_whatever_else_is_wrong_with_them(self, till: Connection) -> None:
        ids = open_bill(till)
        send(till, ids["bill"])
        till.execute(
            "UPDATE pos_billitem SET status = 'VOID', quantity = -2, printer_target = '' WHERE id = %s",
            [ids["steak"]],
        )
        assert send(till, ids["bill"]) == {"KITCHEN": ("VOID 2 Steak Frites [note medium]",)}

    def test_a_ticket_of_voids_alone_is_a_void_ticket(self, till: Connection) -> None:
        ids = open_bill(till)
        send(till, ids["bill"])
        till.execute(
            "UPDATE pos_billitem SET status = 'VOID' WHERE id = ANY(%s)", [[ids["lager"], ids["steak"]]]
        )
        till.execute("UPDATE pos_billitem SET quantity = 2 WHERE id = %s", [ids["negroni"]])
        send(till, ids["bill"])
        kinds = till.execute(
            "SELECT printer_target, kind, round_no FROM kitchen_tickets WHERE round_no = 2 ORDER BY 1"
        )
        assert kinds.fetchall() == [("BAR", "ORDER", 2), ("KITCHEN", "VOID", 2)]

    def test_cancelling_words_of_the_restaurants_own(self, till: Connection) -> None:
        ids = open_bill(till)
        till.execute("UPDATE kitchen_settings SET cancelled_bill_statuses = '{Storniert}'")
        till.execute("UPDATE pos_bill SET status = 'STORNIERT' WHERE id = %s", [ids["bill"]])
        assert send(till, ids["bill"]) == {}

    def test_every_ticket_is_on_record_with_who_submitted_it(self, till: Connection) -> None:
        ids = open_bill(till)
        send(till, ids["bill"])
        events = till.execute(
            "SELECT actor = session_user, event, detail FROM print_events ORDER BY id"
        ).fetchall()
        assert events == [
            (
                True,
                "ticket_submitted",
                {"bill": ids["bill"], "round": 1, "station": station, "part": part, "parts": 3, "lines": 2},
            )
            for part, station in enumerate(("BAR", "DESSERT", "KITCHEN"), 1)
        ]

    def test_only_items_that_the_kitchen_was_told_of_are_marked_sent(self, till: Connection) -> None:
        ids = open_bill(till)
        till.execute("UPDATE pos_billitem SET hold = true WHERE id = %s", [ids["tiramisu"]])
        till.execute("UPDATE pos_billitem SET quantity = 0 WHERE id = %s", [ids["lager"]])
        send(till, ids["bill"])
        unsent = till.execute("SELECT id FROM pos_billitem WHERE status = 'NEW' ORDER BY id").fetchall()
        assert unsent == [(ids["lager"],), (ids["tiramisu"],)]
