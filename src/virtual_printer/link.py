"""The network card: one TCP port, one host at a time, flow control by not reading.

Plain sockets with reader callbacks instead of streams, because the printer decides byte by byte how much it
takes from a connection: never more than its receive buffer has room for.
"""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

SOCKET_BUFFER_BYTES: Final = 4096  # the kernel's part of the way; small, so that hosts feel a full printer
READ_BYTES_MAX: Final = 4096
RESUME_ROOM_BYTES: Final = 256  # after a full buffer, reading goes on when this much is free
BACKLOG: Final = 16
DEAD_SESSIONS_MAX: Final = 16
BACKLOG_FILLERS: Final = 3  # a backlog of 0 holds one connection; the rest prove that it is full
_RST_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Busy(StrEnum):
    """How a printer behaves while another host holds it."""

    QUEUE = "queue"  # connections are taken by the system and wait, unread
    REFUSE = "refuse"
    TIMEOUT = "timeout"  # connection requests are dropped
    STUCK = "stuck"  # as queue, but the other host never leaves


class Sink(Protocol):
    """The printer, as the link sees it."""

    @property
    def room(self) -> int: ...

    def bytes_before_trigger(self) -> int | None: ...

    def connected(self) -> None: ...

    def disconnected(self) -> None: ...

    def arrive(self, data: bytes, *, heeded: bool) -> None: ...

    def lost(self, data: bytes) -> None: ...

    def tell(self, name: str, details: Mapping[str, object]) -> None: ...


class Link:
    """Other hosts wait in the backlog until the present one has gone."""

    def __init__(self, sink: Sink, *, host: str, port: int) -> None:
        self._sink = sink
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self.accepting = False
        self._held = False
        self._fillers: list[socket.socket] = []
        self._watching = False
        self._session: socket.socket | None = None
        self._dead: deque[socket.socket] = deque(maxlen=DEAD_SESSIONS_MAX)
        self._session_bytes = 0
        self._outgoing: list[bytes] = []
        self._reading = False
        self._paused = False
        self.connections = 0
        self.ignoring = False
        self.stalled = False

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
        self.accepting = True
        self._watch_port()

    def shut(self) -> None:
        """Refuse connections. The port stays bound, so that nobody else can take it meanwhile."""
        self._release_port()
        self._bind()

    def close(self) -> None:
        """End the session and give the port back."""
        self._release_port()
        self.end_session(reset=False)
        for dead in self._dead:
            _loop().remove_reader(dead)
            dead.close()
        self._dead.clear()

    def hold(self, mode: Busy) -> None:
        """Another host holds the printer. The present session is not that host's: it goes on."""
        match mode:
            case Busy.REFUSE:
                self.shut()
            case Busy.TIMEOUT:
                self.shut()
                self._fill_backlog()
            case Busy.QUEUE | Busy.STUCK:
                self._held = True
                self._unwatch_port()

    def release(self) -> None:
        """The other host has gone."""
        self._held = False
        if self._fillers:
            self._drop_fillers()
            self.shut()
        self.open()

    def _fill_backlog(self) -> None:
        if self._listener is None:
            return
        self._listener.listen(0)
        for _ in range(BACKLOG_FILLERS):
            filler = socket.socket(self._listener.family, socket.SOCK_STREAM)
            filler.setblocking(False)
            filler.connect_ex(self._listener.getsockname())
            self._fillers.append(filler)

    def _drop_fillers(self) -> None:
        for filler in self._fillers:
            filler.close()
        self._fillers.clear()

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_STREAM)
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit both
        try:
            listener.bind((self._host, self._port))
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        self._listener = listener
        return listener

    def _release_port(self) -> None:
        self.accepting = False
        self._drop_fillers()
        self._unwatch_port()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _watch_port(self) -> None:
        wanted = self.accepting and not self._held and self._session is None
        if wanted and not self._watching and self._listener is not None:
            # By number: asked for a socket it does not watch yet, the loop spells the whole socket out.
            _loop().add_reader(self._listener.fileno(), self._take_connection, self._listener)
            self._watching = True

    def _unwatch_port(self) -> None:
        if self._watching and self._listener is not None:
            _loop().remove_reader(self._listener.fileno())
        self._watching = False

    def _take_connection(self, listener: socket.socket) -> None:
        if self._session is not None:
            self._unwatch_port()  # Until the present host has gone.
            return
        try:
            session, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        session.setblocking(False)
        self._session, self._session_bytes, self._paused = session, 0, False
        self.connections += 1
        _loop().add_reader(session.fileno(), self._read, session)
        self._sink.tell("connected", {})
        # A turn later, so that a host in this very process has seen its connection before it is reset.
        _loop().call_soon(self._greet, session)

    def _greet(self, session: socket.socket) -> None:
        if self._session is session:
            self._sink.connected()

    # -- the session ----------------------------------------------------------------------------------

    def _read(self, session: socket.socket) -> None:
        wanted = self._bytes_wanted()
        if wanted <= 0:
            self._paused = True
            _loop().remove_reader(session)
            return
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
        self._reading = True
        try:
            self._sink.arrive(data, heeded=not self.ignoring)
        finally:
            self._reading = False
        self._flush()

    def _bytes_wanted(self) -> int:
        """As much as there is room for, and no byte beyond one at which a fault is due."""
        if self.stalled:
            return 0
        wanted = READ_BYTES_MAX if self.ignoring else min(READ_BYTES_MAX, self._sink.room)
        due = self._sink.bytes_before_trigger()
        return wanted if due is None else min(wanted, max(due, 1))

    def room_freed(self) -> None:
        """Go on reading when a full buffer has drained far enough."""
        if not self._paused or self._session is None or self.stalled:
            return
        if self.ignoring or self._sink.room >= RESUME_ROOM_BYTES:
            self._paused = False
            _loop().add_reader(self._session, self._read, self._session)

    def send(self, data: bytes) -> bool:
        """Answer the present host; False if there is none. The sink hears of answers that do not get through.

        Answers to what was read at once leave together: a system call costs more than a printed line.
        """
        if self._session is None or self.ignoring:
            return False
        if not self._outgoing and not self._reading:
            _loop().call_soon(self._flush)
        self._outgoing.append(data)
        return True

    def _flush(self) -> None:
        answers, self._outgoing = self._outgoing, []
        if not answers or self._session is None:
            return
        try:
            sent = self._session.send(b"".join(answers))
        except OSError:
            sent = 0
        for answer in answers:
            sent -= len(answer)
            if sent < 0:
                self._sink.lost(answer)

    def end_session(self, *, reset: bool) -> None:
        """Close towards the host, with RST or with FIN, and turn to the next one."""
        session = self._leave_session()
        if session is None:
            return
        if reset:
            session.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        session.close()
        self._sink.tell("connection reset" if reset else "disconnected", {"bytes": self._session_bytes})
        self._watch_port()

    def forget_session(self) -> None:
        """The printer lost power and with it the connection; the host is not told."""
        session = self._leave_session()
        if session is not None:
            self._dead.append(session)

    def wake_dead_sessions(self) -> None:
        """The printer is up again: whatever arrives on a forgotten connection is answered with RST."""
        for dead in self._dead:
            _loop().add_reader(dead, self._reset_dead, dead)

    def _reset_dead(self, dead: socket.socket) -> None:
        _loop().remove_reader(dead)
        dead.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        dead.close()
        self._dead.remove(dead)

    def _leave_session(self) -> socket.socket | None:
        self._flush()
        session, self._session = self._session, None
        if session is not None:
            _loop().remove_reader(session)
            self._sink.disconnected()
        return session


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()
