"""A request that changes something is done once, however often it arrives: the row of its key is part of its work.

Row and work are one transaction. A repeat that comes meanwhile waits for it: when it commits, the repeat reads the
answer; when it is lost, also to a power cut, the repeat does the work. Refusals are not kept, for they changed nothing.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from ninja.params.functions import Header

from kitchen_backend.transactions import in_one_transaction
from kitchen_restaurant.api.clients import client_of
from kitchen_restaurant.api.problems import Conflict
from kitchen_restaurant.pos.models import IdempotencyKey

REPLAYED: Final = "Idempotent-Replayed"

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="Any text that the client gives this one request and its repeats, such as a UUID.",
    ),
]

_TAKE: Final = """
INSERT INTO pos_idempotencykey (client_id, key, request_sha256, created_at) VALUES (%s, %s, %s, now())
ON CONFLICT (client_id, key) DO NOTHING
"""


def once(
    request: HttpRequest, key: str, said: Schema | None, status: int, work: Callable[[], Schema]
) -> HttpResponse:
    """Do the work and return its answer; for a repeat, return the first answer. Raises :class:`Conflict`."""
    client, fingerprint = client_of(request).pk, _fingerprint(request, said)

    def do_or_repeat() -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [client, key, fingerprint])
            is_first = cursor.rowcount == 1
        row = IdempotencyKey.objects.get(client_id=client, key=key)
        if row.request_sha256 != fingerprint:
            raise Conflict(
                "This Idempotency-Key was used for another request: give every request one of its own."
            )
        if is_first:
            row.status, row.answer = status, work().model_dump_json()
            row.save(update_fields=["status", "answer"])
        response = HttpResponse(row.answer or "", status=row.status, content_type="application/json")
        if not is_first:
            response[REPLAYED] = "true"
        return response

    return in_one_transaction(do_or_repeat)


def _fingerprint(request: HttpRequest, said: Schema | None) -> str:
    """Tell requests apart by what they mean: the order of a body's fields and its blanks mean nothing."""
    body = json.dumps(said.model_dump(mode="json") if said else None, sort_keys=True)
    return hashlib.sha256(f"{request.method} {request.path}\n{body}".encode()).hexdigest()
