"""A shop with a log-in: articles to read, and a basket to put them into. The Python that runs it is all it needs."""

from __future__ import annotations

import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_COOKIE = "session=open"


class Handler(BaseHTTPRequestHandler):
    """`/` is the front, which a probe may ask; all else wants somebody who is logged in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Show something."""
        if self.path == "/":
            self._answer(200, {"shop": "open"})
        elif self._known():
            _work(0.004)
            self._answer(200, {"articles": [f"{self.path}/{number}" for number in range(20)]})

    def do_POST(self) -> None:
        """Log somebody in, or fill a basket."""
        given = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
        if self.path == "/login":
            right = given.get("password") == os.environ["SHOP_PASSWORD"]
            self._answer(200 if right else 401, {"welcome": right}, {"Set-Cookie": f"{_COOKIE}; Path=/"})
        elif self._known():
            _work(0.002)
            self._answer(201, {"basket": [given]})

    def _known(self) -> bool:
        known = _COOKIE in self.headers.get("Cookie", "")
        if not known:
            self._answer(401, {"error": "log in"})
        return known

    def _answer(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


class Server(ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 512


def _work(seconds: float) -> None:
    """As much CPU."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


if __name__ == "__main__":
    address, _, port = os.environ.get("BIND", "0.0.0.0:8000").rpartition(":")
    Server((address, int(port)), Handler).serve_forever()
