"""What is to be printed: tickets, their lines, and the job that brings one copy of one ticket to paper."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError


class TicketKind(StrEnum):
    ORDER = "ORDER"
    VOID = "VOID"
    MESSAGE = "MESSAGE"


class Action(StrEnum):
    ADD = "ADD"
    VOID = "VOID"
    CHANGE = "CHANGE"


class JobKind(StrEnum):
    TICKET = "TICKET"
    REPRINT = "REPRINT"
    NOTICE = "NOTICE"


WHOLE_DIGITS_MAX = 1000
"""More digits than any quantity or id has."""


class MalformedTicketError(ValueError):
    """A stored ticket that cannot be read; the message names the fields, never their content."""


NOT_FOR_COOKS = frozenset({"id", "uuid", "sku", "product_id", "modifier_id", "price", "total", "tax"})
"""Keys of a modifier that say nothing about how to cook."""


def modifiers_of(value: JsonValue) -> tuple[str, ...]:
    """Read modifiers as a POS may send them: a text, a list, objects with a name, or an object of choices.

    ``{"name": "nuts", "quantity": 2, "action": "remove"}`` reads ``2 x nuts (action: remove)``.
    """
    match value:
        case None | "":
            return ()
        case list():
            return tuple(part for each in value for part in modifiers_of(each))
        case dict() if isinstance(value.get("name"), str | int | float):
            return (_named(value),)
        case dict():
            return tuple(_choice(key, each) for key, each in value.items() if key not in NOT_FOR_COOKS)
        case _:
            return (str(value),)


def _named(modifier: dict[str, JsonValue]) -> str:
    said = {"name", "quantity", *NOT_FOR_COOKS}
    choices = [_choice(key, each) for key, each in modifier.items() if key not in said and each is not None]
    quantity, name = modifier.get("quantity"), str(modifier["name"])
    counted = name if quantity in (None, 1, "1") else f"{quantity} x {name}"
    return f"{counted} ({', '.join(choices)})" if choices else counted


def _choice(key: str, value: JsonValue) -> str:
    return f"{key}: {', '.join(modifiers_of(value)) or '-'}"


def _or_none(value: JsonValue) -> JsonValue:
    return None if isinstance(value, str) and not value.strip() else value


Modifiers = Annotated[tuple[str, ...], BeforeValidator(modifiers_of)]
Text = Annotated[str | None, BeforeValidator(_or_none)]

_FROZEN = ConfigDict(frozen=True, hide_input_in_errors=True, coerce_numbers_to_str=True)


class Line(BaseModel):
    """One line of a ticket: so many of this, added, voided or changed.

    The ``old_…`` fields are what the kitchen was told until now; they mean something on CHANGE lines only.
    """

    model_config = _FROZEN

    action: Action
    qty: Annotated[Decimal, Field(gt=0)]
    order_item_id: int | None = None
    menu_name: Text = None
    modifiers: Modifiers = ()
    old_modifiers: Modifiers = ()
    note: Text = None
    old_note: Text = None
    seat: Text = None
    old_seat: Text = None
    course: Text = None
    old_course: Text = None

    @property
    def name(self) -> str:
        """The dish as the menu called it when the ticket was made; its item's number if nobody said."""
        return self.menu_name or f"ITEM #{self.order_item_id or '-'}"


class Ticket(BaseModel):
    """What one station must know of one submission of a bill; frozen when it was made.

    The fields are the columns of ``kitchen_tickets``; ``station`` is the normalised ``printer_target``.
    """

    model_config = _FROZEN

    id: int
    kind: TicketKind
    station: str
    station_seq: int | None
    created_at: datetime
    round_no: int | None
    part: int
    parts: int
    part_stations: tuple[str, ...]
    bill_number: Text
    table_label: Text
    order_type: Text
    server_name: Text
    guests: int | None
    note: Text
    message: Text
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One copy of one ticket, or a notice, on its way to one printer, as the claim handed it out.

    ``ticket_id`` and ``station`` are None and empty exactly when it is a notice.
    ``spent`` counts earlier attempts that may have printed; ``marked`` says whether this attempt's paper
    must carry a mark; the tokens are what the printer echoes for this attempt and no other.
    """

    id: int
    kind: JobKind
    ticket_id: int | None
    copy_no: int
    station: str
    spent: int
    maybe_on_paper: bool
    waited_seconds: float
    attempt_id: int
    attempt_no: int
    printer_id: int
    marked: bool
    token_printed: str
    token_cut: str
    on_unconfirmed: Literal["reprint_marked", "hold"] | None = None
    """The station's own answer to doubt; None leaves it to the service's settings."""

    age_seconds: float = 0.0
    """How long its ticket had been committed when it was claimed, by the database's clock."""


def read_ticket(stored: str) -> Ticket:
    """Parse a stored ticket, JSON text with exact numbers. Raises :class:`MalformedTicketError`."""
    try:
        return Ticket.model_validate(json.loads(stored, parse_float=Decimal, parse_int=_whole_number))
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise MalformedTicketError(problems) from None
    except RecursionError:
        raise MalformedTicketError("nested too deeply") from None


def _whole_number(digits: str) -> int | Decimal:
    """Python refuses to read integers of thousands of digits; a decimal holds them."""
    return int(digits) if len(digits) <= WHOLE_DIGITS_MAX else Decimal(digits)
