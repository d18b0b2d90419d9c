"""Commands about printers: list them, pin what they can prove, ask them, test them on paper."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from kitchen_printer.cli.deciding import add_decisions
from kitchen_printer.cli.exit_codes import FAILURE
from kitchen_printer.cli.start import AsJson, answer, canonical_address, end, say, settings
from kitchen_printer.decisions.level import Level

_printers = typer.Typer(
    help="List the printers, what they can prove and how they stand; pin, park, resume or redirect one.",
    invoke_without_command=True,
)

Address = Annotated[str, typer.Argument(help="The printer: host or host:port.")]
By = Annotated[str, typer.Option("--by", help="Whose decision it is: it goes on record.")]


def add_printer_commands(app: typer.Typer) -> None:
    """Make the commands of this file commands of the program."""
    add_decisions(_printers)
    app.add_typer(_printers, name="printers")
    app.command()(probe)
    app.command(name="test-print")(print_test_paper)


@_printers.callback()
def printers(context: typer.Context, as_json: AsJson = False) -> None:
    """List the printers on record: what each can prove, how that is known, and how it stands."""
    from kitchen_printer.cli.words import printer_table
    from kitchen_printer.database.printers import read_printers
    from kitchen_printer.database.requests import RequestRefusedError

    if context.invoked_subcommand is not None:
        return
    try:
        known = read_printers(settings().dsn)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    answer(printer_table(known), as_json=as_json, value=[asdict(each) for each in known])


@_printers.command()
def pin(
    address: Address,
    level: Annotated[Level, typer.Argument(help="What it is taken to be able to prove from now on.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Fix what a printer is taken to be able to prove. Levels B- and C prove nothing: their tickets end unconfirmed."""
    from kitchen_printer.cli.words import pinned_sentences
    from kitchen_printer.database.printers import pin_level
    from kitchen_printer.database.requests import RequestRefusedError

    printer = canonical_address(address)
    try:
        before = pin_level(settings().dsn, printer, level, by)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    value = {"printer": printer, "level": level}
    answer(pinned_sentences(printer, level, before), as_json=as_json, value=value)


@_printers.command()
def unpin(address: Address, by: By, as_json: AsJson = False) -> None:
    """Let a printer be asked again what it can prove, before its next ticket."""
    from kitchen_printer.database.printers import unpin_level
    from kitchen_printer.database.requests import RequestRefusedError

    printer = canonical_address(address)
    try:
        was_pinned = unpin_level(settings().dsn, printer, by)
    except RequestRefusedError as error:
        end(FAILURE, str(error))
    if not was_pinned:
        end(FAILURE, f"Nothing is pinned for {printer}.")
    said = f"{printer} is asked what it can prove before its next ticket."
    answer([said], as_json=as_json, value={"printer": printer})


def probe(address: Address, as_json: AsJson = False) -> None:
    """Ask a printer what it can prove, without paper, and keep the answer if the printer is on record.

    A printer that a service serves is not disturbed.
    """
    from kitchen_printer.cli.words import kept_sentence, probe_sentences, served_sentence
    from kitchen_printer.database.printers import note_probe, read_printer
    from kitchen_printer.database.requests import RequestRefusedError
    from kitchen_printer.decisions.capability import Answers, level_of
    from kitchen_printer.printers import probe as probing
    from kitchen_printer.service.kitchen import new_token

    printer = canonical_address(address)
    dsn = settings().dsn
    try:
        known = read_printer(dsn, printer)
    except RequestRefusedError as error:
        end(FAILURE, f"The database was asked first whether a service serves this printer: {error}")
    if known is not None and known.is_served:
        answer([served_sentence(known)], as_json=as_json, value={"on_record": asdict(known)})
        return
    answers = asyncio.run(probing.probe(printer, new_token()))
    value = asdict(answers) if isinstance(answers, Answers) else {"reason": answers}
    answer(probe_sentences(answers), as_json=as_json, value=value)
    if not isinstance(answers, Answers):
        raise typer.Exit(FAILURE)
    try:
        kept = kept_sentence(note_probe(dsn, printer, level_of(answers), answers.identity))
    except RequestRefusedError as error:
        end(FAILURE, f"It could not be kept: {error}")
    if not as_json:
        say(kept)


def print_test_paper(
    address: Address,
    by: Annotated[str, typer.Option("--by", help="Who asks: it goes on record.")],
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long to wait for the result.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Print a test paper, see whether the printer answers only once it has printed, and keep the level it earns.

    A running service prints it; where none runs, this command does. A printer that answers too early is tested a
    second time at level B. A page with a line per script follows: look whether every line can be read.
    """
    from kitchen_printer.cli.paper_test import run_test_print

    run_test_print(canonical_address(address), by, seconds, as_json=as_json)
