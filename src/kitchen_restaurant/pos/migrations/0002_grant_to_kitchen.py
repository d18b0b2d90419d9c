"""The kitchen may read bills, items and products, and mark items as sent."""

from typing import ClassVar

from django.db import migrations

from kitchen_backend.operations import GrantToKitchen


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("pos", "0001_initial"),
        ("core", "0001_initial"),
        ("kitchen_backend", "0001_contract"),
    ]
    operations: ClassVar = [GrantToKitchen()]
