"""What the service itself has to say on paper: the closed set of notices, and what they look like.

Numbers and tables only: no notice carries a bill's number, a guest's name or a note of theirs.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Annotated, Literal, assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kitchen_printer.decisions.clock import clock
from kitchen_printer.decisions.layout import footer
from kitchen_printer.decisions.page import RULE, Page, Paper, Row, Size, banner, fitted
from kitchen_printer.decisions.specimen import measures, scripts
from kitchen_printer.decisions.ticket import Job

LISTED_MAX = 40
"""Tickets that one slip lists; how many more there are is said below them."""

_FROZEN = ConfigDict(frozen=True, hide_input_in_errors=True, extra="forbid")


class Listed(BaseModel):
    """One ticket on a list: its number at its station, its table, and when it was ordered."""

    model_config = _FROZEN

    station: str
    number: int | None
    table: str | None
    ordered_at: AwareDatetime


class Alarm(BaseModel):
    """Somebody must act: what is the matter, and what to do. It rings."""

    model_config = _FROZEN

    kind: Literal["alarm"] = "alarm"
    headline: str
    details: tuple[str, ...] = ()
    advice: str | None = None
    tickets: tuple[Listed, ...] = ()
    """The tickets it is about, when it is about some in particular."""


class AllClear(BaseModel):
    """What an alarm said is over."""

    model_config = _FROZEN

    kind: Literal["all_clear"] = "all_clear"
    headline: str


class RecoveryList(BaseModel):
    """What has waited for this printer and follows now, oldest first."""

    model_config = _FROZEN

    kind: Literal["recovery_list"] = "recovery_list"
    waiting: int
    tickets: tuple[Listed, ...]
    """The oldest of them, at most :data:`LISTED_MAX`."""


class HomeComing(BaseModel):
    """What another printer made while this one could not."""

    model_config = _FROZEN

    kind: Literal["home_coming"] = "home_coming"
    printed: int
    tickets: tuple[Listed, ...]
    """The first of them, at most :data:`LISTED_MAX`."""


class PaperTest(BaseModel):
    """A person wants to see what the printer proves: a paper of known length, see :mod:`.paper_test`."""

    model_config = _FROZEN

    kind: Literal["paper_test"] = "paper_test"


class Specimen(BaseModel):
    """What follows a paper test, once its verdict is known: a line per script, as this printer prints it."""

    model_config = _FROZEN

    kind: Literal["specimen"] = "specimen"


class UnsentItem(BaseModel):
    """An item that is wanted and on no ticket."""

    model_config = _FROZEN

    station: str | None
    quantity: str
    name: str | None


class UnprovedTicket(BaseModel):
    """A ticket that is not proved to be on paper, and what is the matter with it."""

    model_config = _FROZEN

    exception: Literal["failed", "held", "unconfirmed", "waiting"]
    ticket: Listed


class Exceptions(BaseModel):
    """What of a service is not proved to be on paper; the lists hold the first of each kind."""

    model_config = _FROZEN

    kind: Literal["exceptions"] = "exceptions"
    since: AwareDatetime
    unsent: int
    unsent_items: tuple[UnsentItem, ...]
    unproved: int
    tickets: tuple[UnprovedTicket, ...]


Notice = Alarm | AllClear | RecoveryList | HomeComing | PaperTest | Specimen | Exceptions
_STORED: TypeAdapter[Notice] = TypeAdapter(Annotated[Notice, Field(discriminator="kind")])


class MalformedNoticeError(ValueError):
    """A stored notice that cannot be read; the message names the fields, never their content."""


def read_notice(stored: str) -> Notice:
    """Parse a stored notice, JSON text. Raises :class:`MalformedNoticeError`."""
    try:
        return _STORED.validate_json(stored)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_input=False, include_url=False)
        )
        raise MalformedNoticeError(problems) from None


def lay_out_notice(notice: Notice, job: Job, now: datetime, paper: Paper, zone: tzinfo) -> Page:
    """Lay a notice out for one attempt. Pure; times are shown in ``zone``."""
    return fitted(_rows(notice, job, now, paper, zone), paper)


def _rows(notice: Notice, job: Job, now: datetime, paper: Paper, zone: tzinfo) -> Iterator[Row]:
    if job.marked:
        yield banner("POSSIBLE DUPLICATE")
    yield from _body(notice, now, paper, zone)
    yield RULE
    yield Row(text=f"Printed {clock(now, now, zone)}")
    yield Row(text=footer(job))


def _body(notice: Notice, now: datetime, paper: Paper, zone: tzinfo) -> Iterator[Row]:
    match notice:
        case Alarm():
            yield banner("ALARM")
            yield Row(text=notice.headline, size=Size.TALL, bold=True)
            yield from (Row(text=each) for each in notice.details)
            if notice.advice:
                yield Row(text=f"-> {notice.advice}", bold=True)
            yield from _list(notice.tickets, len(notice.tickets), now, zone)
        case AllClear(headline=headline):
            yield banner("ALL CLEAR")
            yield Row(text=headline, size=Size.TALL)
        case RecoveryList():
            yield banner("LATE TICKETS FOLLOW")
            yield Row(text=f"{counted(notice.waiting)} waited, oldest first:", bold=True)
            yield from _list(notice.tickets, notice.waiting, now, zone)
        case HomeComing():
            yield banner("PRINTED ELSEWHERE")
            yield Row(
                text=f"While this printer was away, {counted(notice.printed)} went to another:", bold=True
            )
            yield from _list(notice.tickets, notice.printed, now, zone)
        case Exceptions():
            yield from _exceptions(notice, now, zone)
        case PaperTest():
            yield banner("PRINTER TEST")
            yield Row(text="No order: throw this away.")
            # Text alone: pictures would fill the buffer, and a printer that answers too early would answer late.
            yield from measures(paper)
        case Specimen():
            yield banner("PRINTER TEST")
            yield Row(text="No order: throw this away. Every script:")
            yield RULE
            yield from scripts()
        case _:
            assert_never(notice)


def _exceptions(notice: Exceptions, now: datetime, zone: tzinfo) -> Iterator[Row]:
    yield banner("END OF SERVICE")
    yield Row(text=f"Since {clock(notice.since, now, zone)}, not proved to be on paper:", bold=True)
    if not notice.unsent and not notice.unproved:
        yield Row(text="Nothing. Every item is on a confirmed paper.", size=Size.TALL)
    if notice.unsent:
        yield RULE
        yield Row(
            text=f"{notice.unsent} {'item' if notice.unsent == 1 else 'items'} on no ticket:", bold=True
        )
        for item in notice.unsent_items:
            yield Row(text=f"{item.station or 'NO STATION'}  {item.quantity} x {item.name or 'unknown item'}")
    if notice.unproved:
        yield RULE
        yield Row(text=f"{counted(notice.unproved)}:", bold=True)
        for each in notice.tickets:
            yield Row(text=f"{each.exception.upper()}  {listed(each.ticket, now, zone)}")


def _list(tickets: Sequence[Listed], all_together: int, now: datetime, zone: tzinfo) -> Iterator[Row]:
    if not tickets:
        return
    yield RULE
    for each in tickets[:LISTED_MAX]:
        yield Row(text=listed(each, now, zone), size=Size.TALL)
    if all_together > LISTED_MAX:
        yield Row(text=f"... and {all_together - LISTED_MAX} more")


def listed(ticket: Listed, now: datetime, zone: tzinfo) -> str:
    """Say which ticket it is, for which table, when it was ordered and how long ago that was."""
    number = "" if ticket.number is None else f" {ticket.number:03d}"
    table = f"  table {ticket.table}" if ticket.table else ""
    return f"{ticket.station}{number}{table}  {clock(ticket.ordered_at, now, zone)} ({lasted(ticket.ordered_at, now)})"


def lasted(since: datetime, now: datetime) -> str:
    """Say how long ago a moment was."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d}"


def counted(tickets: int) -> str:
    """Say how many tickets."""
    return "1 ticket" if tickets == 1 else f"{tickets} tickets"
