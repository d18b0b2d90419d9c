"""Where a printer is: one spelling for one printer."""

import ipaddress
import re

RAW_PRINTING_PORT = 9100
"""The port every LAN receipt printer listens on unless somebody changed it."""

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ZONE = re.compile(r"[A-Za-z0-9._-]+")
_PORT = re.compile(r"[0-9]{1,5}")


class BadAddressError(ValueError):
    """The text names no printer; the message says why and what is expected."""


def canonical(text: str) -> str:
    """Return ``host:port`` for ``host``, ``host:port``, ``[v6]`` or ``[v6]:port``.

    Two spellings of one printer come out equal: ``10.0.0.5`` and ``10.0.0.5:9100`` do. Names are not
    resolved. Raises :class:`BadAddressError`.
    """
    host, port = _split(text.strip())
    return f"{_host(host, text)}:{_port(port, text)}"


def host_and_port(address: str) -> tuple[str, int]:
    """Take a canonical address apart: the host without brackets, and the port."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, bracket, rest = text.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadAddressError(
                f"{text!r} is not a printer address: write an IPv6 address as [fe80::1]:9100"
            )
        return host[1:], rest[1:] if rest else None
    if text.count(":") > 1:
        raise BadAddressError(f"{text!r} is not a printer address: write an IPv6 address as [fe80::1]:9100")
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _host(host: str, text: str) -> str:
    if text.strip().startswith("["):
        return _ipv6(host, text)
    if re.fullmatch(r"[0-9.]+", host):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            raise BadAddressError(f"{text!r} is not a printer address: {host!r} is no IPv4 address") from None
    if len(host) <= 253 and _HOST_NAME.fullmatch(host.lower()):
        return host.lower()
    raise BadAddressError(
        f"{text!r} is not a printer address: write host or host:port, for example 10.0.0.5:9100"
    )


def _ipv6(host: str, text: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise BadAddressError(f"{text!r} is not a printer address: {host!r} is no IPv6 address") from None
    if address.scope_id and not _ZONE.fullmatch(address.scope_id):
        raise BadAddressError(f"{text!r} is not a printer address: {address.scope_id!r} is no interface")
    # The same printer in IPv6 clothes: it must not get a second lane.
    return str(address.ipv4_mapped) if address.ipv4_mapped else f"[{address.compressed}]"


def _port(port: str | None, text: str) -> int:
    if port is None:
        return RAW_PRINTING_PORT
    if _PORT.fullmatch(port) and 1 <= int(port) <= 65535:
        return int(port)
    raise BadAddressError(f"{text!r} is not a printer address: {port!r} is no port between 1 and 65535")
