"""What ``manage.py check --database default`` says about the kitchen, before a guest finds out."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # the names that Django gave them
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from kitchen_backend import contract


def check_kitchen(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Look at the database that has the bills, if it is among those to be checked."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        contract.require_contract(connection)
    except contract.ContractMissing as missing:
        return [Error(str(missing), id="kitchen_backend.E001")]
    # Warnings all: `migrate` runs these checks too, and may be just about to put things right.
    return [*_grants(connection), *_login(connection)]


def _grants(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    missing = contract.missing_grants(connection)
    if not missing:
        return []
    hint = f"The owner of these tables runs: {'; '.join(missing)}. In a migration, that is GrantToKitchen()."
    return [
        Warning("The kitchen may not read this project's bills yet.", hint=hint, id="kitchen_backend.W001")
    ]


def _login(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    us = contract.login(connection)
    if not us.is_backend:
        return [
            Warning(
                f"The database login {us.name} may not send bills to the kitchen.",
                hint=f"An administrator runs: GRANT kitchen_backend TO {us.name}",
                id="kitchen_backend.W002",
            )
        ]
    messages: list[CheckMessage] = [
        Warning(
            f"Tickets for station {station} have no way to paper.",
            hint="Have a technician add a route for it, or close the station.",
            id="kitchen_backend.W003",
        )
        for station in contract.stations_without_route(connection)
    ]
    if us.sees_addresses:
        messages.append(
            Warning(
                f"The database login {us.name} may do more than a backend should: it can read the printers' addresses.",
                hint="Run the backend with a login whose only role of the kitchen is kitchen_backend.",
                id="kitchen_backend.W004",
            )
        )
    return messages
