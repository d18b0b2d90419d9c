"""What the control port answers: one function per request, no sockets here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from virtual_printer.catalogue import KINDS
from virtual_printer.fault_kinds import Remedy
from virtual_printer.faults import FaultError, fault_from_dict
from virtual_printer.printer import VirtualPrinter
from virtual_printer.schema import fault_schema

JSON_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Response:
    status: HTTPStatus
    content_type: str
    body: bytes


class RequestError(Exception):
    """Becomes a response of this status with the message as its `error`."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Route:
    """`path` segments in capitals are variables; `title` goes into the documentation."""

    method: str
    path: str
    title: str
    answer: Callable[["Request"], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    printers: Mapping[str, VirtualPrinter]
    variables: Mapping[str, str]
    body: bytes

    @property
    def printer(self) -> VirtualPrinter:
        name = self.variables["NAME"]
        if name not in self.printers:
            raise RequestError(
                HTTPStatus.NOT_FOUND, f"no printer {name!r}; there are: {', '.join(self.printers)}"
            )
        return self.printers[name]

    def number(self, variable: str) -> int:
        text = self.variables[variable]
        if not text.isascii() or not text.isdigit():
            raise RequestError(HTTPStatus.NOT_FOUND, f"{text!r} is not a number")
        return int(text)

    def json(self) -> object:
        try:
            return json.loads(self.body or b"{}")
        except ValueError as error:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error


def respond(method: str, path: str, body: bytes, printers: Mapping[str, VirtualPrinter]) -> Response:
    """The response to any request, errors included."""
    segments = path.split("?", maxsplit=1)[0].strip("/").split("/")
    allowed: list[str] = []
    for route in ROUTES:
        variables = _match(route.path.strip("/").split("/"), segments)
        if variables is None:
            continue
        if route.method != method:
            allowed.append(route.method)
            continue
        try:
            return route.answer(Request(printers=printers, variables=variables, body=body))
        except RequestError as error:
            return json_response({"error": str(error)}, error.status)
        except FaultError as error:
            return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)
    if allowed:
        return json_response({"error": f"{path} takes {', '.join(allowed)}"}, HTTPStatus.METHOD_NOT_ALLOWED)
    return json_response({"error": f"nothing is at {path}; GET / lists what is"}, HTTPStatus.NOT_FOUND)


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    variables: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        name, dot, suffix = expected.partition(".")
        if name.isupper():
            if not given.endswith(dot + suffix):
                return None
            variables[name] = given.removesuffix(dot + suffix)
        elif expected != given:
            return None
    return variables


def json_response(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(status, JSON_TYPE, json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")


def _state(printer: VirtualPrinter) -> dict[str, object]:
    state = printer.state
    return {
        "address": printer.address,
        "profile": printer.engine.machine.profile.name,
        "online": state.online,
        "paper_out": state.paper_out,
        "near_end": state.near_end,
        "cover_open": state.cover_open,
        "accepting": state.accepting,
        "connected": state.connected,
        "connections": state.connections,
        "bytes_received": state.bytes_received,
        "bytes_buffered": state.bytes_buffered,
        "lines_printed": state.lines_printed,
        "cuts": state.cuts,
        "reports": state.reports,
        "faults": [case.as_dict() for case in printer.causes.faults],
    }


def _index(_: Request) -> Response:
    return json_response({f"{route.method} {route.path}": route.title for route in ROUTES})


def _printers(request: Request) -> Response:
    return json_response({name: _state(printer) for name, printer in request.printers.items()})


def _printer(request: Request) -> Response:
    return json_response(_state(request.printer))


def _catalogue(_: Request) -> Response:
    return json_response(
        {
            kind.name: {"where": kind.where, "title": kind.title, "params": dict(kind.params)}
            for kind in KINDS.values()
        }
    )


def _schema(_: Request) -> Response:
    return json_response(fault_schema())


def _faults(request: Request) -> Response:
    return json_response([case.as_dict() for case in request.printer.causes.faults])


def _add_fault(request: Request) -> Response:
    printer = request.printer
    return json_response({"id": printer.causes.add(fault_from_dict(request.json()))}, HTTPStatus.CREATED)


def _remove_fault(request: Request) -> Response:
    request.printer.causes.remove(request.number("ID"))
    return json_response({})


def _remove_faults(request: Request) -> Response:
    request.printer.causes.remove_all()
    return json_response({})


def _operator(remedy: Remedy) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        request.printer.desk.operator_did(remedy)
        return json_response(_state(request.printer))

    return answer


def _power_cycle(request: Request) -> Response:
    params = {"name": "power-cycle", "params": request.json()}
    request.printer.causes.add(fault_from_dict(params))
    return json_response(_state(request.printer), HTTPStatus.ACCEPTED)


def _papers(request: Request) -> Response:
    paper = request.printer.paper
    sheets = [
        {"number": number, "text": sheet.text, "cut": sheet.cut, "length_mm": (sheet.bottom - sheet.top) / 8}
        for number, sheet in enumerate(paper.sheets, start=1)
    ]
    return json_response({"sheets": sheets, "rest": paper.rest.text})


def _paper_picture(request: Request) -> Response:
    sheets, number = request.printer.paper.sheets, request.number("NUMBER")
    if not 1 <= number <= len(sheets):
        raise RequestError(HTTPStatus.NOT_FOUND, f"no sheet {number}; there are {len(sheets)}")
    return Response(HTTPStatus.OK, "image/png", sheets[number - 1].png())


def _reset(request: Request) -> Response:
    for printer in request.printers.values():
        printer.causes.remove_all()
        printer.paper.take_away()
    return json_response({})


ROUTES: Final = (
    Route("GET", "/", "this list", _index),
    Route("GET", "/faults", "the catalogue of faults", _catalogue),
    Route("GET", "/schema", "JSON Schema of a fault", _schema),
    Route("POST", "/reset", "every printer: no faults, all paper taken away", _reset),
    Route("GET", "/printers", "every printer's state", _printers),
    Route("GET", "/printers/NAME", "one printer's state", _printer),
    Route("GET", "/printers/NAME/faults", "faults armed or in force", _faults),
    Route("POST", "/printers/NAME/faults", "add a fault; answers its id", _add_fault),
    Route("DELETE", "/printers/NAME/faults", "end all faults", _remove_faults),
    Route("DELETE", "/printers/NAME/faults/ID", "end one fault", _remove_fault),
    Route("POST", "/printers/NAME/refill", "put a new roll in", _operator(Remedy.REFILL)),
    Route("POST", "/printers/NAME/close-cover", "close the cover", _operator(Remedy.CLOSE_COVER)),
    Route("POST", "/printers/NAME/remove-jam", "free the cutter", _operator(Remedy.REMOVE_JAM)),
    Route("POST", "/printers/NAME/cool-down", "let the head cool", _operator(Remedy.COOL_DOWN)),
    Route(
        "POST", "/printers/NAME/press-online", "switch it online at its panel", _operator(Remedy.PRESS_ONLINE)
    ),
    Route("POST", "/printers/NAME/power-cycle", "pull the plug; body: the fault's params", _power_cycle),
    Route("GET", "/printers/NAME/papers", "what was printed, as text", _papers),
    Route("GET", "/printers/NAME/papers/NUMBER.png", "one sheet as a picture of 203 dpi", _paper_picture),
)
