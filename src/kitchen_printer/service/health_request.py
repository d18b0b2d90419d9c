"""What may be asked on the health port: a small GET or HEAD of a known path, from a name that is ours.

Bytes in, a verdict out; no sockets here. Everything else that looks for printers finds this port too, so nothing is
answered to whoever does not begin like a client of ours.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

REQUEST_BYTES_MAX: Final = 8192
"""Request line and headers together."""

PATHS: Final = ("/health", "/livez", "/readyz", "/metrics")
_BEGINNINGS: Final = tuple(f"{method} {path}".encode() for method in ("GET", "HEAD") for path in PATHS)
_AFTER_PATH: Final = b" ?"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that gets an answer."""

    path: str
    wants_body: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that begins like one of ours and is not allowed."""

    status: HTTPStatus
    why: str


@dataclass(frozen=True, slots=True)
class NotOurs:
    """No client of ours: it is not even told that somebody listens."""


Verdict = Asked | Refused | NotOurs


_TOO_LONG: Final = Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request is too long")
_MALFORMED: Final = Refused(HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1 as it should be")


class RequestReader:
    """Reads one request; whatever follows it is ignored, for the connection ends with the answer."""

    def __init__(self, allowed_names: Collection[str]) -> None:
        self._allowed_names = allowed_names
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=REQUEST_BYTES_MAX)
        self._beginning = b""
        self._received = 0

    def feed(self, data: bytes) -> Verdict | None:
        """Take what came in, nothing at its end; return the verdict as soon as there is one."""
        self._received += len(data)
        self._beginning = (self._beginning + data)[: max(map(len, _BEGINNINGS)) + 1]
        if not data or not _may_begin(self._beginning):
            return NotOurs()
        try:
            self._http.receive_data(data)
            event = self._http.next_event()
        except h11.RemoteProtocolError as error:
            is_too_long = error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            return _TOO_LONG if is_too_long else _MALFORMED
        if isinstance(event, h11.Request):
            return self._judged(event)
        if self._received >= REQUEST_BYTES_MAX:
            return _TOO_LONG
        return None

    def _judged(self, request: h11.Request) -> Verdict:
        if self._received > REQUEST_BYTES_MAX:
            return _TOO_LONG
        headers = list(request.headers)
        for name, value in headers:
            if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
                return Refused(HTTPStatus.BAD_REQUEST, "a request carries no body here")
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if not all(is_allowed_host(each, self._allowed_names) for each in hosts):
            return Refused(
                HTTPStatus.MISDIRECTED_REQUEST,
                "this host name is not ours: use the address, or name it in KITCHEN_HEALTH_ALLOWED_HOSTS",
            )
        path = request.target.partition(b"?")[0].decode("latin-1")
        return Asked(path, wants_body=request.method == b"GET")


def is_allowed_host(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names us: an address, ``localhost``, or one of ``names`` (lower case), port or not.

    A page in a guest's browser can point a name of its own at our address, but it cannot change the name.
    """
    bare = host.strip().lower()
    if bare.startswith("["):
        bare, bracket, port = bare[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return False
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    bare = bare.removesuffix(".")
    return bare == "localhost" or bare in names or _is_address(bare)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _may_begin(beginning: bytes) -> bool:
    return any(
        each.startswith(beginning[: len(each)])
        and (len(beginning) <= len(each) or beginning[len(each)] in _AFTER_PATH)
        for each in _BEGINNINGS
    )
