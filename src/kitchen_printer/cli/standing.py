"""How is the service that runs beside this command?"""

from typing import Annotated, Any, Final

import typer

from kitchen_printer.cli.exit_codes import FAILURE
from kitchen_printer.cli.probe import LIVES, STANDS, NoAnswerError, asked
from kitchen_printer.cli.start import AsJson, answer, end, settings

_PRINTERS_SHOWN_MAX: Final = 50


def health(
    live: Annotated[
        bool,
        typer.Option("--live", help="Only whether its process lives: what a container's health check asks."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the service beside this command how it is; ends with 1 when it cannot work or does not answer."""
    try:
        is_well, body = asked(settings(), "/livez" if live else "/health")
    except NoAnswerError as error:
        end(FAILURE, str(error))
    sentences = [LIVES if is_well else STANDS] if live else _of_health(body)
    answer(sentences, as_json=as_json, value=body)
    if not is_well:
        raise typer.Exit(FAILURE)


def _of_health(body: dict[str, Any]) -> list[str]:
    database, printers = body["database"], body["printers"]
    lines = [f"Overall: {body['overall']}."]
    if database["problem"]:
        lines.append(f"{database['problem']} {database['advice']}")
    if body["tickets_waiting"] is not None:
        lines.append(f"{body['tickets_waiting']} tickets wait, {body['tickets_failed']} failed.")
    if body["tickets_without_route"]:
        lines.append(f"{body['tickets_without_route']} tickets have no printer: see station_printers.")
    lines += [f"{each['station']}: {each['problem']}" for each in body["refused_routes"]]
    for each in printers[:_PRINTERS_SHOWN_MAX]:
        problem = f": {each['problem']} {each['advice']}" if each["problem"] else "."
        lines.append(f"{each['address']} is {each['state']}{problem}")
    return lines
