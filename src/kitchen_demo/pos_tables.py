"""Create the tables of a small point of sale in plain SQL, for tests and for backends that are not Django."""

from importlib.resources import files

import psycopg
from psycopg.rows import TupleRow

from kitchen_demo.menu import MENU


def create_pos_tables(connection: psycopg.Connection[TupleRow]) -> None:
    """Create the tables. The caller commits.

    The next `kitchen-printer migrate` grants the contract's functions what they need of them.
    """
    connection.execute(files("kitchen_demo").joinpath("pos_tables.sql").read_bytes())


def insert_menu(connection: psycopg.Connection[TupleRow]) -> dict[str, int]:
    """Put the menu on sale; gives the product id of each dish by its name. The caller commits."""
    names = [dish.name for dish in MENU]
    rows = connection.execute(
        "INSERT INTO core_product (name) SELECT unnest(%s::text[]) RETURNING name, id", (names,)
    ).fetchall()
    return dict(rows)
