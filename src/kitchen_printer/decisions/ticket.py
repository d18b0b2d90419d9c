"""What is to be printed: tickets, their lines, and the job that brings one copy of one ticket to paper."""

from collections.abc import Mapping
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


class MalformedTicketError(ValueError):
    """A stored ticket that cannot be read; the message names the fields, never their content."""


def modifiers_of(value: JsonValue) -> tuple[str, ...]:
    """Read modifiers as a POS may send them: a text, a list, a list of objects with a name, or an object."""
    match value:
        case None | "":
            return ()
        case list():
            return tuple(part for each in value for part in modifiers_of(each))
        case {"name": name, "quantity": quantity} if quantity not in (None, 1, "1"):
            return (f"{quantity} x {name}",)
        case {"name": name}:
            return (str(name),)
        case dict():
            return tuple(f"{key}: {each}" for key, each in value.items())
        case _:
            return (str(value),)


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
    """One copy of one ticket on its way to one printer, as the claim handed it out.

    ``spent`` counts earlier attempts that may have printed; ``marked`` says whether this attempt's paper
    must carry a mark; the tokens are what the printer echoes for this attempt and no other.
    """

    id: int
    kind: JobKind
    ticket_id: int
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


def read_ticket(stored: Mapping[str, object]) -> Ticket:
    """Parse a stored ticket. Raises :class:`MalformedTicketError`."""
    try:
        return Ticket.model_validate(stored)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise MalformedTicketError(problems) from None
