"""What a backend says to the kitchen: send a bill, void an item, tell of a move, reprint, write a message.

Each is one call of the contract, inside the caller's transaction or one of its own (:mod:`.transactions`). All raise
:class:`.errors.KitchenError` when the kitchen was not told, and then nothing has changed, not even in the caller's
transaction. Call them last, one bill per transaction. Nothing here waits for a printer.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from kitchen_backend.errors import NotFound, Refused, said_in_words
from kitchen_backend.models import Ticket
from kitchen_backend.transactions import in_one_transaction

T = TypeVar("T")
RowOrId = Model | int
"""A bill, an item or a ticket, whatever its model is called, or its id."""

_LOCK_BILL: Final = "SELECT id FROM pos_bill WHERE id = %s FOR NO KEY UPDATE"
_BILL_OF_ITEM: Final = "SELECT bill_id FROM pos_billitem WHERE id = %s"
_ITEM: Final = "SELECT quantity, upper(status) FROM pos_billitem WHERE id = %s AND bill_id = %s FOR UPDATE"
_VOID_ALL: Final = "UPDATE pos_billitem SET status = 'VOID' WHERE id = %s"
_VOID_SOME: Final = "UPDATE pos_billitem SET quantity = quantity - %s WHERE id = %s"
_REPRINT: Final = "SELECT kitchen_request_reprint(%s, %s, %s, %s)"
_MESSAGE: Final = "SELECT kitchen_send_message(%s, %s, %s)"


def send_to_kitchen(bill: RowOrId, *, using: str = DEFAULT_DB_ALIAS) -> list[Ticket]:
    """Tell the kitchen what it does not know yet of a bill; return the tickets this made, one per station.

    Doing it again, or from two tills at once, is harmless.
    """
    return _told(
        lambda: list(Ticket.objects.using(using).raw("SELECT * FROM kitchen_send_bill(%s)", [_id(bill)])),
        using,
    )


def tell_move(
    bill: RowOrId, *, from_table: str, requested_by: str, using: str = DEFAULT_DB_ALIAS
) -> list[Ticket]:
    """Tell the stations that have something of a bill that its table was another one before."""
    query = "SELECT * FROM kitchen_tell_move(%s, %s, %s)"
    return _told(
        lambda: list(Ticket.objects.using(using).raw(query, [_id(bill), from_table, requested_by])), using
    )


def lock_bill(bill: RowOrId, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Let no other till change this bill until the transaction ends; do it before touching the bill's items.

    Raises Django's ``TransactionManagementError`` where there is no transaction that could end.
    """
    if not connections[using].in_atomic_block:
        raise TransactionManagementError("lock_bill() locks until the transaction ends: call it in one.")
    with connections[using].cursor() as cursor:
        cursor.execute(_LOCK_BILL, [_id(bill)])
        if cursor.fetchone() is None:
            raise NotFound(f"there is no bill {_id(bill)}")


def void_item(item: RowOrId, quantity: int | None = None, *, using: str = DEFAULT_DB_ALIAS) -> list[Ticket]:
    """Take an item off its bill, or so many of it, and tell the kitchen; return the tickets this made."""

    def work() -> list[Ticket]:
        with connections[using].cursor() as cursor:
            bill_id = _void(cursor, _id(item), quantity, using)
        return send_to_kitchen(bill_id, using=using)

    return _told(work, using)


def request_reprint(
    ticket: RowOrId, *, requested_by: str, reason: str = "", copy: int = 1, using: str = DEFAULT_DB_ALIAS
) -> int | None:
    """Print a ticket again, marked REPRINT; return the print job, None while the ticket itself is on its way."""
    job = _asked(_REPRINT, [_id(ticket), requested_by, reason, copy], using)
    return None if job is None else int(str(job))


def send_message(station_code: str, text: str, *, requested_by: str, using: str = DEFAULT_DB_ALIAS) -> int:
    """Print a message at a station ("86 salmon"); return its ticket."""
    return int(str(_asked(_MESSAGE, [station_code, text, requested_by], using)))


def _void(cursor: CursorWrapper, item_id: int, quantity: int | None, using: str) -> int:
    cursor.execute(_BILL_OF_ITEM, [item_id])
    found = cursor.fetchone()
    if found is None:
        raise NotFound(f"there is no item {item_id}")
    (bill_id,) = found
    lock_bill(bill_id, using=using)
    cursor.execute(_ITEM, [item_id, bill_id])
    row = cursor.fetchone()
    if row is None:
        raise NotFound(f"item {item_id} is on bill {bill_id} no more")
    left, status = row
    if status == "VOID":
        raise Refused(f"item {item_id} is void already")
    if quantity is not None and not 0 < quantity <= left:
        raise Refused(f"of item {item_id} there are {left}: {quantity} of it cannot be voided")
    if quantity is None or quantity == left:
        cursor.execute(_VOID_ALL, [item_id])
    else:
        cursor.execute(_VOID_SOME, [quantity, item_id])
    return int(bill_id)


def _told(work: Callable[[], T], using: str) -> T:
    with said_in_words():
        return in_one_transaction(work, using=using)


def _asked(query: str, values: list[str | int], using: str) -> object:
    def work() -> object:
        with connections[using].cursor() as cursor:
            cursor.execute(query, values)
            (answer,) = cursor.fetchone() or (None,)
            return answer

    return _told(work, using)


def _id(thing: RowOrId) -> int:
    return thing if isinstance(thing, int) else int(thing.pk)
