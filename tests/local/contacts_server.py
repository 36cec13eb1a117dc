"""A small HTTP server that speaks the part of the contract that scenarios use, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    at: float
    """Monotonic seconds."""
    method: str
    path: str
    query: dict[str, list[str]]
    body: dict[str, object]


@dataclass
class ContactsServer:
    url: str = ""
    delay_s: float = 0.0
    """How long each answer takes; requests are answered beside one another."""
    origin: str = ""
    """What links begin with, where that is not the URL."""
    asked: list[Asked] = field(default_factory=list)
    created: set[int] = field(default_factory=set)
    published: int | None = None
    """Contacts that its balancer tells of."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> tuple[int, dict[str, object]]:
        with self.lock:
            self.asked.append(asked)
            if asked.method == "POST" and asked.path == "/api/contacts/":
                identity = 1_000_000 + len(self.created)
                self.created.add(identity)
                return 201, {"id": identity, **asked.body, "address": {"id": 3}}
        if asked.path == "/.well-known/dataset.json" and self.published is not None:
            return 200, {"contacts": self.published, "seed": 7}
        if asked.path.startswith("/.well-known/"):
            return 404, {"detail": "not found"}
        if asked.method == "DELETE":
            known = int(asked.path.split("/")[3]) in self.created
            return (204, {}) if known else (404, {"detail": "not found"})
        if asked.method == "GET" and asked.path == "/api/contacts/":
            page = int(asked.query.get("page", ["1"])[0])
            after = f"{self.origin or self.url}/api/contacts/?page={page + 1}&mark=a%2Fb" if page < 3 else None
            return 200, {"count": None, "next": after, "previous": None, "results": [{"last_name": 'say "next"'}] * 50}
        return 200, {}


@contextmanager
def contacts_server() -> Iterator[ContactsServer]:
    state = ContactsServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def respond(self) -> None:
            at = time.monotonic()
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, answer = state.answer(Asked(at, self.command, parts.path, parse_qs(parts.query), body))
            time.sleep(state.delay_s)
            payload = b"" if status == 204 else json.dumps(answer, ensure_ascii=False).encode()
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = do_DELETE = respond  # noqa: N815 - the names that http.server calls

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
