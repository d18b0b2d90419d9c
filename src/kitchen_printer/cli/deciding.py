"""What people decide: whether a printer may print, who prints for it, and which failed tickets are tried again."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.cli.start import AsJson, answer, canonical_address, end, settings

Address = Annotated[str, typer.Argument(help="The printer: host or host:port.")]
By = Annotated[str, typer.Option("--by", help="Whose decision it is: it goes on record.")]
Why = Annotated[str, typer.Option("--reason", help="Why: it goes on record.")]
Station = Annotated[str | None, typer.Option("--station", help="Of this station only.")]


def add_decisions(printers: typer.Typer) -> None:
    """Make the decisions about printers commands of ``printers``."""
    for command in (park, resume, redirect):
        printers.command()(command)


def park(address: Address, by: By, reason: Why = "", as_json: AsJson = False) -> None:
    """Send nothing to a printer any more; its tickets go to the next one of their station, or wait."""
    from kitchen_printer.database.printers import park as ask
    from kitchen_printer.database.requests import RequestRefusedError

    printer = canonical_address(address)
    try:
        is_news = ask(settings().dsn, printer, by=by, reason=reason)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    said = f"{printer} is parked." if is_news else f"{printer} was parked already."
    answer([said], as_json=as_json, value={"printer": printer, "changed": is_news})


def resume(address: Address, by: By, as_json: AsJson = False) -> None:
    """Let a parked printer print again."""
    from kitchen_printer.database.printers import resume as ask
    from kitchen_printer.database.requests import RequestRefusedError

    printer = canonical_address(address)
    try:
        is_news = ask(settings().dsn, printer, by=by)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    said = f"{printer} may print again." if is_news else f"{printer} was not parked."
    answer([said], as_json=as_json, value={"printer": printer, "changed": is_news})


def redirect(
    address: Address,
    *,
    by: By,
    to: Annotated[str | None, typer.Option("--to", help="The printer that prints instead.")] = None,
    station: Station = None,
    reason: Why = "",
    undo: Annotated[bool, typer.Option("--undo", help="End it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send what one printer would print to another, until that is undone; the papers say so."""
    from kitchen_printer.database.printers import redirect as ask
    from kitchen_printer.database.printers import undo_redirect
    from kitchen_printer.database.requests import RequestRefusedError

    if (to is None) != undo:
        end(MISUSE, "Say where to: --to ADDRESS; or --undo to end it.")
    printer, there = canonical_address(address), canonical_address(to) if to else None
    try:
        if there is None:
            ended = undo_redirect(settings().dsn, printer, by=by, station=station)
            said = f"{printer} prints for itself again." if ended else f"{printer} was not redirected."
        else:
            ask(settings().dsn, printer, there, by=by, station=station, reason=reason)
            said = f"What {printer} would print{f' for {station}' if station else ''} prints at {there}."
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    answer([said], as_json=as_json, value={"printer": printer, "to": there, "station": station})


def retry(
    by: By,
    ticket: Annotated[
        int | None, typer.Argument(min=1, help="One ticket that failed; or give --station.")
    ] = None,
    station: Annotated[
        str | None, typer.Option("--station", help="All tickets of a station that failed.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", help="With --station: when they failed; in the last day unless said."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try tickets again that were given up; what may be on paper prints marked POSSIBLE DUPLICATE."""
    from kitchen_printer.database.requests import RequestRefusedError, retry_station, retry_ticket

    if (ticket is None) == (station is None):
        end(MISUSE, "Say which: one ticket, or --station.")
    try:
        if ticket is not None:
            copies = retry_ticket(settings().dsn, ticket, by=by)
        else:
            failed_since = (since or datetime.now(UTC) - timedelta(days=1)).astimezone()
            copies = retry_station(settings().dsn, station or "", failed_since, by=by)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    said = {0: "Nothing of it has failed.", 1: "1 copy is tried again."}
    answer([said.get(copies, f"{copies} copies are tried again.")], as_json=as_json, value={"copies": copies})
