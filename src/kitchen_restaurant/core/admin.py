"""The menu for people."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from kitchen_restaurant.core.models import Product

if TYPE_CHECKING:  # Django's classes take no parameters when they run.
    ProductAdminBase = admin.ModelAdmin[Product]
else:
    ProductAdminBase = admin.ModelAdmin


@admin.register(Product)
class ProductAdmin(ProductAdminBase):
    """Products come and go by `is active`; what was ordered once stays."""

    list_display = ("name", "is_active")
    list_editable = ("is_active",)
    search_fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes one: bills name it."""
        return False
