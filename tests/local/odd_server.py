"""A small HTTP server that answers as it is told, and counts what it was asked."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str]]
"""Status and headers."""


@dataclass
class OddServer:
    answer: Callable[[str], Answer | None] = lambda _: (200, {})
    """For a path; None closes the connection without a word."""
    delay_s: float = 0.0
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    """By path."""
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def odd_server() -> Iterator[OddServer]:
    state = OddServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            with state.lock:
                state.asked[self.path] += 1
            answer = state.answer(self.path)
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            time.sleep(state.delay_s)
            status, headers = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in http.server
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away in the middle is what stopping a load looks like."""

    server = Server(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
