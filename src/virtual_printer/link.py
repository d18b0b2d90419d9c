"""The network card: one TCP port, one host at a time, flow control by not reading.

Plain sockets with reader callbacks instead of streams, because the printer decides byte by byte how much it
takes from a connection: never more than its receive buffer has room for.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final, Protocol

SOCKET_BUFFER_BYTES: Final = (
    4096  # the kernel's part of the receive path; small, so that hosts feel a full printer
)
READ_BYTES_MAX: Final = 4096
RESUME_ROOM_BYTES: Final = 256  # after a full buffer, reading goes on when this much is free
BACKLOG: Final = 16
_RST_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Sink(Protocol):
    """Where arriving bytes go."""

    @property
    def room(self) -> int: ...

    def arrive(self, data: bytes) -> None: ...


class Link:
    """Other hosts wait in the backlog until the present one has gone."""

    def __init__(
        self, sink: Sink, *, host: str, port: int, tell: Callable[[str, dict[str, object]], None]
    ) -> None:
        """`tell` hears of connections as (event name, details)."""
        self._sink = sink
        self._host = host
        self._port = port
        self._tell = tell
        self._listener: socket.socket | None = None
        self._accepting = False
        self._session: socket.socket | None = None
        self._session_bytes = 0
        self._paused = False
        self.connections = 0
        self.mute = False
        self.ignoring = False
        self._reset_after: int | None = None

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    @property
    def connected(self) -> bool:
        return self._session is not None

    # -- the port -------------------------------------------------------------------------------------

    def open(self) -> None:
        """Bind and listen; port 0 is replaced by the port the system chose, and kept from then on."""
        listener = self._listener or self._bind()
        listener.listen(BACKLOG)
        self._accepting = True
        self._watch_port()

    def shut(self) -> None:
        """Refuse connections. The port stays bound, so that nobody else can take it meanwhile."""
        self._release_port()
        self._bind()

    def close(self) -> None:
        """End the session and give the port back."""
        self._release_port()
        self.end_session(reset=False)

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        try:
            listener.bind((self._host, self._port))
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self._listener = listener
        return listener

    def _release_port(self) -> None:
        self._accepting = False
        if self._listener is not None:
            _loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _watch_port(self) -> None:
        if self._accepting and self._session is None and self._listener is not None:
            _loop().add_reader(self._listener, self._take_connection, self._listener)

    def _take_connection(self, listener: socket.socket) -> None:
        try:
            session, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        session.setblocking(False)
        session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _loop().remove_reader(listener)
        self._session, self._session_bytes, self._paused = session, 0, False
        self.connections += 1
        self._tell("connected", {})
        _loop().add_reader(session, self._read, session)
        if self._reset_after == 0:
            self._reset_now()

    # -- the session ----------------------------------------------------------------------------------

    def _read(self, session: socket.socket) -> None:
        wanted = READ_BYTES_MAX if self.ignoring else min(READ_BYTES_MAX, self._sink.room)
        if wanted == 0:
            self._paused = True
            _loop().remove_reader(session)
            return
        if self._reset_after is not None:
            wanted = min(wanted, self._reset_after)
        try:
            data = session.recv(wanted)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.end_session(reset=False)
            return
        self._session_bytes += len(data)
        if not self.ignoring:
            self._sink.arrive(data)
        if self._reset_after is not None:
            self._reset_after -= len(data)
            if self._reset_after <= 0:
                self._reset_now()

    def room_freed(self) -> None:
        """Go on reading when a full buffer has drained far enough."""
        if (
            self._paused
            and self._session is not None
            and (self.ignoring or self._sink.room >= RESUME_ROOM_BYTES)
        ):
            self._paused = False
            _loop().add_reader(self._session, self._read, self._session)

    def send(self, data: bytes) -> None:
        """Answer the present host. Answers nobody can take are lost, as on a printer without a LAN buffer."""
        if self._session is None or self.mute or self.ignoring:
            return
        try:
            self._session.send(data)
        except OSError:
            self._tell("answer lost", {"bytes": data.hex(" ")})

    def reset_after_bytes(self, count: int) -> None:
        """RST, once, when `count` more bytes have come on the present connection, or if none, on the next."""
        self._reset_after = count
        if count == 0 and self._session is not None:
            self._reset_now()

    def _reset_now(self) -> None:
        self._reset_after = None
        self.end_session(reset=True)

    def end_session(self, *, reset: bool) -> None:
        """Close towards the host, with RST or with FIN, and turn to the next one."""
        session = self._session
        if session is None:
            return
        self._session = None
        _loop().remove_reader(session)
        if reset:
            session.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        session.close()
        self._tell("connection reset" if reset else "disconnected", {"bytes": self._session_bytes})
        self._watch_port()


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
