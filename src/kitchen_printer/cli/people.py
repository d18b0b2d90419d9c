"""Commands between people and the kitchen: a message to a station, the end of a service, a trial of the alarms."""

import asyncio
import getpass
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.cli.start import AsJson, answer, canonical_address, end, settings

if TYPE_CHECKING:
    from kitchen_printer.database.end_of_service import Reconciliation

By = Annotated[str | None, typer.Option("--by", help="Who asks: it goes on record. Your login unless said.")]


def message(
    station: Annotated[str, typer.Argument(help="The station that is to read it.")],
    text: Annotated[str, typer.Argument(help='What it says, for example "86 salmon".')],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Print a message at a station, numbered and proved like any ticket."""
    from kitchen_printer.database.end_of_service import send_message
    from kitchen_printer.database.requests import RequestRefusedError

    try:
        ticket = send_message(settings().dsn, station, text, by=by or _login())
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    answer(
        [f"Ticket {ticket}: see kitchen-printer explain {ticket}."], as_json=as_json, value={"ticket": ticket}
    )


def reconcile(
    since: Annotated[
        datetime | None, typer.Option("--since", help="When the service began; a day ago unless said.")
    ] = None,
    print_it: Annotated[bool, typer.Option("--print", help="Print the list, too.")] = False,
    on: Annotated[
        str | None, typer.Option("--on", help="With --print: the printer, host or host:port.")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Compare what was ordered with what is proved to be on paper; list what is not. Ends with 1 when there is any."""
    from kitchen_printer.database.end_of_service import print_exceptions, read_reconciliation
    from kitchen_printer.database.requests import RequestRefusedError

    if on and not print_it:
        end(MISUSE, "--on says where to print: it needs --print.")
    begin = (since or datetime.now(UTC) - timedelta(days=1)).astimezone()
    printer = canonical_address(on) if on else None
    try:
        found = read_reconciliation(settings().dsn, begin)
        job = (
            print_exceptions(settings().dsn, begin, by=by or _login(), printer=printer) if print_it else None
        )
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    answer(_sentences(found, job), as_json=as_json, value=asdict(found) | {"print_job": job})
    if not found.is_complete:
        raise typer.Exit(FAILURE)


def alert_test(as_json: AsJson = False) -> None:
    """Send a trial message to every address of KITCHEN_ALERT_URLS, and say which took it."""
    from kitchen_printer.service.alert_targets import BadAlertUrlError, Message, Post, read_targets

    try:
        targets = read_targets(settings().alert_addresses)
    except BadAlertUrlError as error:
        end(MISUSE, str(error))
    if not targets:
        end(MISUSE, "KITCHEN_ALERT_URLS is empty: alarms come to paper only.")
    trial = Message(
        "Kitchen printers: trial alarm", "Nothing is wrong: somebody tries whether alarms arrive."
    )
    reached = asyncio.run(Post().send(trial, targets))
    said = {True: "took it", False: "did not take it: check the address and the network"}
    answer(
        (f"Entry {each.place} ({each.service}) {said[each.place in reached]}." for each in targets),
        as_json=as_json,
        value=[
            {"entry": each.place, "service": each.service, "took_it": each.place in reached}
            for each in targets
        ],
    )
    if len(reached) < len(targets):
        raise typer.Exit(FAILURE)


def _sentences(found: "Reconciliation", job: int | None) -> Iterator[str]:
    if found.is_complete:
        yield f"Every wanted item is on a confirmed paper; {found.tickets} tickets."
    for item in found.unsent:
        station, name = item.station or "NO STATION", item.name or "unknown item"
        yield f"ON NO TICKET  {station}: {item.quantity:f} x {name} (bill {item.bill_id}, item {item.item_id})"
    for each in found.unproved:
        number = "" if each.number is None else f" {each.number:03d}"
        table = f", table {each.table}" if each.table else ""
        why = f": {each.reason}" if each.reason else ""
        yield f"{each.exception.upper()}  {each.station}{number}{table} (ticket {each.ticket_id}){why}"
    if job is not None:
        yield f"The list is print job {job}."


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # A container may run as a user that has no name.
        return "kitchen-printer"
