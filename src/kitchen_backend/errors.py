"""What the kitchen's functions may say no to, worded by the database and kept."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from django.db import Error

REMEDY: Final = (
    "Run `kitchen-printer migrate` on this database, then `manage.py check --database default`,"
    " which says what else is missing."
)
_NOT_READY: Final = {
    "42883",  # no such function: the contract is missing or too old
    "42P01",  # no such table
    "42501",  # a grant is missing
    "42804",  # the ids of the tables are no integers
    "25001",  # an isolation level that would tell things twice
}


class KitchenError(Exception):
    """The kitchen was not told; nothing has changed. The message says why."""


class NotFound(KitchenError):
    """There is no such bill, item or ticket."""


class Refused(KitchenError):
    """What was asked cannot be done; the message names what is wrong with it."""


class NotReady(KitchenError):
    """The database is not ready to tell the kitchen anything; the message says what to do."""


def sqlstate_of(error: Error) -> str | None:
    """Return PostgreSQL's five characters for what happened."""
    code = getattr(error.__cause__, "sqlstate", None)
    return code if isinstance(code, str) else None


@contextmanager
def said_in_words() -> Generator[None, None, None]:
    """Raise what the contract's functions refuse as :class:`KitchenError`; everything else as it is."""
    try:
        yield
    except Error as error:
        code = sqlstate_of(error)
        if code == "P0002":
            raise NotFound(_first_line(error)) from error
        if code == "22023":
            raise Refused(_first_line(error)) from error
        if code in _NOT_READY:
            raise NotReady(f"{_first_line(error)}. {REMEDY}") from error
        raise


def _first_line(error: Error) -> str:
    return str(error).strip().partition("\n")[0]
