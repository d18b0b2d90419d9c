"""How refusals are worded: always JSON, always all that is wrong, never the insides of this program."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from kitchen_backend.errors import NotFound, NotReady, Refused
from kitchen_restaurant.api.answers import Problem

_log = logging.getLogger(__name__)

_PRINTER_WORDS: Final = ("printer", "ip", "address", "copies", "route")
_GROUP_WORDS: Final = ("ticket", "group", "stations", "batch")
_ABOUT_PRINTERS: Final = (
    "a POS does not choose printers: name each item's station, and the kitchen knows its printer"
)
_ABOUT_GROUPS: Final = (
    "a POS does not group items: send them plain, each with its station, and tickets follow from that"
)
_WORDS: Final[dict[str, Callable[[dict[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "string_pattern_mismatch": lambda _: (
        "holds a character that is not allowed here, such as a control character"
    ),
    "int_type": lambda _: "must be a whole number, written without quotes",
    "too_long": lambda context: (
        f"has {context['actual_length']} entries; {context['max_length']} are the most"
    ),
    "value_error": lambda context: str(context["error"]),
}


class Conflict(Exception):
    """The request contradicts what is already so; the message says what."""


class NoSuch(Exception):
    """What the address names does not exist."""


def word_problems(api: NinjaAPI) -> None:
    """Teach the interface to answer each kind of refusal."""

    def answer(
        request: HttpRequest, status: int, problem: str, details: Sequence[Problem.Detail] = ()
    ) -> HttpResponse:
        return api.create_response(
            request, Problem(problem=problem, details=list(details)).model_dump(), status=status
        )

    def plain(status: int) -> Callable[[HttpRequest, Exception], HttpResponse]:
        return lambda request, error: answer(request, status, _sentence(str(error)))

    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        details = [_detail(entry) for entry in error.errors]
        return answer(request, 422, f"Nothing was ordered: {len(details)} things are wrong.", details)

    def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
        response = answer(request, 429, "Too many requests from this client: wait, then send it again.")
        response["Retry-After"] = str(int(error.wait or 1) + 1)
        return response

    def unauthenticated(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
        response = answer(request, 401, "A valid token is needed: Authorization: Bearer TOKEN.")
        response["WWW-Authenticate"] = "Bearer"
        return response

    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(request, error.status_code, _sentence(str(error)))

    def database_away(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.error("the database could not be used: %s", str(error).strip().partition("\n")[0])
        return answer(request, 503, "The database cannot be used now: send this again, with the same key.")

    def unready(request: HttpRequest, error: Exception) -> HttpResponse:
        _log.error("the kitchen could not be told: %s", error)
        return answer(request, 503, "The kitchen cannot be told of orders now: see this backend's log.")

    handlers: list[tuple[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = [
        (ValidationError, invalid),
        (Throttled, throttled),
        (AuthenticationError, unauthenticated),
        (HttpError, http_error),
        (Conflict, plain(409)),
        (Refused, plain(409)),
        (NoSuch, plain(404)),
        (NotFound, plain(404)),
        (Http404, lambda request, _: answer(request, 404, "There is nothing at this address.")),
        (NotReady, unready),
        (Error, database_away),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


def _detail(entry: dict[str, Any]) -> Problem.Detail:
    place = [str(part) for part in entry["loc"]]
    # ninja names where a value comes from and what our function calls it; the client knows neither.
    inside = place[2:] if place[:1] == ["body"] else place[-1:]
    kind, context = entry["type"], entry.get("ctx", {})
    if kind == "extra_forbidden":
        problem = _unknown(place[-1].lower())
    else:
        problem = _WORDS[kind](context) if kind in _WORDS else entry["msg"]
    return Problem.Detail(where=".".join(inside) or "body", problem=problem)


def _unknown(name: str) -> str:
    if any(word in name.split("_") or name.startswith(word) for word in _PRINTER_WORDS):
        return _ABOUT_PRINTERS
    if any(word in name for word in _GROUP_WORDS):
        return _ABOUT_GROUPS
    return "is no field of this request"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
