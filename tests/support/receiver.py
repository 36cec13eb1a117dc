"""A server on loopback that keeps what is posted to it, and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Bodies(list[bytes]):
    """Of all requests, with their headers by names in lower case beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.headers: list[dict[str, str]] = []


@contextmanager
def receiver(status: int = 204) -> Iterator[tuple[str, Bodies]]:
    """Its URL, and what it is sent. A redirection leads nowhere; an error has two lines."""
    kept = Bodies()

    class Kept(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append(self.rfile.read(int(self.headers["content-length"])))
            kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            if status == 302:
                self.send_header("location", "http://127.0.0.1:1/")
            self.end_headers()
            if status >= 400:
                self.wfile.write(b"out of order\nsecond line")

        def log_message(self, *said: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Kept) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v1/write", kept
        finally:
            server.shutdown()
            thread.join()
