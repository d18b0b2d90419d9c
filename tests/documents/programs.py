"""Whether the programs of this checkout would take a command line that a document shows: their own parsers are asked.

Nothing is run, so this is for commands that take minutes or hours, or that a sentence mentions in passing.
"""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import pytest
import typer
from bench.rivals.run import parsed as parse_rivals
from deploy.supply import TARGETS
from deploy.trial.__main__ import TRIALS
from proving.chaos.__main__ import app as chaos
from proving.fuzzing.__main__ import app as fuzzing
from proving.mutating.__main__ import app as mutating
from proving.simulation.__main__ import app as simulation
from typer.core import TyperGroup
from typer.main import get_command

from kitchen_demo.cli import app as kitchen_demo
from kitchen_demo.pos_sim import simulate
from tests.documents.generated import CHECKOUT
from virtual_printer.cli import app as virtual_printer

_ASSIGNMENT: Final = re.compile(r"[A-Z_]+=")
_READERS: Final = ("tests", "src", "proving")
_WITH_A_WORD: Final = ("-k", "-m", "-n")
"""Options of pytest whose value is the word that follows."""


class Refused(Exception):
    """The program would not take it; the message says why."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command: what is set for it, its program, what the program is told."""

    variables: tuple[str, ...]
    program: str
    arguments: list[str]


def read(line: str) -> CommandLine | None:
    """Return the command of a line, as a shell would read it; nothing if the line holds none."""
    words = shlex.split(line, comments=True)
    variables: list[str] = []
    while words and _ASSIGNMENT.match(words[0]):
        variables.append(words.pop(0).partition("=")[0])
    if words[:1] in (["python3"], [".venv/bin/python"]):
        words = words[2:] if words[1:2] == ["-m"] else words[1:]
    return CommandLine(tuple(variables), words[0], words[1:]) if words else None


class Programs:
    """The programs, and how each reads what it is told."""

    def __init__(self, pytestconfig: pytest.Config) -> None:
        self._pytest = pytestconfig
        self.dev_commands: dict[str, Callable[[list[str]], None]] = {
            "demo": _by(kitchen_demo),
            "test": self._tests,
            "check": _nothing,
            "bench": _measurements,
            "chaos": lambda told: _by(chaos)(["chaos", *told]),
            "crash-matrix": lambda told: _by(chaos)(["crash-matrix", *told]),
            "soak": lambda told: _by(chaos)(["soak", *told]),
            "simulate": _by(simulation),
            "fuzz": _by(fuzzing),
            "mutate": _by(mutating),
            "coverage": self._tests,
            "make": _names(*listed_by("making")),
            "docs": _names("links"),
            "lock": _names("--upgrade"),
            "sbom": _names(*TARGETS),
            "audit": _names(*TARGETS),
            "clean": _nothing,
            "help": _nothing,
        }
        self.programs: dict[str, Callable[[list[str]], None]] = {
            "dev.py": self._dev,
            "deploy": _nothing,
            "deploy.trial": _names(*TRIALS),
            "kitchen-demo": _by(kitchen_demo),
            "pos-sim": _by(_app_of(simulate)),
            "virtual-printer": _by(virtual_printer),
        }

    def take(self, command: CommandLine) -> None:
        """Let the program read the command. Raises :class:`Refused`."""
        for variable in command.variables:
            if not re.search(rf'environ(?:\.get\(|\[)"{variable}"', _sources()):
                raise Refused(f"nothing reads {variable}")
        if command.program not in self.programs:
            raise Refused(f"{command.program} is no program of ours")
        self.programs[command.program](command.arguments)

    def _dev(self, told: list[str]) -> None:
        name, *rest = told or ["help"]
        if name not in self.dev_commands:
            raise Refused(f"dev.py has no command {name}")
        self.dev_commands[name](rest)

    def _tests(self, told: list[str]) -> None:
        words = iter(told)
        for word in words:
            if not word.startswith("-"):
                if not (CHECKOUT / word).exists():
                    raise Refused(f"there are no tests in {word}")
                continue
            option, _, value = word.partition("=")
            try:
                self._pytest.getoption(option)
            except ValueError:
                raise Refused(f"pytest has no option {option}") from None
            if option in _WITH_A_WORD and not value:
                next(words, None)
            if option == "--hypothesis-profile" and value not in _profiles():
                raise Refused(f"there is no profile {value}")


def listed_by(module: str) -> list[str]:
    """Return the names that a module lists when it is told none."""
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return [line.split()[0] for line in done.stdout.splitlines()]


def _measurements(told: list[str]) -> None:
    if told[:1] != ["rivals"]:
        _names(*listed_by("bench"))(told)
        return
    shown = io.StringIO()
    try:
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(shown):
            parse_rivals(told[1:])
    except SystemExit as ended:
        if ended.code:
            raise Refused(shown.getvalue()) from None


def _names(*known: str) -> Callable[[list[str]], None]:
    def take(told: list[str]) -> None:
        if unknown := set(told) - set(known):
            raise Refused(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(known)}")

    return take


def _nothing(told: list[str]) -> None:
    _names()(told)


def _by(app: typer.Typer) -> Callable[[list[str]], None]:
    """Let the parser of a command line read words, which also checks their types and limits."""

    def take(told: list[str]) -> None:
        command = get_command(app)
        if isinstance(command, TyperGroup):
            command, told = command.commands[told[0]], told[1:]
        try:
            command.make_context("", list(told))
        except typer.TyperException as error:
            raise Refused(str(error)) from None

    return take


def _app_of(function: Callable[..., None]) -> typer.Typer:
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return app


@cache
def _sources() -> str:
    """Return everything that could read a variable."""
    files = [path for folder in _READERS for path in sorted((CHECKOUT / folder).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def _profiles() -> set[str]:
    """Return the names of hypothesis's profiles."""
    told = (CHECKOUT / "tests" / "conftest.py").read_text(encoding="utf-8")
    return set(re.findall(r'register_profile\("(\w+)"', told))
