"""Django's fields with the types of their values: Django's classes take no parameters when they run."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Id = models.BigAutoField[int, int]
    BigInteger = models.BigIntegerField[int, int]
    OptionalBigInteger = models.BigIntegerField[int | None, int | None]
    Integer = models.IntegerField[int, int]
    OptionalInteger = models.IntegerField[int | None, int | None]
    PositiveInteger = models.PositiveIntegerField[int, int]
    Number = models.DecimalField[Decimal, Decimal]
    Boolean = models.BooleanField[bool, bool]
    Text = models.TextField[str, str]
    OptionalText = models.TextField[str | None, str | None]
    Moment = models.DateTimeField[datetime, datetime]
    OptionalMoment = models.DateTimeField[datetime | None, datetime | None]
    OptionalDay = models.DateField[date | None, date | None]
    OptionalJson = models.JSONField[Any, Any]
else:
    Id = models.BigAutoField
    BigInteger = OptionalBigInteger = models.BigIntegerField
    Integer = OptionalInteger = models.IntegerField
    PositiveInteger = models.PositiveIntegerField
    Number = models.DecimalField
    Boolean = models.BooleanField
    Text = OptionalText = models.TextField
    Moment = OptionalMoment = models.DateTimeField
    OptionalDay = models.DateField
    OptionalJson = models.JSONField
