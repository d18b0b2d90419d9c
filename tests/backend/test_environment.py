"""The backend's environment is checked whole, and what is wrong is said without a secret."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from kitchen_restaurant.environment import Environment, read_environment

CHECKOUT = Path(__file__).resolve().parents[2]
SECRET = "a secret key of more than 32 characters"
GOOD = {"DATABASE_URL": "postgresql://pos:pw@db:5433/kitchen?sslmode=require", "BACKEND_SECRET_KEY": SECRET}


def test_a_database_address_becomes_djangos_settings() -> None:
    database = read_environment(GOOD).django_database()
    wanted = {"NAME": "kitchen", "USER": "pos", "PASSWORD": "pw", "HOST": "db", "PORT": "5433"}
    assert {name: database[name] for name in wanted} == wanted
    assert database["OPTIONS"]["sslmode"] == "require"
    assert "statement_timeout" in database["OPTIONS"]["options"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        read_environment(
            {
                "DATABASE_URL": "not an address",
                "BACKEND_SECRET_KEY": "hunter2",
                "BACKEND_REQUESTS_A_MINUTE": "0",
                "BACKEND_TIME_ZONE": "Europe/Atlantis",
            }
        )
    lines = str(error.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "DATABASE_URL",
        "BACKEND_SECRET_KEY",
        "BACKEND_REQUESTS_A_MINUTE",
        "BACKEND_TIME_ZONE",
    ]
    assert "hunter2" not in str(error.value)


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET + "\n")
    address = {"DATABASE_URL": GOOD["DATABASE_URL"]}
    assert read_environment({**address, "BACKEND_SECRET_KEY_FILE": str(file)}).secret_key == SECRET
    with pytest.raises(ImproperlyConfigured, match="both set"):
        read_environment({**GOOD, "BACKEND_SECRET_KEY_FILE": str(file)})
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        read_environment({**address, "BACKEND_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_every_variable_is_documented_with_its_default() -> None:
    page = (CHECKOUT / "docs" / "backend.md").read_text(encoding="utf-8")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    for field in Environment.model_fields.values():
        assert field.alias in rows
        if not field.is_required():
            assert f"| {field.default} |" in rows[str(field.alias)]
