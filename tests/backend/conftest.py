"""The small restaurant's backend on a fresh database, logged in as an edge server would: with its own role only.

Django is set up once for a test process and pointed to the database of each test.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import django
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test.utils import setup_test_environment

from kitchen_demo.logins import Login, create_login, drop_login
from kitchen_demo.menu import MENU, STATIONS
from kitchen_demo.postgres import Postgres
from kitchen_printer.database.migrate import migrate
from tests.conftest import new_database

os.environ.update(
    DATABASE_URL="postgresql://nobody@localhost/none",  # each test says which
    BACKEND_SECRET_KEY="not a secret, for tests of this project only",
    BACKEND_REQUESTS_A_MINUTE="100000",
    BACKEND_LOG_LEVEL="ERROR",
    DJANGO_SETTINGS_MODULE="kitchen_restaurant.settings",
)
django.setup()
setup_test_environment()

from kitchen_restaurant.environment import Environment  # noqa: E402  # settings first
from kitchen_restaurant.pos.management.commands.grant import grants_for  # noqa: E402
from kitchen_restaurant.pos.models import ApiClient  # noqa: E402
from tests.backend.till import Till  # noqa: E402


@contextmanager
def django_on(dsn: str) -> Generator[None, None, None]:
    """Let Django work on that database, whichever thread it is in."""
    settings = connections.settings["default"]
    before = dict(settings)
    connections.close_all()
    environment = Environment.model_validate({"DATABASE_URL": dsn, "BACKEND_SECRET_KEY": "x" * 32})
    settings.update(environment.django_database())
    settings["OPTIONS"] = dict(settings["OPTIONS"])
    for connection in connections.all(initialized_only=True):
        connection.settings_dict = settings
    try:
        yield
    finally:
        connections.close_all()
        settings.update(before)


@pytest.fixture(scope="session")
def restaurant_login(server: Postgres) -> Iterator[Login]:
    """A login with the role of a backend and nothing else, on every database of this test process."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        with new_database(server) as name:
            migrate(server.dsn(name))  # makes the roles
        login = create_login(connection, "kitchen_backend")
        yield login
        drop_login(connection, login)


@pytest.fixture(scope="session")
def restaurant_template(server: Postgres, restaurant_login: Login) -> Iterator[tuple[str, str]]:
    """A database with the contract, the backend's tables, a menu, three stations, a POS; and the token of that POS."""
    with new_database(server) as name:
        migrate(server.dsn(name))
        with django_on(server.dsn(name)):
            call_command("migrate", verbosity=0)
            pos = ApiClient(name="till")
            token = pos.renew_token()
            pos.save()
        with psycopg.connect(server.dsn(name)) as connection:
            for statement in grants_for(restaurant_login.name):
                connection.execute(statement)
            cursor = connection.cursor()
            cursor.executemany("INSERT INTO core_product (name) VALUES (%s)", [[dish.name] for dish in MENU])
            cursor.executemany(
                "INSERT INTO station_printers (station_code, printer_ip) VALUES (%s, '127.0.0.1:9')",
                [[station] for station in STATIONS],
            )
        yield name, token


@pytest.fixture
def restaurant(
    server: Postgres, restaurant_template: tuple[str, str], restaurant_login: Login
) -> Iterator[str]:
    """How to connect as superuser to a fresh restaurant's database; Django is on it, with its own login."""
    template, _ = restaurant_template
    with new_database(server, template) as name:
        dsn = server.dsn(name)
        with django_on(restaurant_login.dsn(dsn)):
            yield dsn


@pytest.fixture
def till(restaurant: str, restaurant_template: tuple[str, str]) -> Till:
    """A POS at the counter of the fresh restaurant."""
    return Till(restaurant, restaurant_template[1])
