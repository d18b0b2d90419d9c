"""What a fault is made of: where it strikes, its parameters, what begins and ends it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from virtual_printer.breakable import Breakable
from virtual_printer.faults import Parameter


class Where(StrEnum):
    LINK = "link"
    REPLY = "reply"
    MECHANISM = "mechanism"


class Remedy(StrEnum):
    """What a person does to end a fault."""

    REFILL = "refill"
    CLOSE_COVER = "close cover"
    REMOVE_JAM = "remove jam"
    COOL_DOWN = "cool down"
    PRESS_ONLINE = "press online"
    POWER_CYCLE = "power cycle"


class Stroke(Protocol):
    """A fault in force: its parameters, and whom to tell that it has struck once."""

    @property
    def id(self) -> int: ...

    def param(self, name: str) -> Parameter: ...

    def struck(self) -> None: ...


Action = Callable[[Breakable, Stroke], None]


def nothing(_printer: Breakable, _stroke: Stroke) -> None:
    """The fault is over as soon as it has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`params` holds the defaults, whose types the given values must have; `choices` limits texts."""

    name: str
    where: Where
    title: str
    begin: Action
    end: Action = nothing
    params: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    remedy: Remedy | None = None
    instant: bool = False  # happens and is over; each happening is one stroke
    counts_replies: bool = False  # each answer it bends is one stroke
