"""What is on the menu."""

from typing import ClassVar

from django.db import models

from kitchen_backend.columns import Boolean, Id, Text


class Product(models.Model):
    """A dish or drink. The kitchen reads its name when it is ordered."""

    id = Id(primary_key=True)
    name = Text()
    is_active = Boolean(default=True, db_default=True)

    objects: ClassVar[models.Manager["Product"]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
