"""A fault as a value: what goes wrong, when it begins, when it ends. And its form in JSON and TOML.

{"name": "paper-out", "trigger": {"at": "line", "n": 3}, "until": {"end": "operator"}, "params": {}}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never, cast

Parameter = int | float | str | bool


@dataclass(frozen=True, slots=True)
class Now:
    """At once."""


@dataclass(frozen=True, slots=True)
class AtByte:
    """When n bytes have come on one connection: the present one, counted from now, or a later one."""

    n: int


@dataclass(frozen=True, slots=True)
class AtCommand:
    """Just before the printer executes the n-th such command (manual's name, as in the command table)."""

    command: str
    n: int = 1


@dataclass(frozen=True, slots=True)
class AtLine:
    """When n more lines have been printed."""

    n: int


@dataclass(frozen=True, slots=True)
class AtConnect:
    """When the n-th connection from now is made."""

    n: int = 1


@dataclass(frozen=True, slots=True)
class Chance:
    """With probability p at each connection, drawn from a generator with this seed."""

    p: float
    seed: int = 0


Trigger = Now | AtByte | AtCommand | AtLine | AtConnect | Chance


@dataclass(frozen=True, slots=True)
class Cleared:
    """Until somebody clears the fault by name or number."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """For so many seconds."""

    s: float


@dataclass(frozen=True, slots=True)
class Times:
    """For n strokes: one reply for a fault of replies, one occurrence for any other."""

    n: int = 1


@dataclass(frozen=True, slots=True)
class Operator:
    """Until a person does what ends it: new paper, closed cover, removed jam, a power cycle."""


Until = Cleared | Seconds | Times | Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`params` override the defaults that the catalogue lists for the name."""

    name: str
    trigger: Trigger = field(default_factory=Now)
    until: Until = field(default_factory=Cleared)
    params: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])


class FaultError(ValueError):
    """A fault that cannot be; the message says what is wrong with it."""


def fault_from_dict(data: object) -> Fault:
    """Parse the JSON or TOML form; `FaultError` names the first thing that is wrong."""
    table = _table(data, "a fault")
    _only(table, {"name", "trigger", "until", "params"}, "a fault")
    name = table.get("name")
    if not isinstance(name, str):
        raise FaultError("a fault needs a name")
    params = _table(table.get("params", {}), "params")
    for key, value in params.items():
        if not isinstance(value, (int, float, str, bool)):
            raise FaultError(f"parameter {key} must be a number, a text or true/false")
    return Fault(
        name=name,
        trigger=_trigger(_table(table.get("trigger", {"at": "now"}), "trigger")),
        until=_until(_table(table.get("until", {"end": "cleared"}), "until")),
        params=cast("Mapping[str, Parameter]", params),
    )


def fault_to_dict(fault: Fault) -> dict[str, object]:
    return {
        "name": fault.name,
        "trigger": _trigger_to_dict(fault.trigger),
        "until": _until_to_dict(fault.until),
        "params": dict(fault.params),
    }


def _trigger(table: Mapping[str, object]) -> Trigger:
    match table.get("at"):
        case "now":
            _only(table, {"at"}, "trigger")
            return Now()
        case "byte":
            _only(table, {"at", "n"}, "trigger")
            return AtByte(_count(table, "n", least=0))
        case "command":
            _only(table, {"at", "command", "n"}, "trigger")
            command = table.get("command")
            if not isinstance(command, str):
                raise FaultError("trigger at command needs the command's name")
            return AtCommand(command, _count(table, "n", least=1, default=1))
        case "line":
            _only(table, {"at", "n"}, "trigger")
            return AtLine(_count(table, "n", least=0))
        case "connect":
            _only(table, {"at", "n"}, "trigger")
            return AtConnect(_count(table, "n", least=1, default=1))
        case "chance":
            _only(table, {"at", "p", "seed"}, "trigger")
            p = _number(table, "p")
            if not 0 <= p <= 1:
                raise FaultError("trigger: p must lie between 0 and 1")
            return Chance(p, _count(table, "seed", least=0, default=0))
        case other:
            raise FaultError(f"trigger at {other!r}: it is one of now, byte, command, line, connect, chance")


def _until(table: Mapping[str, object]) -> Until:
    match table.get("end"):
        case "cleared":
            _only(table, {"end"}, "until")
            return Cleared()
        case "seconds":
            _only(table, {"end", "s"}, "until")
            return Seconds(_number(table, "s"))
        case "times":
            _only(table, {"end", "n"}, "until")
            return Times(_count(table, "n", least=1, default=1))
        case "operator":
            _only(table, {"end"}, "until")
            return Operator()
        case other:
            raise FaultError(f"until end {other!r}: it is one of cleared, seconds, times, operator")


def _trigger_to_dict(trigger: Trigger) -> dict[str, object]:
    match trigger:
        case Now():
            return {"at": "now"}
        case AtByte(n):
            return {"at": "byte", "n": n}
        case AtCommand(command, n):
            return {"at": "command", "command": command, "n": n}
        case AtLine(n):
            return {"at": "line", "n": n}
        case AtConnect(n):
            return {"at": "connect", "n": n}
        case Chance(p, seed):
            return {"at": "chance", "p": p, "seed": seed}
        case _:
            assert_never(trigger)


def _until_to_dict(until: Until) -> dict[str, object]:
    match until:
        case Cleared():
            return {"end": "cleared"}
        case Seconds(s):
            return {"end": "seconds", "s": s}
        case Times(n):
            return {"end": "times", "n": n}
        case Operator():
            return {"end": "operator"}
        case _:
            assert_never(until)


def _table(data: object, what: str) -> Mapping[str, object]:
    if not isinstance(data, dict) or not all(
        isinstance(key, str) for key in cast("dict[object, object]", data)
    ):
        raise FaultError(f"{what} must be a table of named values")
    return cast("Mapping[str, object]", data)


def _only(table: Mapping[str, object], allowed: set[str], what: str) -> None:
    for key in table:
        if key not in allowed:
            raise FaultError(f"{what} knows no {key!r}; it knows {', '.join(sorted(allowed))}")


def _count(table: Mapping[str, object], key: str, *, least: int, default: int | None = None) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise FaultError(f"{key} must be a whole number of at least {least}")
    return value


def _number(table: Mapping[str, object], key: str) -> float:
    value = table.get(key)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
        raise FaultError(f"{key} must be a number that is not negative")
    return float(value)
