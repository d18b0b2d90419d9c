"""The form of a fault in JSON and TOML, as a JSON Schema made from the catalogue."""

from collections.abc import Mapping

from virtual_printer.catalogue import KINDS
from virtual_printer.fault_kinds import Kind
from virtual_printer.faults import Parameter

_COUNT: Mapping[str, object] = {"type": "integer", "minimum": 0}


def fault_schema() -> dict[str, object]:
    """What `POST /printers/NAME/faults` takes and what a `[[fault]]` of a scenario holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fault of a virtual printer",
        "oneOf": [_kind_schema(kind) for kind in KINDS.values()],
        "$defs": {"trigger": _trigger_schema(), "until": _until_schema()},
    }


def _kind_schema(kind: Kind) -> dict[str, object]:
    return {
        "description": f"{kind.where}: {kind.title}",
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"const": kind.name},
            "trigger": {"$ref": "#/$defs/trigger"},
            "until": {"$ref": "#/$defs/until"},
            "params": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    name: _parameter_schema(kind, name, value) for name, value in kind.params.items()
                },
            },
        },
    }


def _parameter_schema(kind: Kind, name: str, default: Parameter) -> dict[str, object]:
    if name in kind.choices:
        return {"enum": list(kind.choices[name]), "default": default}
    if isinstance(default, bool):
        return {"type": "boolean", "default": default}
    if isinstance(default, str):
        return {"type": "string", "default": default}
    return {"type": "integer" if isinstance(default, int) else "number", "minimum": 0, "default": default}


def _trigger_schema() -> dict[str, object]:
    return {
        "default": {"at": "now"},
        "oneOf": [
            _choice("at", "now"),
            _choice("at", "byte", required=("n",), n=_COUNT),
            _choice("at", "command", required=("command",), command={"type": "string"}, n=_COUNT),
            _choice("at", "line", required=("n",), n=_COUNT),
            _choice("at", "connect", n=_COUNT),
            _choice(
                "at", "chance", required=("p",), p={"type": "number", "minimum": 0, "maximum": 1}, seed=_COUNT
            ),
        ],
    }


def _until_schema() -> dict[str, object]:
    return {
        "default": {"end": "cleared"},
        "oneOf": [
            _choice("end", "cleared"),
            _choice("end", "seconds", required=("s",), s={"type": "number", "minimum": 0}),
            _choice("end", "times", n=_COUNT),
            _choice("end", "operator"),
        ],
    }


def _choice(
    key: str, value: str, *, required: tuple[str, ...] = (), **fields: Mapping[str, object]
) -> dict[str, object]:
    return {
        "type": "object",
        "required": [key, *required],
        "additionalProperties": False,
        "properties": {key: {"const": value}, **fields},
    }
