"""Bills and their items, by the names that the kitchen's contract reads; and who may write them over HTTP."""

import hashlib
import secrets
from typing import Any, ClassVar, Self

from django.db import models

from kitchen_backend.columns import (
    Boolean,
    Id,
    Moment,
    OptionalBigInteger,
    OptionalInteger,
    OptionalJson,
    OptionalText,
    PositiveInteger,
    Text,
)
from kitchen_restaurant.core.models import Product

TOKEN_BYTES = 32


class Bill(models.Model):
    """An order of a table, from the first drink to the last."""

    id = Id(primary_key=True)
    bill_number = Text()
    table_id = OptionalBigInteger(null=True, blank=True)
    status = Text(default="OPEN", db_default="OPEN")
    created_at = Moment(auto_now_add=True)
    table_name = OptionalText(null=True, blank=True)
    order_type = OptionalText(null=True, blank=True)
    server_name = OptionalText(null=True, blank=True)
    guests = OptionalInteger(null=True, blank=True)
    note = OptionalText(null=True, blank=True)

    objects: ClassVar[models.Manager["Bill"]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"Bill {self.bill_number}"


class BillItem(models.Model):
    """So many of one product, for one station."""

    class Status(models.TextChoices):
        """What the kitchen knows of it: SENT is set by the kitchen's contract, VOID by the till."""

        NEW = "NEW"
        SENT = "SENT"
        VOID = "VOID"

    id = Id(primary_key=True)
    bill: "models.ForeignKey[Bill, Bill]" = models.ForeignKey(Bill, models.PROTECT, related_name="items")
    bill_id: int
    product: "models.ForeignKey[Product, Product]" = models.ForeignKey(
        Product, models.PROTECT, related_name="+"
    )
    product_id: int
    quantity = PositiveInteger(default=1, db_default=1)
    printer_target = Text("station")
    status = Text(choices=Status.choices, default=Status.NEW, db_default=Status.NEW)
    note = OptionalText(null=True, blank=True)
    modifiers = OptionalJson(null=True, blank=True)
    seat = OptionalText(null=True, blank=True)
    course = OptionalText(null=True, blank=True)
    hold = Boolean("held back", default=False, db_default=False)

    objects: ClassVar[models.Manager["BillItem"]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id}"


class ApiClient(models.Model):
    """A POS that may use the HTTP interface. Its token is shown once and kept as a hash."""

    id = Id(primary_key=True)
    name = Text(unique=True)
    token_sha256 = Text(unique=True, editable=False)
    is_active = Boolean(default=True)
    created_at = Moment(auto_now_add=True)

    objects: ClassVar[models.Manager["ApiClient"]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def with_token(cls, token: str) -> Self | None:
        """Return the client whose token this is."""
        # A token has 256 random bits, so a fast hash is as good as a slow one, and every request computes it.
        return cls._default_manager.filter(token_sha256=_hash(token), is_active=True).first()

    def renew_token(self, given: str | None = None) -> str:
        """Give the client a new token, or one that was made elsewhere, and return it. The caller saves."""
        token = given or secrets.token_urlsafe(TOKEN_BYTES)
        self.token_sha256 = _hash(token)
        return token


class IdempotencyKey(models.Model):
    """What was answered to a request that changed something, so that a repeat of it is answered the same."""

    id = Id(primary_key=True)
    client: "models.ForeignKey[ApiClient, ApiClient]" = models.ForeignKey(ApiClient, models.CASCADE)
    key = Text()
    request_sha256 = Text()
    status = OptionalInteger(null=True)
    answer = OptionalText(null=True)
    created_at = Moment(auto_now_add=True, db_index=True)

    objects: ClassVar[models.Manager["IdempotencyKey"]] = models.Manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["client", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return self.key


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
