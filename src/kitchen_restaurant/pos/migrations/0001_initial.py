"""Bills, items, clients and kept answers."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = [
        ("core", "0001_initial"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField(unique=True)),
                ("token_sha256", models.TextField(editable=False, unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bill_number", models.TextField()),
                ("table_id", models.BigIntegerField(blank=True, null=True)),
                ("status", models.TextField(db_default="OPEN", default="OPEN")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("table_name", models.TextField(blank=True, null=True)),
                ("order_type", models.TextField(blank=True, null=True)),
                ("server_name", models.TextField(blank=True, null=True)),
                ("guests", models.IntegerField(blank=True, null=True)),
                ("note", models.TextField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="BillItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("quantity", models.PositiveIntegerField(db_default=1, default=1)),
                ("printer_target", models.TextField(verbose_name="station")),
                (
                    "status",
                    models.TextField(
                        choices=[("NEW", "New"), ("SENT", "Sent"), ("VOID", "Void")],
                        db_default="NEW",
                        default="NEW",
                    ),
                ),
                ("note", models.TextField(blank=True, null=True)),
                ("modifiers", models.JSONField(blank=True, null=True)),
                ("seat", models.TextField(blank=True, null=True)),
                ("course", models.TextField(blank=True, null=True)),
                ("hold", models.BooleanField(db_default=False, default=False, verbose_name="held back")),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="pos.bill"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.product"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("request_sha256", models.TextField()),
                ("status", models.IntegerField(null=True)),
                ("answer", models.TextField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                (
                    "client",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="pos.apiclient"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("client", "key"), name="one_answer_per_key")],
            },
        ),
    ]
