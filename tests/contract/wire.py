"""Requests as bytes, over one kept connection: an HTTP client would put odd ones right, or refuse to send them."""

from __future__ import annotations

import json
import socket
from http.client import HTTPException, HTTPResponse
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]
# No method of it changes anything: sent again, where a kept connection had been closed, they do no harm.
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class Message(NamedTuple):
    """A request: its method, its target and its headers, which follow Host, and its body, where it has one."""

    method: str
    target: bytes
    headers: Headers = ()
    body: bytes | None = None


class Answer(NamedTuple):
    """What came back; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class Wire:
    """A connection to `http://host:port`; times are in seconds."""

    def __init__(self, url: str, timeout: float = 60) -> None:
        parts = urlsplit(url)
        self._place = (parts.hostname or "localhost", parts.port or 80)
        self.host = parts.netloc
        self._timeout = timeout
        self._socket: socket.socket | None = None

    def send(self, message: Message) -> Answer:
        """Send a request and read its answer."""
        kept = self._socket is not None
        try:
            return self._exchange(message)
        except (OSError, HTTPException):
            self.close()
            if not kept or message.method not in SAFE:
                raise
            return self._exchange(message)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, message: Message) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(self._place, self._timeout)
        self._socket.sendall(self._written(message))
        response = HTTPResponse(self._socket, method=message.method)
        response.begin()
        content = response.read()
        if response.will_close:
            self.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def _written(self, message: Message) -> bytes:
        given = {name.lower() for name, _ in message.headers}
        headers = list(message.headers)
        if "host" not in given:
            headers.insert(0, ("Host", self.host))
        if message.body is not None and "content-length" not in given:
            headers.append(("Content-Length", str(len(message.body))))
        lines = [b"%s %s HTTP/1.1" % (message.method.encode(), message.target)]
        lines += [f"{name}: {value}".encode("latin-1") for name, value in headers]
        return b"\r\n".join(lines) + b"\r\n\r\n" + (message.body or b"")
