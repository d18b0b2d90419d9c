"""Raw sockets against a health port: what well-behaved and other clients send, and what they get."""

import socket
from time import monotonic
from typing import Final

from kitchen_printer.service.health import CONNECTION_SECONDS

PATIENCE_SECONDS: Final = CONNECTION_SECONDS + 10


def exchange(address: str, *pieces: bytes) -> bytes:
    """Send the pieces one after the other and return everything that comes back; a reset is an end like any other."""
    with connect(address) as client:
        for piece in pieces:
            try:
                client.sendall(piece)
            except OSError:
                break
        return read_to_the_end(client)


def connect(address: str) -> socket.socket:
    """Open a connection."""
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE_SECONDS)


def read_to_the_end(client: socket.socket) -> bytes:
    """Return what still comes until the other side ends it."""
    received = b""
    try:
        while data := client.recv(65536):
            received += data
    except ConnectionError:
        pass
    return received


def seconds_until_closed(client: socket.socket) -> float:
    """Return how long it takes until the other side ends the connection."""
    began = monotonic()
    read_to_the_end(client)
    return monotonic() - began


def get(path: str, host: str = "127.0.0.1", *headers: str) -> bytes:
    """Return a request as a well-behaved client sends it."""
    return "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "")).encode()


def status_of(answer: bytes) -> int:
    """Return the status of an answer, 0 if there is none."""
    return int(answer.split()[1]) if answer else 0
