"""The commands. Exit codes: 0 ok, 1 it did not work, 2 wrong usage or configuration."""

import asyncio
import os
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from kitchen_printer.config import BadConfigurationError, Settings, read_settings

FAILURE = 1
MISUSE = 2

app = typer.Typer(
    name="kitchen-printer",
    help="Gets every kitchen ticket onto paper, in order, once, or makes a human see that it did not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def run() -> None:
    """Print tickets until SIGTERM."""
    from kitchen_printer.service.log import open_log
    from kitchen_printer.service.run import PortTakenError, run_service

    settings = _settings()
    try:
        asyncio.run(run_service(settings, [open_log(settings)]))
    except PortTakenError as error:
        _end(FAILURE, str(error))


@app.command()
def migrate(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be applied; change nothing.")
    ] = False,
) -> None:
    """Create or update the tables, functions and roles of the contract."""
    from kitchen_printer.cli.words import migration_sentences
    from kitchen_printer.database.migrate import MigrationError, migrate

    settings = _settings()
    try:
        report = migrate(settings.dsn, dry_run=dry_run)
    except MigrationError as error:
        _end(FAILURE, str(error))
    for sentence in migration_sentences(report):
        Console().print(sentence, markup=False, highlight=False)


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except BadConfigurationError as error:
        _end(MISUSE, f"The configuration cannot be used:\n{error}")


def _end(code: int, message: str) -> NoReturn:
    Console(stderr=True).print(message, markup=False, highlight=False, style="red")
    raise typer.Exit(code)
