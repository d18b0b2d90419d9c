"""Transactions that are tried again when PostgreSQL ended them for the sake of another."""

import time
from collections.abc import Callable
from random import uniform
from typing import Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from kitchen_backend.errors import sqlstate_of

T = TypeVar("T")

TRIES_MAX: Final = 5
PAUSE_SECONDS_MAX: Final = 0.05
"""Between two tries, times the number of tries so far: whoever we collided with has ended long before."""

_ENDED_FOR_ANOTHER: Final = {"40P01", "40001"}  # deadlock, serialization


def in_one_transaction(work: Callable[[], T], *, using: str = DEFAULT_DB_ALIAS) -> T:
    """Do all of the work in one transaction or nothing of it; after a deadlock do it again.

    Inside a transaction that the caller began it becomes a part of that one and is not repeated, for only who began
    a transaction can begin it again. So put what you do around `send_to_kitchen` in here too.
    """
    if connections[using].in_atomic_block:
        with transaction.atomic(using):
            return work()
    for tries in range(1, TRIES_MAX):
        try:
            with transaction.atomic(using):
                return work()
        except OperationalError as error:
            if sqlstate_of(error) not in _ENDED_FOR_ANOTHER:
                raise
        time.sleep(uniform(0, PAUSE_SECONDS_MAX) * tries)  # noqa: S311  # spreads the next tries, hides nothing
    with transaction.atomic(using):
        return work()
