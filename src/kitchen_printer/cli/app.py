"""The commands. Exit codes: 0 ok, 1 it did not work, 2 wrong usage or configuration."""

from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console

from kitchen_printer.cli import deciding, keeping, looking, people, preview, standing
from kitchen_printer.cli.exit_codes import FAILURE, MISUSE
from kitchen_printer.cli.printers import add_printer_commands
from kitchen_printer.cli.serve import serve
from kitchen_printer.cli.start import AsJson, answer, canonical_address
from kitchen_printer.cli.start import end as _end
from kitchen_printer.cli.start import settings as _settings

app = typer.Typer(
    name="kitchen-printer",
    help="Gets every kitchen ticket onto paper, in order, once, or makes a human see that it did not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        Console().print(version("kitchen-printer-service"), highlight=False)
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def run() -> None:
    """Print tickets until SIGTERM."""
    raise typer.Exit(serve())


def migrate(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be applied; change nothing.")
    ] = False,
    login: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ROLE=FILE",
            help="Then let a login work as ROLE, such as kitchen_service: FILE holds the DATABASE_URL that it will use,"
            " with its name and password. Made if it is missing, given that password if not; repeat for several.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create or update the tables, functions and roles of the contract; with --login, who may work on them."""
    from kitchen_printer.cli.words import login_sentences, migration_sentences
    from kitchen_printer.database.logins import BadLoginError, let_in, read_login
    from kitchen_printer.database.migrate import MigrationError, migrate

    settings = _settings()
    try:
        logins = [read_login(each) for each in login or []]
    except BadLoginError as error:
        _end(MISUSE, str(error))
    try:
        report = migrate(settings.dsn, dry_run=dry_run)
        if not dry_run:
            let_in(settings.dsn, logins)
    except (MigrationError, BadLoginError) as error:
        _end(FAILURE, str(error))
    sentences = [*migration_sentences(report), *login_sentences(logins, is_dry_run=dry_run)]
    value = {**asdict(report), "logins": {each.name: each.role for each in logins}}
    answer(sentences, as_json=as_json, value=value)


Ticket = Annotated[int, typer.Argument(min=1, help="The ticket's id: the number behind # in its last line.")]
By = Annotated[str, typer.Option("--by", help="Who asks: it goes on record.")]
Copy = Annotated[int, typer.Option("--copy", min=1, help="Which copy of the ticket.")]


def explain(ticket: Ticket, as_json: AsJson = False) -> None:
    """Tell the whole story of a ticket, from the order to the paper."""
    from kitchen_printer.cli.story import told
    from kitchen_printer.database.requests import RequestRefusedError, read_story

    try:
        story = read_story(_settings().dsn, ticket)
    except RequestRefusedError as error:
        _end(FAILURE, str(error))
    answer(told(story), as_json=as_json, value=asdict(story))


def reprint(
    ticket: Ticket,
    *,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why: it goes on record.")] = "",
    copy: Copy = 1,
    on: Annotated[
        str | None,
        typer.Option("--on", help="The printer: host or host:port. A ticket that waits moves there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print a ticket again; the paper says REPRINT."""
    from kitchen_printer.database.requests import RequestRefusedError, request_reprint, request_reprint_on

    printer = canonical_address(on) if on else None
    try:
        if printer is None:
            job = request_reprint(_settings().dsn, ticket, by=by, reason=reason, copy_no=copy)
        else:
            job = request_reprint_on(_settings().dsn, ticket, printer, by=by, reason=reason, copy_no=copy)
    except RequestRefusedError as error:
        _end(FAILURE, str(error))
    said = "The ticket itself is still on its way" if job is None else f"Print job {job}"
    answer([f"{said}: see kitchen-printer explain {ticket}."], as_json=as_json, value={"job": job})


def confirm(
    ticket: Ticket,
    by: By,
    printed: Annotated[bool, typer.Option("--printed/--not-printed", help="Whether the paper is there.")],
    copy: Copy = 1,
    as_json: AsJson = False,
) -> None:
    """Settle a ticket that is held because nobody knows whether it printed."""
    from kitchen_printer.database.requests import RequestRefusedError
    from kitchen_printer.database.requests import confirm as settle

    try:
        state = settle(_settings().dsn, ticket, is_on_paper=printed, by=by, copy_no=copy)
    except RequestRefusedError as error:
        _end(FAILURE, str(error))
    said = "on record as printed" if state == "PRINTED" else "prints again, marked POSSIBLE DUPLICATE"
    answer([f"Copy {copy} of ticket {ticket}: {said}."], as_json=as_json, value={"state": state})


def _add_commands() -> None:
    """Add all commands, in the order in which somebody comes to need them: it is that of the help."""
    setting_up: tuple[Callable[..., None], ...] = (migrate, run, looking.check, standing.health)
    about_tickets: tuple[Callable[..., None], ...] = (
        *(looking.tickets, explain, preview.preview),
        *(reprint, deciding.retry, confirm, people.message),
    )
    for command in setting_up:
        app.command()(command)
    add_printer_commands(app)
    for command in about_tickets:
        app.command()(command)
    app.command()(people.reconcile)
    app.command(name="alert-test")(people.alert_test)
    app.command()(keeping.prune)


_add_commands()
