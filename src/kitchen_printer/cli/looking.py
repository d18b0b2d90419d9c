"""Commands that look and change nothing: is it set up well, and which tickets are not on paper?"""

from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_printer.cli.exit_codes import FAILURE
from kitchen_printer.cli.start import AsJson, answer, end, settings

if TYPE_CHECKING:
    from kitchen_printer.database.listing import TicketRow
    from kitchen_printer.service.checkup import Checkup


class Status(StrEnum):
    """How far a ticket is."""

    NEW = "NEW"
    PRINTING = "PRINTING"
    PRINTED = "PRINTED"
    FAILED = "FAILED"


def check(as_json: AsJson = False) -> None:
    """Look at the whole set-up and say what is wrong, each with its remedy; ends with 1 unless all are warnings."""
    from kitchen_printer.decisions.observations import Severity
    from kitchen_printer.service.checkup import check_up

    checkup = check_up(settings())
    has_problem = any(each.severity is Severity.PROBLEM for each in checkup.findings)
    value = {"ok": not has_problem, "findings": [asdict(each) for each in checkup.findings]}
    answer(_of_checkup(checkup), as_json=as_json, value=value)
    if has_problem:
        raise typer.Exit(FAILURE)


def tickets(  # noqa: PLR0917  # the command line names them
    status: Annotated[Status | None, typer.Option(help="Only these.", case_sensitive=False)] = None,
    station: Annotated[str | None, typer.Option(help="Only those of a station.")] = None,
    bill: Annotated[int | None, typer.Option(help="Only those of a bill, by its id.")] = None,
    table: Annotated[str | None, typer.Option(help="Only those of a table.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, help="How far back to look.")] = 24.0,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most, the newest.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="Those on paper, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the tickets that are not proved to be on paper; 0 also when there are some."""
    from kitchen_printer.database.listing import TicketFilter, read_tickets
    from kitchen_printer.database.requests import RequestRefusedError

    is_open = not everything and status is None and bill is None and table is None
    wanted = TicketFilter(
        status=status, station=station, bill_id=bill, table=table, hours=hours, is_open=is_open, limit=limit
    )
    try:
        rows = read_tickets(settings().dsn, wanted)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    answer(_of_tickets(rows, is_open=is_open), as_json=as_json, value=[asdict(each) for each in rows])


def _of_checkup(checkup: "Checkup") -> Iterator[str]:
    for each in checkup.findings:
        yield f"{each.severity.upper()}  {each.sentence}"
        yield f"         {each.remedy}"
    if not checkup.findings:
        yield (
            f"Everything is as it should be: {checkup.stations} stations, {checkup.printers} printers,"
            " each of them asked or served just now."
        )


def _of_tickets(rows: list["TicketRow"], *, is_open: bool) -> Iterator[str]:
    if not rows:
        yield "Every ticket is proved to be on paper." if is_open else "There is no such ticket."
    for each in rows:
        number = "   " if each.number is None else f"{each.number:03d}"
        how = "HELD for a person" if each.is_held else each.status
        if each.status == "PRINTED" and not each.is_proved:
            how = "PRINTED, unconfirmed"
        why = _why(each.reason)
        took = f"after {each.age_seconds:.1f} s" if each.printed_at else f"for {_span(each.age_seconds)}"
        place = f"table {each.table}" if each.table else ""
        yield f"{each.ticket_id:>8}  {each.station} {number}  {place:10} {how} {took}. {why}".rstrip()


def _why(reason: str | None) -> str:
    from kitchen_printer.decisions.reason import WORDS, Reason

    return WORDS[Reason(reason)].sentence if reason and reason in [*Reason] else reason or ""


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
