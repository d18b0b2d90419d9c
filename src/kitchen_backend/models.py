"""What a backend sees of the kitchen, as Django models: read only, and made by ``kitchen-printer migrate``."""

from typing import Any, ClassVar, NoReturn

from django.db import models

from kitchen_backend.columns import (
    BigInteger,
    Boolean,
    Id,
    Integer,
    Moment,
    Number,
    OptionalBigInteger,
    OptionalDay,
    OptionalInteger,
    OptionalJson,
    OptionalMoment,
    OptionalText,
    Text,
)


class ReadOnly(TypeError):
    """Somebody tried to write what only the contract's functions write."""


class LookedAt:
    """A row that is looked at; what the grants refuse anyway is refused here in words that say what to do instead."""

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        _refuse()

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        _refuse()


class Ticket(LookedAt, models.Model):
    """What one station must make, as it was sent."""

    id = Id(primary_key=True)
    bill_id = OptionalBigInteger(null=True)
    station_code = Text(db_column="printer_target")
    kind = Text()
    status = Text()
    created_at = Moment()
    round_no = OptionalInteger(null=True)
    business_day = OptionalDay(null=True)
    station_seq = OptionalInteger(null=True)
    part = Integer()
    parts = Integer()
    bill_number = OptionalText(null=True)
    table_label = OptionalText(null=True)
    order_type = OptionalText(null=True)
    server_name = OptionalText(null=True)
    guests = OptionalInteger(null=True)
    note = OptionalText(null=True)
    message = OptionalText(null=True)
    failed_reason = OptionalText(null=True)
    printed_at = OptionalMoment(null=True)

    standing: "TicketStatus"

    objects: ClassVar[models.Manager["Ticket"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "kitchen_tickets"
        ordering: ClassVar = ["-id"]
        default_permissions = ("view",)
        permissions: ClassVar = [("reprint_ticket", "Can have a ticket printed again")]

    def __str__(self) -> str:
        number = "" if self.station_seq is None else f" {self.station_seq:03d}"
        return f"{self.station_code.strip().upper()}{number}"


class TicketItem(LookedAt, models.Model):
    """One line of a ticket, with the names and notes it was sent with."""

    id = Id(primary_key=True)
    ticket: "models.ForeignKey[Ticket, Ticket]" = models.ForeignKey(
        Ticket, models.DO_NOTHING, db_column="kitchen_ticket_id", related_name="items", db_constraint=False
    )
    ticket_id: int
    order_item_id = OptionalBigInteger(null=True)
    line_no = Integer()
    action = Text()
    qty = Number(max_digits=30, decimal_places=6)
    product_id = OptionalBigInteger(null=True)
    menu_name = OptionalText(null=True)
    note = OptionalText(null=True)
    old_note = OptionalText(null=True)
    modifiers = OptionalJson(null=True)
    seat = OptionalText(null=True)
    course = OptionalText(null=True)

    objects: ClassVar[models.Manager["TicketItem"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "kitchen_ticket_items"
        ordering: ClassVar = ["ticket_id", "line_no", "id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.action} {self.qty.normalize():f} {self.menu_name or f'ITEM #{self.order_item_id}'}"


class TicketStatus(LookedAt, models.Model):
    """How far a ticket is, and what keeps it."""

    ticket: "models.OneToOneField[Ticket, Ticket]" = models.OneToOneField(
        Ticket, models.DO_NOTHING, primary_key=True, related_name="standing", db_constraint=False
    )
    bill_id = OptionalBigInteger(null=True)
    station_code = Text()
    status = Text()
    is_proved = Boolean()
    copies = BigInteger()
    copies_printed = BigInteger()
    is_held = Boolean()
    reason = OptionalText(null=True)
    created_at = Moment()
    printed_at = OptionalMoment(null=True)

    objects: ClassVar[models.Manager["TicketStatus"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "kitchen_ticket_status"
        verbose_name_plural = "ticket statuses"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.station_code} {self.status}"


class Station(LookedAt, models.Model):
    """A place where dishes are made, and whether tickets for it have a way to paper."""

    station_code = Text(primary_key=True)
    label = OptionalText(null=True)
    is_open = Boolean()
    has_route = Boolean()

    objects: ClassVar[models.Manager["Station"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "kitchen_stations"
        ordering: ClassVar = ["station_code"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.label or self.station_code


def _refuse() -> NoReturn:
    raise ReadOnly(
        "Tickets are written by the contract's functions only: change the bill and call send_to_kitchen(bill)."
    )
