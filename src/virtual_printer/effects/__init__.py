"""What each command does to the machine: one function per command, one module per theme."""

from collections.abc import Callable, Mapping
from typing import Final

from virtual_printer.commands import COMMANDS, Command, Effect
from virtual_printer.effects import answers, images, looks, motion, page_mode, symbols
from virtual_printer.machine import Machine

Action = Callable[[Machine, bytes], None]

EFFECTS: Final[Mapping[str, Action]] = {
    **looks.EFFECTS,
    **motion.EFFECTS,
    **images.EFFECTS,
    **symbols.EFFECTS,
    **page_mode.EFFECTS,
    **answers.EFFECTS,
}


def _action(command: Command) -> Action:
    """Every command that is rendered or parsed must have an effect of its own."""
    match command.effect:
        case Effect.RENDERED | Effect.PARSED:
            return EFFECTS[command.name]
        case Effect.REPORTED:
            return lambda machine, _: machine.report(f"{command.name} ({command.title}) is not simulated")
        case Effect.SKIPPED:
            return lambda _machine, _args: None


ACTIONS: Final[Mapping[str, Action]] = {command.name: _action(command) for command in COMMANDS}
"""By the names of the command table."""
