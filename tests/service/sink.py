"""Where alerts go in tests: an HTTP server on loopback that keeps what it is sent, as Apprise's json:// sends it."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Sink:
    """``refuses`` says how many of the next messages it does not take."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.refuses = 0
        self.refused = 0
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(sink.take(body))
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name it has there
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def take(self, body: bytes) -> HTTPStatus:
        """Keep a message, or refuse it."""
        if self.refuses:
            self.refuses, self.refused = self.refuses - 1, self.refused + 1
            return HTTPStatus.SERVICE_UNAVAILABLE
        self.messages.append(json.loads(body))
        return HTTPStatus.OK

    @property
    def url(self) -> str:
        """How Apprise calls it."""
        return f"json://127.0.0.1:{self.server.server_address[1]}/alerts?secret=hunter2"

    @property
    def titles(self) -> list[str]:
        """What it was sent, in order."""
        return [str(each["title"]) for each in self.messages]


@contextmanager
def open_sink() -> Generator[Sink]:
    """A sink that listens."""
    sink = Sink()
    thread = threading.Thread(target=sink.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield sink
    finally:
        sink.server.shutdown()
        thread.join()
        sink.server.server_close()
