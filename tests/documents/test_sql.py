"""The SQL in the guides runs, on a database that has the contract."""

import re

import psycopg
import pytest

from tests.documents.generated import CHECKOUT
from tests.documents.pages import Block, blocks_of

GUIDES = (
    *("README.md", "docs/any-backend.md", "docs/configuration.md", "docs/database.md"),
    *("docs/routing.md", "docs/security.md"),
)


BLOCKS = [each for guide in GUIDES for each in blocks_of(CHECKOUT / guide) if each.language == "sql"]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.where)
def test_a_block_of_sql_runs_as_it_stands(database: str, block: Block) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO pos_bill (id, bill_number) OVERRIDING SYSTEM VALUE VALUES (4711, '1001')"
        )
        connection.execute("INSERT INTO printers (address) VALUES ('192.168.1.31:9100')")
        # What it creates belongs to the whole server, so nothing of it is kept.
        connection.execute("BEGIN")
        connection.execute(re.sub(r"^(BEGIN|COMMIT);$", "", block.text, flags=re.MULTILINE).encode())
        connection.execute("ROLLBACK")


def test_no_guide_with_sql_is_left_out() -> None:
    ours = {each.document for each in BLOCKS}
    assert ours == set(GUIDES)
