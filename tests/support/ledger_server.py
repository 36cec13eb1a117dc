"""A small service that keeps contacts in memory, and does to its writes and reads what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Contact = dict[str, Any]
Answer = tuple[int, object]
CONTACTS = "/api/contacts/"
BULK = f"{CONTACTS}bulk/"
GONE: Answer = (404, {"detail": "not found"})
SILENT: Answer = (0, {})
"""The connection is closed, and nothing said."""


@dataclass
class LedgerServer:
    """Behaves well, as long as nobody sets `make`, `change`, `read` or `listed` to what does not."""

    url: str = ""
    page_size: int = 50
    """The most that one page has."""
    contacts: dict[int, Contact] = field(default_factory=dict)
    over: bool = False
    """Contacts of one last name have been listed, as is done when the load is over."""
    make: Callable[[Contact], Answer] = field(init=False)
    change: Callable[[int, Contact], Answer] = field(init=False)
    read: Callable[[int], Answer] = field(init=False)
    listed: Callable[[str, int], Answer] = field(init=False)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.make = self.made
        self.change = self.changed
        self.read = self.found
        self.listed = self.page

    def made(self, contact: Contact) -> Answer:
        identity = 1000 + len(self.contacts)
        self.contacts[identity] = {"id": identity} | contact
        return 201, self.contacts[identity]

    def changed(self, identity: int, fields: Contact) -> Answer:
        if identity not in self.contacts:
            return GONE
        self.contacts[identity] = self.contacts[identity] | fields
        return 200, self.contacts[identity]

    def found(self, identity: int) -> Answer:
        return (200, self.contacts[identity]) if identity in self.contacts else GONE

    def page(self, last_name: str, number: int) -> Answer:
        named = [contact for contact in self.contacts.values() if contact["last_name"] == last_name]
        begin, end = (number - 1) * self.page_size, number * self.page_size
        following = f"{self.url}{CONTACTS}?page={number + 1}" if end < len(named) else None
        return 200, {"count": len(named), "next": following, "previous": None, "results": named[begin:end]}

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Contact) -> Answer:
        with self.lock:
            if (method, path) == ("POST", BULK):
                made = [self.made(contact)[1] for contact in body["contacts"]]
                ids = [contact["id"] for contact in made if isinstance(contact, dict)]
                return 201, {"created": len(ids), "ids": ids}
            if (method, path) == ("POST", CONTACTS):
                return self.make(body)
            if path == CONTACTS and "last_name" in query:
                self.over = True
                return self.listed(query["last_name"], int(query["page"]))
            if path == CONTACTS:
                return 200, {"count": None, "next": None, "previous": None, "results": []}
            identity = int(path.removeprefix(CONTACTS).strip("/"))
            if identity < 1000:
                return 200, {}  # one of the data, which nobody writes
            return self.change(identity, body) if method == "PATCH" else self.read(identity)


@contextmanager
def ledger_server() -> Iterator[LedgerServer]:
    state = LedgerServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def respond(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            status, answer = state.answer(self.command, parts.path, query, body)
            if (status, answer) == SILENT:
                self.close_connection = True
                return
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_GET = do_POST = do_PATCH = respond  # noqa: N815 - the names that http.server calls

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
