"""Is a printer's address our own health port? It is the printers' own port, so a slip of one digit leads here."""

import socket
from typing import Final

from kitchen_printer.decisions.address import host_and_port

_ANY_PORT: Final = 0
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104
_LOOPBACK: Final = ("127.0.0.1", "::1")


class OwnPort:
    """Knows where the health port listens, once it does. Names are not looked up, except this machine's own."""

    def __init__(self) -> None:
        self._host = ""
        self._port: int | None = None

    def is_at(self, bound: str) -> None:
        """Say which address was bound, ``host:port``."""
        self._host, self._port = host_and_port(bound)

    def is_meant_by(self, address: str) -> bool:
        """Whether whoever connects to this canonical address reaches the health port instead of a printer."""
        host, port = host_and_port(address)
        if port != self._port:
            return False
        if self._host in _EVERYWHERE:
            return _is_this_machine(host)
        return host == self._host or (host == "localhost" and self._host in _LOOPBACK)


def _is_this_machine(host: str) -> bool:
    """An address can be bound only by the machine that has it."""
    if host in ("localhost", socket.gethostname().lower()):
        return True
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host.partition("%")[0])  # A name would be looked up by the bind.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((host, _ANY_PORT))
    except OSError:
        return False
    return True
