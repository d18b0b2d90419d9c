"""The service's place, taken by a sender that costs next to nothing: its bytes in its turns, known beforehand.

It decides nothing and records nothing. One connection per ticket, one ticket in flight per printer; each turn waits
for the answers of the turn before, as the service does at level A+.
"""

import selectors
import socket
import time
from dataclasses import dataclass
from typing import Final

TICKETS_SECONDS_MAX: Final = 120.0
RECEIVE_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Turn:
    """What is sent at once, and how its answers end: after so many bytes, or so many blocks that end with NUL."""

    said: bytes
    answer_bytes: int = 0
    answer_blocks: int = 0

    def is_answered_by(self, heard: bytes) -> bool:
        """Tell whether the answers are complete."""
        return len(heard) >= self.answer_bytes and heard.count(0) >= self.answer_blocks


_FENCE: Final = b"\x1d(H\x06\x0000"
_BODY: Final = (
    b"\x1bt\x13\x1d!\x11\x1bE\x01\x1dB\x00P01 047\n\x1bE\x00TABLE 12\n"
    b"\x1d!\x0012:47 / Bill 4711 / Ana / 2 guests\n" + b"-" * 48 + b"\n"
    b"\x1d!\x11\x1bE\x011 x Grilled sea bass 1\n\x1d!\x01\x1dB\x01 sauce on the side \n"
    b"\x1d!\x11\x1dB\x002 x Grilled sea bass 2\n3 x Grilled sea bass 3\n"
    b"\x1d!\x00\x1bE\x00" + b"-" * 48 + b"\n#4711-1/1 A7Qk\n"
)
TURNS: Final = (
    Turn(b"\x10\x04\x01", answer_bytes=1),
    Turn(b"\x10\x04\x02", answer_bytes=1),
    Turn(b"\x10\x04\x03", answer_bytes=1),
    Turn(b"\x10\x04\x04", answer_bytes=1),
    Turn(b"\x1b@\x1c.\x1da\x0e", answer_bytes=4),
    Turn(_FENCE + b"A7Qj", answer_bytes=7),
    Turn(b"\x1dg2\x00\xb2\x00\x1dg2\x00\x95\x00", answer_blocks=2),
    Turn(_BODY + _FENCE + b"A7Qk" + b"\x1dVB\x00" + _FENCE + b"A7Ql", answer_bytes=14),
)
"""Recorded from the service while it drained its backlog; the last turn is the ticket."""


class _Lane:
    """One printer's share of the tickets."""

    def __init__(self, address: str, tickets: int, ready: selectors.BaseSelector) -> None:
        host, _, port = address.rpartition(":")
        self._target = (host, int(port))
        self._ready = ready
        self._left = tickets
        self._begin()

    def _begin(self) -> None:
        self._turn, self._heard = 0, b""
        self._line = socket.create_connection(self._target, timeout=TICKETS_SECONDS_MAX)
        self._ready.register(self._line, selectors.EVENT_READ, self)
        self._line.sendall(TURNS[0].said)

    def listen(self) -> bool:
        """Take what came and say what is next; tell whether that was the lane's last ticket."""
        came = self._line.recv(RECEIVE_BYTES)
        if not came:
            raise ConnectionError(f"the printer ended the conversation in turn {self._turn}")
        self._heard += came
        if not TURNS[self._turn].is_answered_by(self._heard):
            return False
        self._turn, self._heard = self._turn + 1, b""
        if self._turn < len(TURNS):
            self._line.sendall(TURNS[self._turn].said)
            return False
        self._ready.unregister(self._line)
        self._line.close()
        self._left -= 1
        if self._left:
            self._begin()
        return not self._left


def send_tickets(addresses: list[str], tickets: int) -> float:
    """Send the tickets, spread over the addresses; return how many seconds that took."""
    shares = [tickets // len(addresses) + (at < tickets % len(addresses)) for at in range(len(addresses))]
    started = time.perf_counter()
    with selectors.DefaultSelector() as ready:
        talking = len(
            [_Lane(address, share, ready) for address, share in zip(addresses, shares, strict=True) if share]
        )
        while talking:
            events = ready.select(TICKETS_SECONDS_MAX)
            if not events:
                raise TimeoutError(f"no printer answered for {TICKETS_SECONDS_MAX:.0f} s")
            talking -= sum(key.data.listen() for key, _ in events)
    return time.perf_counter() - started
