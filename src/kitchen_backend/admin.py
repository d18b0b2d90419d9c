"""Tickets for people: what each says, how it stands and why; printing one again. Nothing here changes a ticket."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth.models import PermissionsMixin
from django.db.models import QuerySet
from django.http import HttpRequest

from kitchen_backend.errors import KitchenError
from kitchen_backend.kitchen import request_reprint
from kitchen_backend.models import Station, Ticket, TicketItem
from kitchen_backend.words import Told, tell

if TYPE_CHECKING:  # Django's classes take no parameters when they run.
    TicketAdminBase = admin.ModelAdmin[Ticket]
    StationAdminBase = admin.ModelAdmin[Station]
    LinesBase = admin.TabularInline[TicketItem, Ticket]
else:
    TicketAdminBase = StationAdminBase = admin.ModelAdmin
    LinesBase = admin.TabularInline


class LookOnly:
    """What is on record of the kitchen is looked at, never typed."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody makes one by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one."""
        return False


class Lines(LookOnly, LinesBase):
    """The lines of a ticket."""

    model = TicketItem
    fields = ("action", "qty", "menu_name", "note", "modifiers", "seat", "course")


@admin.register(Ticket)
class TicketAdmin(LookOnly, TicketAdminBase):
    """The tickets, newest first."""

    list_display = ("__str__", "kind", "bill_number", "table_label", "status", "matter", "created_at")
    list_filter = ("status", "station_code", "kind", "business_day")
    search_fields = ("bill_number", "table_label")
    list_select_related = ("standing",)
    fields = (
        ("station_code", "station_seq"),
        ("bill_number", "table_label", "round_no"),
        ("part", "parts"),
        "message",
        ("status", "matter", "advice"),
        ("created_at", "printed_at"),
    )
    inlines: ClassVar = [Lines]
    actions = ("print_again",)

    @admin.display(description="what is the matter")
    def matter(self, ticket: Ticket) -> str:
        """Say how the ticket stands."""
        return _told(ticket).sentence

    @admin.display(description="what to do")
    def advice(self, ticket: Ticket) -> str:
        """Say what a person can do about it."""
        return _told(ticket).advice or "Nothing."

    @admin.action(description="Print again, marked REPRINT", permissions=["reprint"])
    def print_again(self, request: HttpRequest, tickets: "QuerySet[Ticket]") -> None:
        """Ask for a reprint of each."""
        for ticket in tickets:
            try:
                request_reprint(
                    ticket, requested_by=request.user.get_username(), reason="asked for in the admin"
                )
            except KitchenError as error:
                messages.error(request, f"{ticket}: {error}")
            else:
                messages.success(request, f"{ticket} prints again, or its first paper is still on its way.")

    def has_reprint_permission(self, request: HttpRequest) -> bool:
        """Whether this person may have tickets printed again."""
        user = request.user
        return isinstance(user, PermissionsMixin) and user.has_perm("kitchen_backend.reprint_ticket")


@admin.register(Station)
class StationAdmin(LookOnly, StationAdminBase):
    """The stations, and whether tickets for them have a way to paper."""

    list_display = ("station_code", "label", "is_open", "has_route")


def _told(ticket: Ticket) -> Told:
    standing = ticket.standing
    return tell(
        station=standing.station_code,
        status=standing.status,
        is_proved=standing.is_proved,
        is_held=standing.is_held,
        reason=standing.reason,
    )
