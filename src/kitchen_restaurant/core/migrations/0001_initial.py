"""The menu."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("is_active", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
    ]
