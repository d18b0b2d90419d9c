"""What a POS may say: plain order data, and nothing about printers or tickets. Checked whole, all errors at once."""

from typing import Annotated, Final

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, model_validator

from kitchen_restaurant.api.offer import offer_for

ITEMS_MAX: Final = 300
QUANTITY_MAX: Final = 999
ID_MAX: Final = 2**63 - 1
TEXT_MAX: Final = 500

_NO_CONTROL_CHARACTERS: Final = r"^[^\x00-\x1f\x7f]*$"


def _on_sale(product_id: int, info: ValidationInfo) -> int:
    is_active = offer_for(info.context["request"]).products.get(product_id) if info.context else True
    if is_active is None:
        raise ValueError(f"there is no product {product_id}")
    if not is_active:
        raise ValueError(f"product {product_id} is not on sale")
    return product_id


def _known(station_code: str, info: ValidationInfo) -> str:
    station = station_code.strip().upper()
    stations = offer_for(info.context["request"]).stations if info.context else {station}
    if station not in stations:
        there_are = ", ".join(sorted(stations)) or "none yet"
        raise ValueError(f"there is no station {station_code!r}; the stations are: {there_are}")
    return station


Id = Annotated[int, Field(strict=True, ge=1, le=ID_MAX)]
Quantity = Annotated[int, Field(strict=True, ge=1, le=QUANTITY_MAX)]
Text = Annotated[str, Field(strict=True, min_length=1, max_length=TEXT_MAX, pattern=_NO_CONTROL_CHARACTERS)]
Label = Annotated[str, Field(strict=True, min_length=1, max_length=60, pattern=_NO_CONTROL_CHARACTERS)]
ProductId = Annotated[Id, AfterValidator(_on_sale)]
StationCode = Annotated[
    str, Field(strict=True, min_length=1, max_length=32, pattern=r"\S"), AfterValidator(_known)
]


class Said(Schema):
    """Whatever is not asked for is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class NewItem(Said):
    """So many of one product. The station is where it is made; which printer serves that is not the POS's business."""

    product_id: ProductId
    station_code: StationCode
    quantity: Quantity = 1
    note: Text | None = None
    modifiers: Annotated[list[Label], Field(default_factory=list[Label], max_length=30)]
    seat: Label | None = None
    course: Label | None = None
    hold: Annotated[bool, Field(strict=True, description="Not sent to the kitchen until it is fired.")] = (
        False
    )


Items = Annotated[list[NewItem], Field(min_length=1, max_length=ITEMS_MAX)]


class NewOrder(Said):
    """An order of a table; without a number it is numbered by its id."""

    number: Label | None = None
    table: Label | None = None
    order_type: Label | None = None
    server: Label | None = None
    guests: Annotated[int, Field(strict=True, ge=1, le=999)] | None = None
    note: Text | None = None
    items: Items


class MoreItems(Said):
    """Another round of an order."""

    items: Items


class Void(Said):
    """Without a quantity, all of the item."""

    quantity: Quantity | None = None


class Move(Said):
    """The table that an order is at from now on."""

    table: Label
    requested_by: Label | None = None


class Fire(Said):
    """What is held back and should be made now: these items, or this course, or everything."""

    items: Annotated[list[Id], Field(min_length=1, max_length=ITEMS_MAX)] | None = None
    course: Label | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> "Fire":
        if self.items is not None and self.course is not None:
            raise ValueError("name items or a course, not both")
        return self


class Reprint(Said):
    """Who wants a ticket again, and why; both go on record."""

    requested_by: Label | None = None
    reason: Text | None = None
    copy_no: Annotated[int, Field(strict=True, ge=1, le=99)] = 1
