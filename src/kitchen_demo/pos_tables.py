"""Create the tables of a small point of sale, for the demo and the tests."""

from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from kitchen_demo.menu import MENU


def create_pos_tables(connection: psycopg.Connection[TupleRow]) -> None:
    """Create the tables. The caller commits.

    The next `kitchen-printer migrate` grants the contract's functions what they need of them.
    """
    connection.execute(files("kitchen_demo").joinpath("pos_tables.sql").read_bytes())


def grant_to_backend(connection: psycopg.Connection[TupleRow], login: str) -> None:
    """Let the backend's login work on its tables."""
    connection.execute(
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON pos_bill, pos_billitem, core_product TO {}").format(
            sql.Identifier(login)
        )
    )


def insert_menu(connection: psycopg.Connection[TupleRow]) -> dict[str, int]:
    """Put the menu on sale; gives the product id of each dish by its name. The caller commits."""
    names = [dish.name for dish in MENU]
    rows = connection.execute(
        "INSERT INTO core_product (name) SELECT unnest(%s::text[]) RETURNING name, id", (names,)
    ).fetchall()
    return dict(rows)
