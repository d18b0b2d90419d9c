"""The environment of the backend, read once and checked whole. docs/backend.md lists the variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

CONNECT_SECONDS: Final = 5
STATEMENT_MILLISECONDS: Final = 15_000
"""The longest any statement of a request may take; a send of 300 items takes a few hundredths of that."""

_DJANGO_NAMES: Final = {
    "dbname": "NAME",
    "user": "USER",
    "password": "PASSWORD",
    "host": "HOST",
    "port": "PORT",
}


class Environment(BaseModel):
    """What this process is told from outside."""

    model_config = ConfigDict(frozen=True)

    database: str = Field(alias="DATABASE_URL", min_length=1)
    secret_key: str = Field(alias="BACKEND_SECRET_KEY", min_length=32)
    allowed_hosts: str = Field("localhost,127.0.0.1,[::1]", alias="BACKEND_ALLOWED_HOSTS")
    requests_a_minute: int = Field(600, alias="BACKEND_REQUESTS_A_MINUTE", ge=1, le=100_000)
    time_zone: str = Field("UTC", alias="BACKEND_TIME_ZONE")
    log_level: str = Field("INFO", alias="BACKEND_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("database")
    @classmethod
    def _is_postgresql(cls, text: str) -> str:
        try:
            conninfo_to_dict(text)
        except ProgrammingError:
            raise ValueError(
                "no address of a PostgreSQL database: postgresql://USER:PASSWORD@HOST:5432/NAME"
            ) from None
        return text

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str, _: ValidationInfo) -> str:
        if name not in available_timezones():
            raise ValueError("no time zone that this machine knows, such as Europe/Berlin")
        return name

    def django_database(self) -> dict[str, Any]:
        """Return the entry for DATABASES."""
        parts = conninfo_to_dict(self.database)
        known = {
            name: str(parts.pop(key)) for key, name in _DJANGO_NAMES.items() if parts.get(key) is not None
        }
        limits = {
            "connect_timeout": CONNECT_SECONDS,
            "options": f"-c statement_timeout={STATEMENT_MILLISECONDS}",
        }
        return {
            "ENGINE": "django.db.backends.postgresql",
            "CONN_MAX_AGE": None,  # a thread keeps its connection
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**limits, **parts},
            **known,
        }


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Read and check everything. Raises ``ImproperlyConfigured``, which names all that is wrong, and no secrets."""
    values = dict(environ)
    problems = [
        problem
        for name in ("DATABASE_URL", "BACKEND_SECRET_KEY")
        if (problem := _take_from_file(values, name)) is not None
    ]
    try:
        environment = Environment.model_validate(values)
    except ValidationError as error:
        problems += [f"{entry['loc'][0]}: {_words(entry['type'], entry['msg'])}" for entry in error.errors()]
        raise ImproperlyConfigured("\n".join(problems)) from None
    if problems:
        raise ImproperlyConfigured("\n".join(problems))
    return environment


def _take_from_file(values: dict[str, str], name: str) -> str | None:
    """Put the content of the file that ``NAME_FILE`` names in the place of ``NAME``; return what is wrong with it."""
    path = values.get(f"{name}_FILE")
    if path is None:
        return None
    if name in values:
        return f"{name} and {name}_FILE are both set: leave one."
    try:
        values[name] = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        return f"{name}_FILE: {path} cannot be read ({error.strerror})."
    return None


def _words(kind: str, said: str) -> str:
    return "is not set; so is no variable of that name with _FILE behind it" if kind == "missing" else said
