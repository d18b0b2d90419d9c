"""How every command begins and how it ends. Exit codes: 0 ok, 1 it did not work, 2 wrong usage or configuration."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from kitchen_printer.cli.exit_codes import MISUSE
from kitchen_printer.cli.serve import configuration, misspelt
from kitchen_printer.config import BadConfigurationError, Settings
from kitchen_printer.decisions.address import BadAddressError, canonical

AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON, for programs.")]


def settings() -> Settings:
    """Read the environment, or end the command with everything that is wrong with it."""
    for sentence in misspelt():
        Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)
    try:
        return configuration()
    except BadConfigurationError as error:
        end(MISUSE, str(error))


def canonical_address(address: str) -> str:
    """Return the one spelling of a printer's address, or end the command by saying what is wrong with it."""
    try:
        return canonical(address)
    except BadAddressError as error:
        end(MISUSE, str(error))


def answer(sentences: Iterable[str], *, as_json: bool, value: Any) -> None:
    """Answer with sentences, each on its line, or with one JSON value."""
    if as_json:
        typer.echo(json.dumps(value, default=str, indent=2, ensure_ascii=False))
        return
    for sentence in sentences:
        say(sentence)


def say(sentence: str) -> None:
    """Show a line as it is, unwrapped."""
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)


def end(code: int, message: str) -> NoReturn:
    """End the command with a message on standard error."""
    Console(stderr=True).print(message, markup=False, highlight=False, style="red", soft_wrap=True)
    raise typer.Exit(code)
