"""Scenario files: faults in TOML.

[[fault]]
printer = "KITCHEN"                    # left out: every printer
name = "paper-out"
trigger = { at = "line", n = 40 }
until = { end = "operator" }
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from virtual_printer.catalogue import checked
from virtual_printer.faults import Fault, FaultError, fault_from_dict


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault and the printer it is meant for; `None` is every printer."""

    printer: str | None
    fault: Fault


def read_scenario(path: Path, printers: Iterable[str]) -> tuple[Planned, ...]:
    """All faults of the file; `FaultError` names file, entry and what is wrong."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultError(f"{path}: {error}") from error
    entries = document.pop("fault", [])
    if document or not isinstance(entries, list):
        raise FaultError(f"{path}: a scenario holds [[fault]] entries and nothing else")
    known = tuple(printers)
    planned: list[Planned] = []
    for number, entry in enumerate(cast("list[object]", entries), start=1):
        try:
            planned.append(_planned(entry, known))
        except FaultError as error:
            raise FaultError(f"{path}, fault {number}: {error}") from error
    return tuple(planned)


def _planned(entry: object, known: tuple[str, ...]) -> Planned:
    if not isinstance(entry, dict):
        raise FaultError("a fault must be a table")
    table = dict(cast("dict[str, object]", entry))
    printer = table.pop("printer", None)
    if printer is not None and (not isinstance(printer, str) or printer not in known):
        raise FaultError(f"no printer {printer!r}; there are: {', '.join(known)}")
    return Planned(printer, checked(fault_from_dict(table)))
