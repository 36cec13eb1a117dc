"""A server on loopback, with TLS if that is wanted, which may ask for a client's certificate."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from certificates import Pair


class Answering(BaseHTTPRequestHandler):
    """It is there for who says the right word."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str | None]] = []
    """What each request said of who asks."""

    def do_GET(self) -> None:
        """Answer."""
        self.asked.append(self.headers["Authorization"])
        self.send_response(200 if self.headers["Authorization"] == "Bearer s3cr3t" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: object) -> None:
        """Nothing is logged."""


class Server(ThreadingHTTPServer):
    """Whose clients may break off while they shake hands."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """They mean to."""


@contextmanager
def serving(pair: Pair | None = None, clients: Path | None = None) -> Iterator[int]:
    """The port of a server, with TLS by this pair; `clients`: who must have issued a client's certificate."""
    with Server(("127.0.0.1", 0), Answering) as server:
        if pair is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
            if clients is not None:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(clients)
            # Who does not come to terms must not hold up whoever is next.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
