"""Bills for people: what is on them, what the kitchen was told, and a way to tell it again."""

from typing import TYPE_CHECKING, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from kitchen_backend.admin import LookOnly
from kitchen_backend.errors import KitchenError
from kitchen_backend.kitchen import send_to_kitchen
from kitchen_backend.models import TicketStatus
from kitchen_restaurant.pos.models import ApiClient, Bill, BillItem

if TYPE_CHECKING:  # Django's classes take no parameters when they run.
    BillAdminBase = admin.ModelAdmin[Bill]
    ClientAdminBase = admin.ModelAdmin[ApiClient]
    ItemsBase = admin.TabularInline[BillItem, Bill]
else:
    BillAdminBase = ClientAdminBase = admin.ModelAdmin
    ItemsBase = admin.TabularInline


class Items(LookOnly, ItemsBase):
    """The items of a bill. Changes go through the POS, which tells the kitchen in the same transaction."""

    model = BillItem
    fields = ("product", "quantity", "printer_target", "status", "note", "modifiers", "course", "hold")


@admin.register(Bill)
class BillAdmin(LookOnly, BillAdminBase):
    """The bills, newest first."""

    list_display = ("bill_number", "table_name", "server_name", "status", "created_at")
    list_filter = ("status", "created_at")
    search_fields = ("bill_number", "table_name")
    fields = (
        ("bill_number", "table_name", "status"),
        ("server_name", "guests", "order_type"),
        "note",
        "tickets",
    )
    inlines: ClassVar = [Items]
    actions = ("send_again",)

    @admin.display(description="tickets")
    def tickets(self, bill: Bill) -> SafeString:
        """Name the bill's tickets and how they stand."""
        statuses = TicketStatus.objects.filter(bill_id=bill.pk).select_related("ticket").order_by("ticket_id")
        return format_html_join(
            ", ",
            '<a href="{}">{}</a> {}',
            (
                (
                    reverse("admin:kitchen_backend_ticket_change", args=[status.pk]),
                    status.ticket,
                    status.status,
                )
                for status in statuses
            ),
        )

    @admin.action(description="Tell the kitchen what it does not know yet", permissions=["view"])
    def send_again(self, request: HttpRequest, bills: "QuerySet[Bill]") -> None:
        """Send bills again, one transaction each; what the kitchen knows is not printed twice."""
        for bill in bills:
            try:
                tickets = send_to_kitchen(bill)
            except KitchenError as error:
                messages.error(request, f"{bill}: {error}")
            else:
                messages.success(request, f"{bill}: {len(tickets)} new tickets.")


@admin.register(ApiClient)
class ApiClientAdmin(LookOnly, ClientAdminBase):
    """Who may use the HTTP interface; `kitchen-backend token NAME` gives a token."""

    list_display = ("name", "is_active", "created_at")
