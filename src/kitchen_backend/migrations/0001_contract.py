"""Looks whether the contract is there; creates nothing: the tables are those of ``kitchen-printer migrate``."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from kitchen_backend.contract import require_contract


def look(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    require_contract(schema_editor.connection)


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.RunPython(look, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Station",
            fields=[
                ("station_code", models.TextField(primary_key=True, serialize=False)),
                ("label", models.TextField(null=True)),
                ("is_open", models.BooleanField()),
                ("has_route", models.BooleanField()),
            ],
            options={
                "db_table": "kitchen_stations",
                "ordering": ["station_code"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bill_id", models.BigIntegerField(null=True)),
                ("station_code", models.TextField(db_column="printer_target")),
                ("kind", models.TextField()),
                ("status", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("round_no", models.IntegerField(null=True)),
                ("business_day", models.DateField(null=True)),
                ("station_seq", models.IntegerField(null=True)),
                ("part", models.IntegerField()),
                ("parts", models.IntegerField()),
                ("bill_number", models.TextField(null=True)),
                ("table_label", models.TextField(null=True)),
                ("order_type", models.TextField(null=True)),
                ("server_name", models.TextField(null=True)),
                ("guests", models.IntegerField(null=True)),
                ("note", models.TextField(null=True)),
                ("message", models.TextField(null=True)),
                ("failed_reason", models.TextField(null=True)),
                ("printed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "kitchen_tickets",
                "ordering": ["-id"],
                "permissions": [("reprint_ticket", "Can have a ticket printed again")],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="TicketItem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order_item_id", models.BigIntegerField(null=True)),
                ("line_no", models.IntegerField()),
                ("action", models.TextField()),
                ("qty", models.DecimalField(decimal_places=6, max_digits=30)),
                ("product_id", models.BigIntegerField(null=True)),
                ("menu_name", models.TextField(null=True)),
                ("note", models.TextField(null=True)),
                ("old_note", models.TextField(null=True)),
                ("modifiers", models.JSONField(null=True)),
                ("seat", models.TextField(null=True)),
                ("course", models.TextField(null=True)),
            ],
            options={
                "db_table": "kitchen_ticket_items",
                "ordering": ["ticket_id", "line_no", "id"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="TicketStatus",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="kitchen_backend.ticket",
                    ),
                ),
                ("bill_id", models.BigIntegerField(null=True)),
                ("station_code", models.TextField()),
                ("status", models.TextField()),
                ("is_proved", models.BooleanField()),
                ("copies", models.BigIntegerField()),
                ("copies_printed", models.BigIntegerField()),
                ("is_held", models.BooleanField()),
                ("reason", models.TextField(null=True)),
                ("created_at", models.DateTimeField()),
                ("printed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "ticket statuses",
                "db_table": "kitchen_ticket_status",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
