"""The delivery of workers with threads: :mod:`bench.rivals.delivering` over blocking sockets."""

import socket
import threading
from dataclasses import dataclass
from time import monotonic
from typing import Final

from bench.rivals.contender import Scene
from bench.rivals.delivering import IDLE_SECONDS, LEVEL, expect_proof
from kitchen_printer.decisions.address import host_and_port
from kitchen_printer.decisions.delivery import Delivery
from kitchen_printer.decisions.delivery_table import FINAL, State
from kitchen_printer.decisions.payload import Payload
from kitchen_printer.printers.connection import CONNECT_SECONDS, FAREWELL_SECONDS, READ_BYTES
from kitchen_printer.service.kitchen import new_token
from kitchen_printer.service.line_to_printer import KEEP_SECONDS

_READY: Final = frozenset({State.READY})
_THE_END: Final = frozenset[State]()


@dataclass(frozen=True, slots=True)
class _Kept:
    line: socket.socket
    until: float
    idle_since: float


class BlockingLines:
    """A worker's lines to its printers, for all its threads. Tickets of one printer take turns."""

    def __init__(self, scene: Scene) -> None:
        self._keeps = scene.keeps_lines
        self._kept: dict[str, _Kept] = {}
        self._is_kept = threading.Condition()
        threading.Thread(target=self._close_idle_ones, daemon=True).start()

    def deliver(self, address: str, payload: Payload) -> None:
        """Bring a ticket to paper. Raises :class:`NotPrintedError` and ``OSError``."""
        line, delivery, until = self._asked_on_the_kept_one(address) or _asked_on_a_new_one(address)
        try:
            if delivery.state is State.READY:
                delivery.start(payload)
                _converse(line, delivery, until=_THE_END)
        finally:
            if self._keeps and delivery.leaves_it_clean and monotonic() < until:
                with self._is_kept:
                    self._kept[address] = _Kept(line, until, monotonic())
                    self._is_kept.notify()
            else:
                _close(line)
        expect_proof(delivery)

    def _asked_on_the_kept_one(self, address: str) -> tuple[socket.socket, Delivery, float] | None:
        with self._is_kept:
            kept = self._kept.pop(address, None)
        if kept is None:
            return None
        delivery = Delivery(LEVEL, new_token(), follows=True)
        _converse(kept.line, delivery, until=_READY)
        if delivery.state is State.READY:
            return kept.line, delivery, kept.until
        _close(kept.line)
        return None

    def _close_idle_ones(self) -> None:
        while True:
            with self._is_kept:
                self._is_kept.wait_for(lambda: bool(self._kept))
            threading.Event().wait(IDLE_SECONDS)
            with self._is_kept:
                now = monotonic()
                idle = [name for name, kept in self._kept.items() if now - kept.idle_since >= IDLE_SECONDS]
                lines = [self._kept.pop(name).line for name in idle]
            for line in lines:
                _close(line)


def _asked_on_a_new_one(address: str) -> tuple[socket.socket, Delivery, float]:
    line = socket.create_connection(host_and_port(address), timeout=CONNECT_SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # As the event loop does on its own.
    delivery, until = Delivery(LEVEL, new_token()), monotonic() + KEEP_SECONDS
    _converse(line, delivery, until=_READY)
    return line, delivery, until


def _converse(line: socket.socket, delivery: Delivery, *, until: frozenset[State]) -> None:
    while delivery.state not in until | FINAL:
        if said := delivery.to_send():
            line.sendall(said)
            delivery.left_us()  # To a blocking sender it has left when the kernel has taken it.
        line.settimeout(delivery.seconds_to_wait)
        try:
            heard = line.recv(READ_BYTES)
        except TimeoutError:
            delivery.silence()
            continue
        if heard:
            delivery.received(heard)
        else:
            delivery.line_lost()
    if said := delivery.to_send():
        line.sendall(said)


def _close(line: socket.socket) -> None:
    """Say that no more comes, read what the printer still has to say, and close."""
    with line:
        try:
            line.settimeout(FAREWELL_SECONDS)
            line.shutdown(socket.SHUT_WR)
            while line.recv(READ_BYTES):
                pass
        except OSError:
            pass  # It had its time; nothing depends on its farewell.
